#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "sectile/apply/companions.h"
#include "src/apply/small_file.h"

namespace sectile {
namespace {

// In the state file while services are stopped: the boot id, then the units in the order in which
// they were stopped, a line each.
constexpr const char* kDocument = "stopped-services";

void say(const Say& listener, const std::string& line) {
  if (listener) {
    listener(line);
  }
}

std::string boot_id(const std::string& file) {
  const std::string text = read_small_file(file).value_or("");
  std::string_view rest = text;
  return std::string(take_word(rest, '\n'));
}

std::string document_of(const std::string& boot, const std::vector<std::string>& units) {
  std::string text = boot + "\n";
  for (const std::string& unit : units) {
    text += unit + "\n";
  }
  return text;
}

struct Stopped {
  std::string boot;
  std::vector<std::string> units;
};

Result<Stopped> read_document(std::string_view text) {
  Stopped stopped{.boot = std::string(take_word(text, '\n')), .units = {}};
  while (!text.empty()) {
    const std::string unit(take_word(text, '\n'));
    if (!is_unit_name(unit)) {
      return fail(ErrorCode::kFailed, "the state file says that a service '" + unit +
                                          "' was stopped, which cannot be its name");
    }
    stopped.units.push_back(unit);
  }
  return stopped;
}

bool is_active(const std::vector<UnitState>& states, const std::string& unit) {
  const auto found = std::ranges::find(states, unit, &UnitState::id);
  return found != states.end() && found->active;
}

std::vector<std::string> active_units(const std::vector<UnitState>& states) {
  std::vector<std::string> units;
  for (const UnitState& state : states) {
    if (state.active) {
      units.push_back(state.id);
    }
  }
  return units;
}

// The units to be stopped, and then the rest of the catalogue: what may stop along with them.
std::vector<std::string> with_catalogue(std::vector<std::string> units) {
  for (const ClientService& service : client_services()) {
    const std::string unit(service.unit);
    if (std::ranges::find(units, unit) == units.end()) {
      units.push_back(unit);
    }
  }
  return units;
}

}  // namespace

Status ServiceCompanion::start(const ChangeContext& context) {
  if (!settings_.catalogue && settings_.asked.empty()) {
    return {};
  }
  const auto wrong = std::ranges::find_if_not(
      settings_.asked, [](const std::string& unit) { return is_unit_name(unit); });
  if (wrong != settings_.asked.end()) {
    return fail(ErrorCode::kInvalidArgument, "'" + *wrong + "' cannot be the name of a service",
                "write it with its type: nvidia-dcgm.service");
  }
  const std::vector<std::string> units =
      services_to_stop(context.plan, settings_.catalogue, settings_.asked);
  const Result<std::vector<UnitState>> states = settings_.systemctl.states(units);
  if (!states) {
    return fail(states);
  }
  return active_units(*states).empty() ? Status{} : stop(context, *states);
}

Status ServiceCompanion::stop(const ChangeContext& context, const std::vector<UnitState>& before) {
  const std::vector<std::string> units = active_units(before);
  const Result<std::vector<UnitState>> around = settings_.systemctl.states(with_catalogue(units));
  if (!around) {
    return fail(around);
  }
  const std::string boot = boot_id(settings_.boot_id_file);
  // All that is active is noted before the first is stopped: to start it again does no harm.
  if (const Status noted = context.state.put(kDocument, document_of(boot, active_units(*around)));
      !noted) {
    return noted;
  }
  for (const std::string& unit : units) {
    say(settings_.say, "stopping " + unit);
    if (const Status stopped = settings_.systemctl.stop(unit); !stopped) {
      return stopped;
    }
  }
  const Result<std::vector<UnitState>> after = settings_.systemctl.states(active_units(*around));
  if (!after) {
    return fail(after);
  }
  std::vector<std::string> stopped;
  for (const std::string& unit : active_units(*around)) {
    if (!is_active(*after, unit)) {
      stopped.push_back(unit);
    }
  }
  return context.state.put(kDocument, document_of(boot, stopped));
}

// Starts those that do not run, the last that was stopped first; what failed, in words.
std::string ServiceCompanion::start_again(const std::vector<std::string>& units) const {
  std::string failures;
  const Result<std::vector<UnitState>> states = settings_.systemctl.states(units);
  for (const std::string& unit : units | std::views::reverse) {
    if (states && is_active(*states, unit)) {
      continue;
    }
    say(settings_.say, "starting " + unit);
    if (const Status started = settings_.systemctl.start(unit); !started) {
      failures += (failures.empty() ? "" : "; ") + started.error().message;
    }
  }
  return failures;
}

Status ServiceCompanion::exit(const ChangeContext& context, const Result<Applied>& /*outcome*/) {
  const Result<std::optional<std::string>> document = context.state.get(kDocument);
  if (!document) {
    return fail(document);
  }
  const std::optional<std::string>& text = *document;
  if (!text) {
    return {};
  }
  const Result<Stopped> stopped = read_document(*text);
  if (!stopped) {
    return fail(stopped);
  }
  std::string failures;
  if (stopped->boot == boot_id(settings_.boot_id_file)) {
    failures = start_again(stopped->units);
  }
  Status erased = context.state.erase(kDocument);
  if (!failures.empty()) {
    return fail(ErrorCode::kFailed, "a service that was stopped does not start again: " + failures,
                "see `systemctl status`, and start it by hand");
  }
  return erased;
}

}  // namespace sectile
