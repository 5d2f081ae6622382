// The options of log, undo and repair.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr Argument kLogArguments[] = {
    {.name = "ID",
     .kind = ValueKind::kText,
     .required = false,
     .help = "The number of a change, to see its layouts and steps."}};
inline constexpr Option kLogOptions[] = {
    {.name = "number",
     .letter = 'n',
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "So many changes, the youngest first. Default: 20."},
    output(kTextJson, "What to print. Default: text.")};
inline constexpr Example kLogExamples[] = {
    {"sectile log", "Who changed what, when, how long it took and how it ended."},
    {"sectile log 12", "One change, step by step."},
    {"sectile log -o json -n 1000", "Everything that is kept, for programs."},
};

inline constexpr Option kUndoOptions[] = {
    {.name = "dry-run",
     .letter = 'n',
     .help = "Say what would be kept, destroyed and created, and change nothing."},
    {.name = "yes", .letter = 'y', .help = "Do not ask. Needed where there is no terminal."},
    {.name = "force",
     .help = "Also if the GPUs are not as that change left them: idle instances that were made "
             "since are destroyed."},
    {.name = "reset",
     .help = "Reset the GPUs whose mode change needs it, and no others. Refused for a GPU that "
             "somebody uses."},
    output(kTextJson, "What to print. Default: text."),
    kLive,
    kDriverTimeout};
inline constexpr Example kUndoExamples[] = {
    {"sectile undo --dry-run", "What would be taken back."},
    {"sectile undo --yes", "The layout from before the last change."},
};

inline constexpr Option kRepairOptions[] = {
    {.name = "dry-run",
     .letter = 'n',
     .help = "Say what would be done and why, and change nothing."},
    {.name = "take-back",
     .help = "The old layout, whatever the choice would be. Idle instances that are of neither "
             "layout may be destroyed; asks."},
    {.name = "complete", .help = "The new layout, likewise."},
    {.name = "accept",
     .help = "The GPUs are right as they are: only close the entry of the journal."},
    {.name = "yes", .letter = 'y', .help = "Do not ask about --take-back or --complete."},
    {.name = "reset",
     .help = "Reset the GPUs whose mode change needs it, and no others. Refused for a GPU that "
             "somebody uses."},
    output(kTextJson, "What to print. Default: text."),
    kLive,
    kDriverTimeout};
inline constexpr Example kRepairExamples[] = {
    {"sectile repair", "After a crash, or when the exit status was 8."},
    {"sectile repair --dry-run", "What it would do."},
};

inline constexpr Verb kLogVerb = {
    .name = "log",
    .summary = "show what was done to this machine's GPUs",
    .description =
        "Every change is written down before it is made: who made it, when, with which command, "
        "how long it took and how it ended. The youngest thousand are kept.",
    .arguments = kLogArguments,
    .options = kLogOptions,
    .examples = kLogExamples};

inline constexpr Verb kUndoVerb = {
    .name = "undo",
    .summary = "take back the last change",
    .description =
        "Brings the layout from before the last change back, with the same placements. Like any "
        "other change it keeps what both layouts have, refuses to destroy what is in use, is "
        "written down and can itself be taken back. Refused, with exit status 5, if the GPUs are "
        "not as that change left them.",
    .options = kUndoOptions,
    .examples = kUndoExamples};

inline constexpr Verb kRepairVerb = {
    .name = "repair",
    .summary = "finish or take back a change that was cut off",
    .description =
        "After a crash, a kill or a failure that could not be taken back (exit status 8), no "
        "other change starts until this has been run. The GPUs are compared with the journal. "
        "The old layout is brought back if that harms nobody and needs no reset; otherwise the "
        "new layout is completed; if that cannot be done either, nothing is touched and "
        "everything that is in the way is named. After a restart, which takes all "
        "instances away, the change is only closed.\n\n"
        "Does nothing if every change is finished, so it is safe at boot and twice.",
    .options = kRepairOptions,
    .examples = kRepairExamples};

}  // namespace sectile::cli
