#include "src/cli/options.h"

#include <algorithm>

namespace sectile::cli {
namespace {

using enum ValueKind;

constexpr std::string_view kTextJson[] = {"text", "json"};
constexpr std::string_view kPlanOutputs[] = {"text",    "json",           "yaml", "mig-parted",
                                             "mermaid", "mermaid-blocks", "svg"};
constexpr std::string_view kShowOutputs[] = {"text", "json", "mermaid", "mermaid-blocks", "svg"};
constexpr std::string_view kExportOutputs[] = {"yaml", "json", "mig-parted"};
constexpr std::string_view kStyles[] = {"sectile", "smi"};
constexpr std::string_view kDrivers[] = {"535", "570", "580"};
constexpr std::string_view kStrategyNames[] = {
    "mixed", "all-balanced", "high-performance", "memory-balanced", "compute-balanced", "custom"};

constexpr Option kCommon[] = {
    {.name = "help", .letter = 'h', .help = "Show help and exit."},
    {.name = "version", .help = "Show the version and exit."},
    {.name = "quiet", .letter = 'q', .help = "Print errors and nothing else but the result."},
    {.name = "no-colour",
     .help = "Never use colour. Otherwise a terminal gets colour unless NO_COLOR is set.",
     .also = "no-color"},
};

// Options that several verbs share, so that they mean the same everywhere.
constexpr Option output(std::span<const std::string_view> formats, std::string_view help) {
  return {.name = "output",
          .letter = 'o',
          .kind = kChoice,
          .value = "FORMAT",
          .choices = formats,
          .help = help};
}
constexpr Option kConfigFile = {
    .name = "config-file",
    .letter = 'f',
    .kind = kFile,
    .value = "FILE",
    .help =
        "Layouts to use: mig-parted v1 YAML, Sectile YAML or a plan as JSON; - reads "
        "standard input."};
constexpr Option kSelectedConfig = {
    .name = "selected-config",
    .letter = 'c',
    .kind = kLabel,
    .value = "LABEL",
    .help = "The configuration in FILE. Not needed if it holds only one.",
    .also = "label"};
constexpr Option kModeOnly = {
    .name = "mode-only", .letter = 'm', .help = "Only the MIG mode; leave the instances alone."};
constexpr Option kLive = {.name = "nvml",
                          .kind = kFile,
                          .value = "LIBRARY",
                          .help = "Load this NVML library instead of the system's."};

// plan
constexpr Option kPlanOptions[] = {
    {.name = "gpu",
     .letter = 'g',
     .kind = kGpuSpec,
     .value = "SPEC",
     .help = "Plan for these GPUs, such as 8xh100-80gb-sxm5 or 4xa100-80gb,2xa30-24gb, without "
             "asking a driver. Otherwise plan for the GPUs of this machine."},
    {.name = "want",
     .letter = 'w',
     .kind = kText,
     .value = "WANTS",
     .help = "What must fit: by profile, 2x3g.40gb,1x1g.10gb, or by need, 14x>=9GiB,2x>=39GiB/3c. "
             "May be given more than once.",
     .repeats = true},
    {.name = "strategy",
     .letter = 's',
     .kind = kChoice,
     .value = "STRATEGY",
     .choices = kStrategyNames,
     .help = "Cut every GPU by a named strategy."},
    {.name = "profile",
     .kind = kProfile,
     .value = "PROFILE",
     .help = "With all-balanced: the profile of each instance."},
    {.name = "profile-set",
     .kind = kText,
     .value = "PROFILES",
     .help = "With mixed: the profiles, such as 1g,1g,2g,3g."},
    {.name = "parts",
     .kind = kNumber,
     .value = "N",
     .help = "With memory-balanced and compute-balanced: how many shares."},
    {.name = "fill", .help = "Use what a strategy leaves over with the largest profiles that fit."},
    {.name = "layout",
     .letter = 'l',
     .kind = kText,
     .value = "LAYOUT",
     .help = "With custom: the instances, such as '3g.40gb@4 2g.20gb@0 2g.20gb@2'. The starts "
             "(@N) may be left out."},
    {.name = "config-file",
     .letter = 'f',
     .kind = kFile,
     .value = "FILE",
     .help = "Read the wants from Sectile YAML (kind Wants); - reads standard input."},
    {.name = "replace",
     .help = "Plan for this machine from empty GPUs. Otherwise what exists stays."},
    {.name = "explain", .help = "Say for each instance why it is where it is."},
    {.name = "config-label",
     .kind = kText,
     .value = "LABEL",
     .help = "With -o mig-parted and yaml: the name of the configuration. Default: planned."},
    output(kPlanOutputs, "What to print. Default: text."),
    kLive,
};
constexpr Example kPlanExamples[] = {
    {"sectile plan --gpu 2xa100-80gb --want 2x3g.40gb,1x1g.10gb",
     "Place wants on two GPUs, without a driver."},
    {"sectile plan --gpu 8xh100-80gb-sxm5 --want '14x>=9GiB,2x>=39GiB' --explain",
     "Place needs, and say why each instance is where it is."},
    {"sectile plan --gpu a100-80gb --strategy mixed -o mermaid",
     "Draw the layout of a strategy for a document."},
    {"sectile plan --want 3x2g.20gb -o json | sectile apply -f - --yes",
     "Plan for this machine beside what runs, then do it."},
};

// gpus, profiles
constexpr Option kGpusOptions[] = {output(kTextJson, "What to print. Default: text.")};
constexpr Example kGpusExamples[] = {
    {"sectile gpus", "All models that can be planned for."},
    {"sectile gpus -o json", "The same with every figure, its source and how sure it is."},
};
constexpr Argument kProfilesArguments[] = {
    {.name = "MODEL",
     .kind = kModel,
     .required = true,
     .help = "A model of `sectile gpus`, such as h100-80gb-sxm5, or a beginning of it that leaves "
             "no doubt."}};
constexpr Option kProfilesOptions[] = {
    {.name = "as",
     .kind = kChoice,
     .value = "STYLE",
     .choices = kStyles,
     .help = "The style of the table: sectile, or smi for the columns of nvidia-smi mig -lgip and "
             "-lgipp. Default: sectile."},
    output(kTextJson, "What to print. Default: text."),
};
constexpr Example kProfilesExamples[] = {
    {"sectile profiles h100-80gb-sxm5", "Profiles, memory, placements."},
    {"sectile profiles a30 --as smi", "In the columns of nvidia-smi."},
};

// emulate
constexpr Argument kEmulateArguments[] = {
    {.name = "SPEC",
     .kind = kGpuSpec,
     .required = false,
     .help = "The GPUs, such as 8xh100-80gb-sxm5. Left out if -f describes the machine."}};
constexpr Option kEmulateOptions[] = {
    {.name = "node-file",
     .letter = 'f',
     .kind = kFile,
     .value = "FILE",
     .help = "Take the machine from YAML (kind EmulatedNode): GPUs, modes, layouts, processes, "
             "faults."},
    {.name = "state",
     .kind = kDirectory,
     .value = "DIR",
     .help = "Keep the state of the emulated machine here, and use what is there. Otherwise it is "
             "removed at the end."},
    {.name = "driver",
     .kind = kChoice,
     .value = "BRANCH",
     .choices = kDrivers,
     .help = "The driver branch to imitate. Default: 580."},
    {.name = "faults",
     .kind = kFile,
     .value = "FILE",
     .help = "Make NVML calls fail as this script says."},
};
constexpr Example kEmulateExamples[] = {
    {"sectile emulate 8xh100-80gb-sxm5", "A shell on a machine with eight H100."},
    {"sectile emulate 2xa100-80gb -- sectile show", "One command."},
    {"sectile emulate 4xa30 --state /tmp/a30 -- nvidia-smi -L",
     "Keep the machine for the next command."},
};

// show
constexpr Option kShowOptions[] = {output(kShowOutputs, "What to print. Default: text."), kLive};
constexpr Example kShowExamples[] = {
    {"sectile show", "Layouts, who holds what, and what still fits."},
    {"sectile show -o json", "The same for programs."},
};

// apply, diff, assert
constexpr Option kApplyOptions[] = {
    kConfigFile,
    kSelectedConfig,
    {.name = "layout",
     .letter = 'l',
     .kind = kText,
     .value = "LAYOUT",
     .help = "Instead of FILE: the layout, such as '3g.40gb@4 2g.20gb@0'. An empty one clears the "
             "GPU."},
    {.name = "gpu-index",
     .letter = 'i',
     .kind = kText,
     .value = "N",
     .help = "With --layout: the GPUs by index, such as 0,2; all for every capable GPU."},
    {.name = "gpu-uuid",
     .letter = 'u',
     .kind = kText,
     .value = "UUID",
     .help = "With --layout: the GPU by UUID. May be given more than once.",
     .repeats = true},
    {.name = "dry-run",
     .letter = 'n',
     .help = "Say what would be kept, destroyed and created, and change nothing."},
    {.name = "yes", .letter = 'y', .help = "Do not ask. Needed where there is no terminal."},
    kModeOnly,
    {.name = "reset",
     .help = "Reset the GPUs whose mode change needs it, and no others. Refused for a GPU that "
             "somebody uses."},
    {.name = "skip-reset",
     .letter = 's',
     .help = "Leave a mode change that needs a reset pending, and create nothing there."},
    {.name = "hooks-file",
     .letter = 'k',
     .kind = kFile,
     .value = "FILE",
     .help = "mig-parted's hooks. Not supported yet: refused."},
    output(kTextJson, "What to print. Default: text."),
    kLive,
};
constexpr Example kApplyExamples[] = {
    {"sectile apply -f config.yaml -c all-balanced --dry-run", "Look first."},
    {"sectile apply -f config.yaml -c all-balanced --yes", "Do it without a question."},
    {"sectile apply --layout '3g.40gb@4 2g.20gb@0 2g.20gb@2' --gpu-index 0", "One GPU."},
};
constexpr Option kDiffOptions[] = {kConfigFile, kSelectedConfig, kModeOnly,
                                   output(kTextJson, "What to print. Default: text."), kLive};
constexpr Example kDiffExamples[] = {
    {"sectile diff -f config.yaml -c teaching", "What apply would keep, destroy and create."},
};
constexpr Option kAssertOptions[] = {
    kConfigFile,
    kSelectedConfig,
    kModeOnly,
    {.name = "valid-config",
     .letter = 'a',
     .help = "Only check that FILE can be read and holds LABEL; ask no driver."},
    kLive};
constexpr Example kAssertExamples[] = {
    {"sectile assert -f config.yaml -c teaching", "In a health check: 0 same, 1 differs."},
};

// export, lint
constexpr Option kExportOptions[] = {
    output(kExportOutputs,
           "yaml: Sectile YAML with placements; json; mig-parted: counts only. Default: yaml."),
    {.name = "config-label",
     .letter = 'l',
     .kind = kText,
     .value = "LABEL",
     .help = "The name of the configuration. Default: current."},
    kLive};
constexpr Example kExportExamples[] = {
    {"sectile export > layout.yaml", "Keep the layout with its placements."},
    {"sectile export -o mig-parted -l teaching", "For nvidia-mig-parted."},
};
constexpr Argument kLintArguments[] = {
    {.name = "FILE",
     .kind = kFile,
     .required = true,
     .help = "mig-parted v1 YAML or Sectile YAML; - reads standard input."}};
constexpr Option kLintOptions[] = {
    {.name = "gpu",
     .letter = 'g',
     .kind = kGpuSpec,
     .value = "SPEC",
     .help = "The GPUs the file is meant for. Otherwise each configuration must fit one of the "
             "known models."},
    output(kTextJson, "What to print. Default: text.")};
constexpr Example kLintExamples[] = {
    {"sectile lint config.yaml --gpu 8xh100-80gb-sxm5", "Before it reaches a machine."},
};

constexpr Argument kInternalArguments[] = {
    {.name = "TASK", .kind = kText, .required = true, .help = "generate-docs, list or smi."},
    {.name = "VALUE", .kind = kText, .required = false, .help = "A directory, or what to list."},
    {.name = "FILE", .kind = kFile, .required = false, .help = "Whose labels to list."}};

constexpr Verb kVerbs[] = {
    {.name = "plan",
     .summary = "find the best layout for wants or a strategy",
     .description =
         "Places what is wanted on GPUs, or cuts each GPU by a named strategy. Planning is exact: "
         "if any layout holds all wants, one is found, on the fewest GPUs, and it leaves the most "
         "useful free space. If none does, the exit status is 3, and the answer says which memory "
         "slices are missing, who holds them, and which layouts near to the wish fit.\n\n"
         "With --gpu no driver is needed. On a machine with GPUs, instances that exist stay where "
         "they are unless --replace is given. Nothing is changed: `sectile apply` does that.",
     .options = kPlanOptions,
     .examples = kPlanExamples},
    {.name = "gpus",
     .summary = "list the GPU models that Sectile knows",
     .description = "Lists the models of the catalogue. It needs no driver. A model that the "
                    "catalogue lacks works too where the driver describes it.",
     .options = kGpusOptions,
     .examples = kGpusExamples},
    {.name = "profiles",
     .summary = "list the MIG profiles of a model",
     .description = "Lists the profiles of a model with memory, engines, placements and compute "
                    "instances. Figures that were not read in a source are marked.",
     .arguments = kProfilesArguments,
     .options = kProfilesOptions,
     .examples = kProfilesExamples},
    {.name = "show",
     .summary = "show the layouts of this machine and what still fits",
     .description = "Draws each GPU with its instances, the processes in them, and what can still "
                    "be created. Says which mode changes wait for a reset, and which GPUs are in "
                    "MIG mode without an instance, so that CUDA cannot use them.",
     .options = kShowOptions,
     .examples = kShowExamples},
    {.name = "diff",
     .summary = "compare this machine with a configuration",
     .description = "Says which instances apply would keep, destroy and create. The exit status "
                    "is 0 if nothing differs and 1 if something does.",
     .options = kDiffOptions,
     .examples = kDiffExamples},
    {.name = "apply",
     .summary = "change this machine to a configuration",
     .description =
         "Changes the GPUs to what a configuration, a plan or --layout says. Instances that both "
         "layouts have are not touched. Nothing starts if an instance that must go is in use: the "
         "processes are named, and the exit status is 4. What was done is read back from the "
         "driver before it is called done; if a step fails, the old layout is put back.\n\n"
         "A GPU whose mode change needs a reset is reset only with --reset. Asks before it "
         "changes anything, unless --yes is given.",
     .options = kApplyOptions,
     .examples = kApplyExamples},
    {.name = "assert",
     .summary = "check that this machine has a configuration",
     .description = "Like diff, in one line and for scripts: the exit status is 0 if the machine "
                    "has the configuration and 1 if it differs.",
     .options = kAssertOptions,
     .examples = kAssertExamples},
    {.name = "export",
     .summary = "write this machine's layouts as a configuration",
     .description = "Writes what exists, so that apply can bring it back. mig-parted's format has "
                    "no placements; a comment says what is lost.",
     .options = kExportOptions,
     .examples = kExportExamples},
    {.name = "lint",
     .summary = "check a configuration file, no GPU needed",
     .description = "Reports every problem of a file with its line: what cannot be read, unknown "
                    "profiles, and configurations that no GPU can hold, with the proof and the "
                    "nearest that fit. The exit status is 0 if there is none, 2 if the file is "
                    "malformed, 3 if a configuration fits nowhere.",
     .arguments = kLintArguments,
     .options = kLintOptions,
     .examples = kLintExamples},
    {.name = "emulate",
     .summary = "run a command on emulated GPUs",
     .description =
         "Runs COMMAND (or a shell) on a machine with emulated GPUs: any program in it that loads "
         "libnvidia-ml.so.1 sees them, and so does sectile. nvidia-smi is a stand-in that knows "
         "-L and -r. The exit status is the command's.",
     .arguments = kEmulateArguments,
     .options = kEmulateOptions,
     .examples = kEmulateExamples,
     .takes_command = true},
    {.name = "internal",
     .summary = "what the program asks of itself",
     .description = "For completions, the build and the nvidia-smi stand-in.",
     .arguments = kInternalArguments,
     .takes_command = true,
     .hidden = true},
};

constexpr ExitStatus kExitStatuses[] = {
    {0, "Done; or, for diff and assert, the same."},
    {1, "Differs (diff, assert); or any other failure."},
    {2, "Usage, or malformed input."},
    {3, "Unsatisfiable: it cannot fit."},
    {4, "Busy: somebody uses what would be destroyed; the holders are named."},
    {5, "Stale: the machine changed since it was read."},
    {6, "Unavailable: no driver, no GPU, no such model."},
    {7, "Permission: the caller lacks a privilege."},
    {8, "Not restored: a change failed, and so did taking it back."},
    {9, "Rolled back: a change failed, and the old layout is back."},
};

constexpr Variable kVariables[] = {
    {"SECTILE_NVML", "The NVML library to load instead of libnvidia-ml.so.1."},
    {"SECTILE_STATE_DIR", "Where the lock and the state are kept. Default: /var/lib/sectile."},
    {"SECTILE_EMULATOR_LIBRARY", "The emulator's libnvidia-ml.so.1, for emulate."},
    {"NO_COLOR", "If set and not empty, no colour is used."},
};

bool named(const Option& option, std::string_view name) {
  return option.name == name || (!option.also.empty() && option.also == name) ||
         (name.size() == 1 && option.letter == name.front());
}

}  // namespace

std::span<const Verb> verbs() {
  return kVerbs;
}
std::span<const Option> common_options() {
  return kCommon;
}
std::span<const ExitStatus> exit_statuses() {
  return kExitStatuses;
}
std::span<const Variable> variables() {
  return kVariables;
}

const Verb* find_verb(std::string_view name) {
  const auto* verb = std::ranges::find(kVerbs, name, &Verb::name);
  return verb == std::end(kVerbs) ? nullptr : verb;
}

const Option* find_option(const Verb& verb, std::string_view name) {
  for (const std::span<const Option> options : {verb.options, common_options()}) {
    const auto found =
        std::ranges::find_if(options, [&](const Option& option) { return named(option, name); });
    if (found != options.end()) {
      return &*found;
    }
  }
  return nullptr;
}

}  // namespace sectile::cli
