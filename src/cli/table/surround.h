// The options of what surrounds a change: hooks, services, container specs.
#pragma once

#include "src/cli/options.h"

namespace sectile::cli {

inline constexpr Option kHooksFile = {
    .name = "hooks-file",
    .letter = 'k',
    .kind = ValueKind::kFile,
    .value = "FILE",
    .help =
        "Run these hooks around the change: mig-parted's hooks file, version v1. One that fails "
        "stops the change; apply-exit always runs."};
inline constexpr Option kHooksOutput = {.name = "hooks-output",
                                        .help = "Show what hooks say also when they succeed."};
inline constexpr Option kStopClients = {
    .name = "stop-clients",
    .help =
        "Stop the services that are known to stand in the way (DCGM, its exporter and, for a "
        "reset, nvsm and nvidia-persistenced) if they are active, and start the same again "
        "afterwards, whatever happens."};
inline constexpr Option kStopService = {
    .name = "stop-service",
    .kind = ValueKind::kText,
    .value = "UNIT",
    .help =
        "Stop this service meanwhile, such as display-manager.service or kubelet.service. May "
        "be given more than once.",
    .repeats = true};
inline constexpr Option kCdi = {
    .name = "cdi",
    .help =
        "Afterwards write the CDI spec that container runtimes follow, with nvidia-ctk where "
        "that is installed. A spec that Sectile wrote is kept up to date without this."};

}  // namespace sectile::cli
