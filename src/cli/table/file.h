// The options of export and lint.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kExportOutputs[] = {"yaml", "json", "mig-parted"};

inline constexpr Option kExportOptions[] = {
    output(kExportOutputs,
           "yaml: Sectile YAML with placements; json; mig-parted: counts only. Default: yaml."),
    {.name = "config-label",
     .letter = 'l',
     .kind = ValueKind::kText,
     .value = "LABEL",
     .help = "The name of the configuration. Default: current."},
    kLive,
    kDriverTimeout};
inline constexpr Example kExportExamples[] = {
    {"sectile export > layout.yaml", "Keep the layout with its placements."},
    {"sectile export -o mig-parted -l teaching", "For nvidia-mig-parted."},
};
inline constexpr Argument kLintArguments[] = {
    {.name = "FILE",
     .kind = ValueKind::kFile,
     .required = true,
     .help = "mig-parted v1 YAML or Sectile YAML; - reads standard input."}};
inline constexpr Option kLintOptions[] = {
    {.name = "gpu",
     .letter = 'g',
     .kind = ValueKind::kGpuSpec,
     .value = "SPEC",
     .help = "The GPUs the file is meant for. Otherwise each configuration must fit one of the "
             "known models."},
    output(kTextJson, "What to print. Default: text.")};
inline constexpr Example kLintExamples[] = {
    {"sectile lint config.yaml --gpu 8xh100-80gb-sxm5", "Before it reaches a machine."},
};

inline constexpr Verb kExportVerb = {
    .name = "export",
    .summary = "write this machine's layouts as a configuration",
    .description =
        "Writes what exists, so that apply can bring it back. mig-parted's format has "
        "no placements; a comment says what is lost.",
    .options = kExportOptions,
    .examples = kExportExamples};

inline constexpr Verb kLintVerb = {
    .name = "lint",
    .summary = "check a configuration file, no GPU needed",
    .description =
        "Reports every problem of a file with its line: what cannot be read, unknown "
        "profiles, and configurations that no GPU can hold, with the proof and the "
        "nearest that fit. The exit status is 0 if there is none, 2 if the file is "
        "malformed, 3 if a configuration fits nowhere.",
    .arguments = kLintArguments,
    .options = kLintOptions,
    .examples = kLintExamples};

}  // namespace sectile::cli
