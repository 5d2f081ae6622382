#include "src/cli/options.h"

#include <algorithm>

#include "src/cli/table/advise.h"
#include "src/cli/table/boot.h"
#include "src/cli/table/catalogue.h"
#include "src/cli/table/change.h"
#include "src/cli/table/doctor.h"
#include "src/cli/table/emulate.h"
#include "src/cli/table/file.h"
#include "src/cli/table/fleet.h"
#include "src/cli/table/history.h"
#include "src/cli/table/internal.h"
#include "src/cli/table/plan.h"
#include "src/cli/table/show.h"
#include "src/cli/table/simulate.h"
#include "src/cli/table/who.h"

namespace sectile::cli {
namespace {

constexpr Option kCommon[] = {
    {.name = "help", .letter = 'h', .help = "Show help and exit."},
    {.name = "version", .help = "Show the version and exit."},
    {.name = "quiet", .letter = 'q', .help = "Print errors and nothing else but the result."},
    {.name = "no-colour",
     .help = "Never use colour. Otherwise a terminal gets colour unless NO_COLOR is set.",
     .also = "no-color"},
};

constexpr Verb kVerbs[] = {
    kPlanVerb,     kAdviseVerb,  kGpusVerb,     kProfilesVerb, kShowVerb, kWhoVerb,
    kDoctorVerb,   kDiffVerb,    kApplyVerb,    kAssertVerb,   kLogVerb,  kUndoVerb,
    kRepairVerb,   kSaveVerb,    kRestoreVerb,  kExportVerb,   kLintVerb, kFleetVerb,
    kSimulateVerb, kEmulateVerb, kInternalVerb,
};

constexpr ExitStatus kExitStatuses[] = {
    {0, "Done; or, for diff and assert, the same."},
    {1, "Differs (diff, assert); or any other failure."},
    {2, "Usage, or malformed input."},
    {3, "Unsatisfiable: it cannot fit."},
    {4, "Busy: somebody uses what would be destroyed; the holders are named."},
    {5, "Stale: the machine changed since it was read."},
    {6, "Unavailable: no driver, no GPU, no such model."},
    {7, "Permission: the caller lacks a privilege."},
    {8, "Not restored: a change failed, and so did taking it back. See repair."},
    {9, "Rolled back: a change failed, and the old layout is back."},
};

constexpr Variable kVariables[] = {
    {"SECTILE_NVML", "The NVML library to load instead of libnvidia-ml.so.1."},
    {"SECTILE_DRIVER_TIMEOUT",
     "What --driver-timeout is if it is not given: how long a call into the driver may take."},
    {"SECTILE_STATE_DIR", "Where the lock and the state are kept. Default: /var/lib/sectile."},
    {"SECTILE_SYSROOT",
     "Where proc, sys, dev, etc, run and var of an emulated machine are. Processes are this "
     "machine's all the same."},
    {"SECTILE_EMULATOR_LIBRARY", "The emulator's libnvidia-ml.so.1, for emulate."},
    {"NO_COLOR", "If set and not empty, no colour is used."},
};

bool named(const Option& option, std::string_view name) {
  return option.name == name || (!option.also.empty() && option.also == name) ||
         (name.size() == 1 && option.letter == name.front());
}

}  // namespace

std::span<const Verb> verbs() {
  return kVerbs;
}
std::span<const Option> common_options() {
  return kCommon;
}
std::span<const ExitStatus> exit_statuses() {
  return kExitStatuses;
}
std::span<const Variable> variables() {
  return kVariables;
}

const Verb* find_verb(std::string_view name) {
  const auto* verb = std::ranges::find(kVerbs, name, &Verb::name);
  return verb == std::end(kVerbs) ? nullptr : verb;
}

const Option* find_option(const Verb& verb, std::string_view name) {
  for (const std::span<const Option> options : {verb.options, common_options()}) {
    const auto found =
        std::ranges::find_if(options, [&](const Option& option) { return named(option, name); });
    if (found != options.end()) {
      return &*found;
    }
  }
  return nullptr;
}

}  // namespace sectile::cli
