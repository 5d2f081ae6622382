// The options of emulate.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kDrivers[] = {"535", "570", "580"};

inline constexpr Argument kEmulateArguments[] = {
    {.name = "SPEC",
     .kind = ValueKind::kGpuSpec,
     .required = false,
     .help = "The GPUs, such as 8xh100-80gb-sxm5. Left out if -f describes the machine."}};
inline constexpr Option kEmulateOptions[] = {
    {.name = "node-file",
     .letter = 'f',
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "Take the machine from YAML (kind EmulatedNode): GPUs, modes, layouts, processes, "
             "faults."},
    {.name = "state",
     .kind = ValueKind::kDirectory,
     .value = "DIR",
     .help = "Keep the state of the emulated machine here, and use what is there. Otherwise it is "
             "removed at the end. Faults are not kept: only those of this command's -f and "
             "--faults are in force."},
    {.name = "driver",
     .kind = ValueKind::kChoice,
     .value = "BRANCH",
     .choices = kDrivers,
     .help = "The driver branch to imitate. Default: 580."},
    {.name = "faults",
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "Make NVML calls fail as this script says."},
};
inline constexpr Example kEmulateExamples[] = {
    {"sectile emulate 8xh100-80gb-sxm5", "A shell on a machine with eight H100."},
    {"sectile emulate 2xa100-80gb -- sectile show", "One command."},
    {"sectile emulate 4xa30 --state /tmp/a30 -- nvidia-smi -L",
     "Keep the machine for the next command."},
};

inline constexpr Verb kEmulateVerb = {
    .name = "emulate",
    .summary = "run a command on emulated GPUs",
    .description =
        "Runs COMMAND (or a shell) on a machine with emulated GPUs: any program in it that loads "
        "libnvidia-ml.so.1 sees them, and so does sectile. nvidia-smi is a stand-in that knows "
        "-L and -r, and systemctl one that knows no service, so that those of the machine around "
        "it "
        "are left alone. The exit status is the command's.",
    .arguments = kEmulateArguments,
    .options = kEmulateOptions,
    .examples = kEmulateExamples,
    .takes_command = true};

}  // namespace sectile::cli
