// The options of who.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr Argument kWhoArguments[] = {
    {.name = "GPU",
     .kind = ValueKind::kText,
     .required = false,
     .help = "A GPU by index or UUID, or a MIG device by UUID. Left out: the whole machine."}};
inline constexpr Option kWhoOptions[] = {output(kTextJson, "What to print. Default: text."), kLive,
                                         kDriverTimeout};
inline constexpr Example kWhoExamples[] = {
    {"sectile who", "Everybody who keeps a GPU of this machine busy."},
    {"sudo sectile who 0", "GPU 0, with those who have it open and run nothing."},
    {"sectile who -o json", "The same for programs."},
};

inline constexpr Verb kWhoVerb = {
    .name = "who",
    .summary = "show who holds the GPUs, and how to free them",
    .description =
        "Names every holder: the processes that the driver lists, those that only have a device "
        "file open, and kernel modules that keep GPUs open without any process. Says whose they "
        "are, which unit, container, Slurm job or pod they belong to, what they stand in the way "
        "of, and what to type to make them stop.\n\n"
        "A process in an instance keeps it from being destroyed. Whoever has the GPU open, such "
        "as a monitor, keeps its MIG mode from being changed and the GPU from being reset, but "
        "not its instances. What others have open is seen only by root.",
    .arguments = kWhoArguments,
    .options = kWhoOptions,
    .examples = kWhoExamples};

}  // namespace sectile::cli
