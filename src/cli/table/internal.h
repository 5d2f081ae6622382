// What the program asks of itself.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr Argument kInternalArguments[] = {
    {.name = "TASK",
     .kind = ValueKind::kText,
     .required = true,
     .help = "generate-docs, list, smi or emulated."},
    {.name = "VALUE",
     .kind = ValueKind::kText,
     .required = false,
     .help = "A directory, or what to list."},
    {.name = "FILE", .kind = ValueKind::kFile, .required = false, .help = "Whose labels to list."}};

inline constexpr Verb kInternalVerb = {
    .name = "internal",
    .summary = "what the program asks of itself",
    .description = "For completions, the build and the nvidia-smi stand-in.",
    .arguments = kInternalArguments,
    .takes_command = true,
    .hidden = true};

}  // namespace sectile::cli
