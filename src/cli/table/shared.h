// What the options of several verbs share, so that they mean the same everywhere.
#pragma once

#include "src/cli/options.h"

namespace sectile::cli {

inline constexpr std::string_view kTextJson[] = {"text", "json"};

constexpr Option output(std::span<const std::string_view> formats, std::string_view help) {
  return {.name = "output",
          .letter = 'o',
          .kind = ValueKind::kChoice,
          .value = "FORMAT",
          .choices = formats,
          .help = help};
}
inline constexpr Option kConfigFile = {
    .name = "config-file",
    .letter = 'f',
    .kind = ValueKind::kFile,
    .value = "FILE",
    .help =
        "Layouts to use: mig-parted v1 YAML, Sectile YAML or a plan as JSON; - reads "
        "standard input."};
inline constexpr Option kSelectedConfig = {
    .name = "selected-config",
    .letter = 'c',
    .kind = ValueKind::kLabel,
    .value = "LABEL",
    .help = "The configuration in FILE. Not needed if it holds only one.",
    .also = "label"};
inline constexpr Option kModeOnly = {
    .name = "mode-only", .letter = 'm', .help = "Only the MIG mode; leave the instances alone."};
inline constexpr Option kLive = {.name = "nvml",
                                 .kind = ValueKind::kFile,
                                 .value = "LIBRARY",
                                 .help = "Load this NVML library instead of the system's."};
// A verb that has it runs in a process that can be given up (guard.h).
inline constexpr Option kDriverTimeout = {
    .name = "driver-timeout",
    .kind = ValueKind::kText,
    .value = "TIME",
    .help =
        "Give up on a call into the driver that takes longer, such as 90s or 5m; changes of the "
        "mode and resets get five times as much. Default: $SECTILE_DRIVER_TIMEOUT, or 60s."};

}  // namespace sectile::cli
