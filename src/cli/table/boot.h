// The options of save and restore.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"
#include "src/cli/table/surround.h"

namespace sectile::cli {

inline constexpr Option kSaveOptions[] = {
    kConfigFile,
    kSelectedConfig,
    {.name = "from-mig-manager",
     .help = "Save the configuration that nvidia-mig-manager was told to apply at boot: the one "
             "that its systemd drop-in selects."},
    {.name = "show", .help = "Print what is saved, and save nothing."},
    {.name = "forget", .help = "Forget what is saved: from now on restore changes nothing."},
    kLive,
    kDriverTimeout,
};
inline constexpr Example kSaveExamples[] = {
    {"sectile save", "After each boot the GPUs shall be as they are now."},
    {"sectile save -f config.yaml -c teaching", "Another layout, from the next boot on."},
    {"sectile save --show", "What is saved."},
};

inline constexpr Option kRestoreOptions[] = {
    {.name = "dry-run",
     .letter = 'n',
     .help = "Say what would be kept, destroyed and created, and change nothing."},
    {.name = "yes", .letter = 'y', .help = "Do not ask. Needed where there is no terminal."},
    {.name = "timeout",
     .kind = ValueKind::kText,
     .value = "TIME",
     .help = "Wait as long as this for the driver and for the GPUs that were saved: 90s, 2m. "
             "Default: 0s."},
    {.name = "reset",
     .help = "Reset the GPUs whose saved mode needs it, and no others. Refused for a GPU that "
             "somebody uses."},
    kCdi,
    kLive,
    kDriverTimeout,
};
inline constexpr Example kRestoreExamples[] = {
    {"sectile restore --dry-run", "How far the GPUs are from what is saved."},
    {"systemctl enable sectile-restore.service", "At every boot."},
};

inline constexpr Verb kSaveVerb = {
    .name = "save",
    .summary = "keep the layout for the next boot",
    .description =
        "A restart of the machine takes all instances away and, from Hopper on, the MIG mode too. "
        "Saves the modes, instances with their placements and compute instances of all GPUs as "
        "they are now, or those of a configuration, for sectile restore.\n\n"
        "The systemd unit sectile-restore.service restores them at each boot, before anything "
        "uses the GPUs. Enable it once: systemctl enable sectile-restore.service.",
    .options = kSaveOptions,
    .examples = kSaveExamples};

inline constexpr Verb kRestoreVerb = {
    .name = "restore",
    .summary = "bring the saved layout back",
    .description =
        "Changes the GPUs to what sectile save stored, with the same placements. Does nothing if "
        "nothing differs or nothing is saved. GPUs that nothing was saved for are left alone; if "
        "one that was saved is missing, the others are restored, and the exit status is 6. An "
        "instance in use is never destroyed, and a GPU that somebody uses never reset.\n\n"
        "Refuses to work beside nvidia-mig-manager, which would change the same GPUs at boot: "
        "sectile save --from-mig-manager takes over what that does.",
    .options = kRestoreOptions,
    .examples = kRestoreExamples};

}  // namespace sectile::cli
