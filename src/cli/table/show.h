// The options of show.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kShowOutputs[] = {"text", "json", "mermaid", "mermaid-blocks",
                                                    "svg"};

inline constexpr Option kShowOptions[] = {output(kShowOutputs, "What to print. Default: text."),
                                          kLive, kDriverTimeout};
inline constexpr Example kShowExamples[] = {
    {"sectile show", "Layouts, who holds what, and what still fits."},
    {"sectile show -o json", "The same for programs."},
};

inline constexpr Verb kShowVerb = {
    .name = "show",
    .summary = "show the layouts of this machine and what still fits",
    .description =
        "Draws each GPU with its instances, the processes in them, and what can still "
        "be created. Says which mode changes wait for a reset, and which GPUs are in "
        "MIG mode without an instance, so that CUDA cannot use them.",
    .options = kShowOptions,
    .examples = kShowExamples};

}  // namespace sectile::cli
