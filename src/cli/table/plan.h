// The options of plan.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kPlanOutputs[] = {
    "text", "json", "yaml", "mig-parted", "mermaid", "mermaid-blocks", "svg"};
inline constexpr std::string_view kStrategyNames[] = {
    "mixed", "all-balanced", "high-performance", "memory-balanced", "compute-balanced", "custom"};

inline constexpr std::string_view kSpares[] = {"none", "instance", "gpu"};

// plan
inline constexpr Option kPlanOptions[] = {
    {.name = "gpu",
     .letter = 'g',
     .kind = ValueKind::kGpuSpec,
     .value = "SPEC",
     .help = "Plan for these GPUs, such as 8xh100-80gb-sxm5 or 4xa100-80gb,2xa30-24gb, without "
             "asking a driver. Otherwise plan for the GPUs of this machine."},
    {.name = "want",
     .letter = 'w',
     .kind = ValueKind::kText,
     .value = "WANTS",
     .help = "What must fit: by profile, 2x3g.40gb,1x1g.10gb, or by need, 14x>=9GiB,2x>=39GiB/3c. "
             "May be given more than once.",
     .repeats = true},
    {.name = "strategy",
     .letter = 's',
     .kind = ValueKind::kChoice,
     .value = "STRATEGY",
     .choices = kStrategyNames,
     .help = "Cut every GPU by a named strategy."},
    {.name = "profile",
     .kind = ValueKind::kProfile,
     .value = "PROFILE",
     .help = "With all-balanced: the profile of each instance."},
    {.name = "profile-set",
     .kind = ValueKind::kText,
     .value = "PROFILES",
     .help = "With mixed: the profiles, such as 1g,1g,2g,3g."},
    {.name = "parts",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "With memory-balanced and compute-balanced: how many shares."},
    {.name = "fill", .help = "Use what a strategy leaves over with the largest profiles that fit."},
    {.name = "layout",
     .letter = 'l',
     .kind = ValueKind::kText,
     .value = "LAYOUT",
     .help = "With custom: the instances, such as '3g.40gb@4 2g.20gb@0 2g.20gb@2'. The starts "
             "(@N) may be left out."},
    {.name = "config-file",
     .letter = 'f',
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "Read the wants from Sectile YAML (kind Wants); - reads standard input."},
    {.name = "replace",
     .help = "Plan for this machine from empty GPUs. Otherwise what exists stays."},
    {.name = "explain",
     .help = "Say for each instance why it is where it is; with --services, the prices that prove "
             "how few GPUs can do."},
    {.name = "services",
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "Plan for services: what rate and latency was promised to whom (kind Services, or a "
             "CSV table). Needs --measurements. Without --gpu: as many GPUs as it takes."},
    {.name = "measurements",
     .kind = ValueKind::kDirectory,
     .value = "DIR",
     .help = "What workloads do on instances of each profile: a CSV file, or a folder of them."},
    {.name = "scenario",
     .kind = ValueKind::kText,
     .value = "NAME",
     .help = "Which scenario of a table of services that has several."},
    {.name = "admission",
     .kind = ValueKind::kText,
     .value = "RULE",
     .help = "Which measured points count: plain (latency below the bound), a share such as 0.6 "
             "(latency below 0.6 x the bound), or parvagpu (0.45 x, in whole ms). Default: plain."},
    {.name = "no-mps", .help = "Use no point with several processes in an instance."},
    {.name = "spare",
     .kind = ValueKind::kChoice,
     .value = "WHAT",
     .choices = kSpares,
     .help = "Every service keeps its rate when any one of these fails. Default: none, or what the "
             "file says."},
    {.name = "config-label",
     .kind = ValueKind::kText,
     .value = "LABEL",
     .help = "With -o mig-parted and yaml: the name of the configuration. Default: planned."},
    output(kPlanOutputs, "What to print. Default: text."),
    kLive,
    kDriverTimeout,
};
inline constexpr Example kPlanExamples[] = {
    {"sectile plan --gpu 2xa100-80gb --want 2x3g.40gb,1x1g.10gb",
     "Place wants on two GPUs, without a driver."},
    {"sectile plan --gpu 8xh100-80gb-sxm5 --want '14x>=9GiB,2x>=39GiB' --explain",
     "Place needs, and say why each instance is where it is."},
    {"sectile plan --gpu a100-80gb --strategy mixed -o mermaid",
     "Draw the layout of a strategy for a document."},
    {"sectile plan --want 3x2g.20gb -o json | sectile apply -f - --yes",
     "Plan for this machine beside what runs, then do it."},
    {"sectile plan --services examples/services.yaml --measurements examples/measurements.csv",
     "Find the fewest GPUs that give services what was promised, with proof."},
};

inline constexpr Verb kPlanVerb = {
    .name = "plan",
    .summary = "find the best layout for wants or a strategy",
    .description =
        "Places what is wanted on GPUs, or cuts each GPU by a named strategy. Planning is exact: "
        "if any layout holds all wants, one is found, on the fewest GPUs, and it leaves the most "
        "useful free space. If none does, the exit status is 3, and the answer says which memory "
        "slices are missing, who holds them, and which layouts near to the wish fit.\n\n"
        "With --services it finds for each service the instances, batch sizes and numbers of "
        "processes that give it its rate within its latency, on the fewest GPUs of all, and says "
        "how few there could be at best; --explain prints the proof. With --gpu it uses at most "
        "those GPUs.\n\n"
        "With --gpu no driver is needed. On a machine with GPUs, instances that exist stay where "
        "they are unless --replace is given. Nothing is changed: `sectile apply` does that.",
    .options = kPlanOptions,
    .examples = kPlanExamples};

}  // namespace sectile::cli
