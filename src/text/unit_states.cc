#include "sectile/text/unit_states.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "src/text/utf8.h"

namespace sectile {
namespace {

constexpr std::array<std::string_view, 3> kActive = {"active", "reloading", "activating"};
constexpr std::array<std::string_view, 4> kTypes = {".service", ".socket", ".target", ".timer"};

constexpr std::size_t kMaxUnitName = 255;

// One block, lines of NAME=value.
Result<UnitState> read_block(std::string_view block) {
  UnitState state;
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('\n'), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 1, block.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      return fail(ErrorCode::kFailed,
                  fmt::format("systemctl show says '{}'", internal::printable(line)));
    }
    const std::string_view name = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    if (name == "Id") {
      state.id = value;
    } else if (name == "LoadState") {
      state.installed = value != "not-found" && value != "masked";
    } else if (name == "ActiveState") {
      state.active = std::ranges::find(kActive, value) != kActive.end();
    }
  }
  if (!is_unit_name(state.id)) {
    return fail(ErrorCode::kFailed,
                fmt::format("systemctl show names a unit '{}'", internal::printable(state.id)));
  }
  return state;
}

}  // namespace

bool is_unit_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(":-_.\\@").find(c) != std::string_view::npos;
  };
  const bool typed = std::ranges::any_of(kTypes, [&](std::string_view type) {
    return name.size() > type.size() && name.ends_with(type);
  });
  return typed && name.size() <= kMaxUnitName && !name.starts_with('-') &&
         std::ranges::all_of(name, allowed);
}

Result<std::vector<UnitState>> parse_unit_states(std::string_view text) {
  std::vector<UnitState> states;
  while (!text.empty()) {
    if (text.front() == '\n') {
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    Result<UnitState> state = read_block(text.substr(0, end));
    text.remove_prefix(end);
    if (!state) {
      return fail(state);
    }
    if (std::ranges::find(states, state->id, &UnitState::id) == states.end()) {
      states.push_back(*std::move(state));
    }
    if (states.size() > kMaxUnitStates) {
      return fail(ErrorCode::kFailed,
                  fmt::format("systemctl show names more than {} units", kMaxUnitStates));
    }
  }
  return states;
}

}  // namespace sectile
