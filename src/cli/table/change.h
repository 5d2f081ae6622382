// The options of diff, apply and assert.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"
#include "src/cli/table/surround.h"

namespace sectile::cli {

inline constexpr Option kApplyOptions[] = {
    kConfigFile,
    kSelectedConfig,
    {.name = "layout",
     .letter = 'l',
     .kind = ValueKind::kText,
     .value = "LAYOUT",
     .help = "Instead of FILE: the layout, such as '3g.40gb@4 2g.20gb@0'. An empty one clears the "
             "GPU."},
    {.name = "gpu-index",
     .letter = 'i',
     .kind = ValueKind::kText,
     .value = "N",
     .help = "With --layout: the GPUs by index, such as 0,2; all for every capable GPU."},
    {.name = "gpu-uuid",
     .letter = 'u',
     .kind = ValueKind::kText,
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
    {.name = "wait",
     .letter = 'w',
     .kind = ValueKind::kText,
     .value = "TIME",
     .help = "Wait as long as this for those who use what would be destroyed: 90s, 30m, 2h."},
    {.name = "evict",
     .help = "End the processes in the instances that must go, and no others; after --wait, those "
             "that are left. Never those that serve the machine."},
    {.name = "grace",
     .kind = ValueKind::kText,
     .value = "TIME",
     .help = "How long --evict waits between asking a process to end and killing it. Default: "
             "30s."},
    {.name = "take-over",
     .help = "Change GPUs although another program, such as Kubernetes' MIG manager or DRA driver, "
             "sets the layouts of this machine."},
    kHooksFile,
    kHooksOutput,
    kStopClients,
    kStopService,
    kCdi,
    output(kTextJson, "What to print. Default: text."),
    kLive,
    kDriverTimeout,
};
inline constexpr Example kApplyExamples[] = {
    {"sectile apply -f config.yaml -c all-balanced --dry-run", "Look first."},
    {"sectile apply -f config.yaml -c all-balanced --yes", "Do it without a question."},
    {"sectile apply -f config.yaml -c teaching --wait 30m", "Once nobody uses what must go."},
    {"sectile apply --layout '3g.40gb@4 2g.20gb@0 2g.20gb@2' --gpu-index 0", "One GPU."},
};
inline constexpr Option kDiffOptions[] = {
    kConfigFile, kSelectedConfig, kModeOnly, output(kTextJson, "What to print. Default: text."),
    kLive,       kDriverTimeout};
inline constexpr Example kDiffExamples[] = {
    {"sectile diff -f config.yaml -c teaching", "What apply would keep, destroy and create."},
};
inline constexpr Option kAssertOptions[] = {
    kConfigFile,
    kSelectedConfig,
    kModeOnly,
    {.name = "valid-config",
     .letter = 'a',
     .help = "Only check that FILE can be read and holds LABEL; ask no driver."},
    kLive,
    kDriverTimeout};
inline constexpr Example kAssertExamples[] = {
    {"sectile assert -f config.yaml -c teaching", "In a health check: 0 same, 1 differs."},
};

inline constexpr Verb kDiffVerb = {
    .name = "diff",
    .summary = "compare this machine with a configuration",
    .description =
        "Says which instances apply would keep, destroy and create. The exit status "
        "is 0 if nothing differs and 1 if something does.",
    .options = kDiffOptions,
    .examples = kDiffExamples};

inline constexpr Verb kApplyVerb = {
    .name = "apply",
    .summary = "change this machine to a configuration",
    .description =
        "Changes the GPUs to what a configuration, a plan or --layout says. Instances that both "
        "layouts have are not touched. Nothing starts if an instance that must go is in use: the "
        "processes are named with the way to free each, and the exit status is 4. With --wait it "
        "waits for them first; with --evict it ends them, after naming them and asking. What was "
        "done is read back from the driver before it is called done; if a step fails, the old "
        "layout is put back.\n\n"
        "A GPU whose mode change needs a reset is reset only with --reset. Asks before it "
        "changes anything, unless --yes is given.",
    .options = kApplyOptions,
    .examples = kApplyExamples};

inline constexpr Verb kAssertVerb = {
    .name = "assert",
    .summary = "check that this machine has a configuration",
    .description =
        "Like diff, in one line and for scripts: the exit status is 0 if the machine "
        "has the configuration and 1 if it differs.",
    .options = kAssertOptions,
    .examples = kAssertExamples};

}  // namespace sectile::cli
