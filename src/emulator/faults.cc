#include "src/emulator/faults.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <thread>

#include "src/emulator/session.h"

namespace sectile::emulator {
namespace {

struct NamedReturn {
  std::string_view name;
  nvmlReturn_t value;
};

constexpr std::array kReturns = std::to_array<NamedReturn>({
    {"SUCCESS", NVML_SUCCESS},
    {"UNINITIALIZED", NVML_ERROR_UNINITIALIZED},
    {"INVALID_ARGUMENT", NVML_ERROR_INVALID_ARGUMENT},
    {"NOT_SUPPORTED", NVML_ERROR_NOT_SUPPORTED},
    {"NO_PERMISSION", NVML_ERROR_NO_PERMISSION},
    {"ALREADY_INITIALIZED", NVML_ERROR_ALREADY_INITIALIZED},
    {"NOT_FOUND", NVML_ERROR_NOT_FOUND},
    {"INSUFFICIENT_SIZE", NVML_ERROR_INSUFFICIENT_SIZE},
    {"INSUFFICIENT_POWER", NVML_ERROR_INSUFFICIENT_POWER},
    {"DRIVER_NOT_LOADED", NVML_ERROR_DRIVER_NOT_LOADED},
    {"TIMEOUT", NVML_ERROR_TIMEOUT},
    {"IRQ_ISSUE", NVML_ERROR_IRQ_ISSUE},
    {"LIBRARY_NOT_FOUND", NVML_ERROR_LIBRARY_NOT_FOUND},
    {"FUNCTION_NOT_FOUND", NVML_ERROR_FUNCTION_NOT_FOUND},
    {"CORRUPTED_INFOROM", NVML_ERROR_CORRUPTED_INFOROM},
    {"GPU_IS_LOST", NVML_ERROR_GPU_IS_LOST},
    {"RESET_REQUIRED", NVML_ERROR_RESET_REQUIRED},
    {"OPERATING_SYSTEM", NVML_ERROR_OPERATING_SYSTEM},
    {"LIB_RM_VERSION_MISMATCH", NVML_ERROR_LIB_RM_VERSION_MISMATCH},
    {"IN_USE", NVML_ERROR_IN_USE},
    {"MEMORY", NVML_ERROR_MEMORY},
    {"NO_DATA", NVML_ERROR_NO_DATA},
    {"VGPU_ECC_NOT_SUPPORTED", NVML_ERROR_VGPU_ECC_NOT_SUPPORTED},
    {"INSUFFICIENT_RESOURCES", NVML_ERROR_INSUFFICIENT_RESOURCES},
    {"FREQ_NOT_SUPPORTED", NVML_ERROR_FREQ_NOT_SUPPORTED},
    {"ARGUMENT_VERSION_MISMATCH", NVML_ERROR_ARGUMENT_VERSION_MISMATCH},
    {"DEPRECATED", NVML_ERROR_DEPRECATED},
    {"NOT_READY", NVML_ERROR_NOT_READY},
    {"GPU_NOT_FOUND", NVML_ERROR_GPU_NOT_FOUND},
    {"INVALID_STATE", NVML_ERROR_INVALID_STATE},
    {"RESET_TYPE_NOT_SUPPORTED", NVML_ERROR_RESET_TYPE_NOT_SUPPORTED},
    {"UNKNOWN", NVML_ERROR_UNKNOWN},
});

constexpr std::uint32_t kReturnMax = NVML_ERROR_UNKNOWN;
constexpr std::uint32_t kDelayMax = 3'600'000;  // An hour, in milliseconds.

std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t max) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end && value <= max ? std::optional(value) : std::nullopt;
}

bool set_call(FaultRule& rule, std::string_view value) {
  const bool is_name =
      value.starts_with("nvml") && value.size() < sizeof(rule.call.bytes) &&
      std::ranges::all_of(value, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  rule.call.assign(value);
  return is_name || value == "*";
}

bool set_occurrence(FaultRule& rule, std::string_view value) {
  const std::optional<std::uint32_t> number = parse_number(value, 0x7FFFFFFF);
  rule.occurrence = number.value_or(0);
  return value == "any" || (number && *number > 0);
}

bool set_return(FaultRule& rule, std::string_view value) {
  const auto named = std::ranges::find(kReturns, value, &NamedReturn::name);
  const std::optional<std::uint32_t> number = named != kReturns.end()
                                                  ? std::optional<std::uint32_t>(named->value)
                                                  : parse_number(value, kReturnMax);
  rule.has_result = 1;
  rule.result = number.value_or(0);
  return number.has_value();
}

bool set_effect(FaultRule& rule, std::string_view value) {
  rule.effect = value == "done" ? FaultEffect::kDone : FaultEffect::kNone;
  return value == "none" || value == "done";
}

bool set_delay(FaultRule& rule, std::string_view value) {
  if (!value.ends_with("ms")) {
    return false;
  }
  const std::optional<std::uint32_t> number =
      parse_number(value.substr(0, value.size() - 2), kDelayMax);
  rule.delay_ms = number.value_or(0);
  return number.has_value();
}

struct Setting {
  std::string_view key;
  bool (*set)(FaultRule& rule, std::string_view value);
  std::string_view expected;
};

constexpr std::array kSettings = std::to_array<Setting>({
    {"call", set_call, "the name of an NVML function, or *"},
    {"occurrence", set_occurrence, "a number from 1, or any"},
    {"return", set_return, "an NVML return code such as IN_USE or 19"},
    {"effect", set_effect, "none or done"},
    {"delay", set_delay, "milliseconds up to an hour, such as 150ms"},
});

std::string quoted(std::string_view text) {
  std::string safe = "'";
  for (const char c : text.substr(0, 60)) {
    safe += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '?';
  }
  return safe + "'";
}

// "" or what is wrong with the word.
std::string apply_word(FaultRule& rule, std::string_view word) {
  if (word == "transient" || word == "persistent") {
    rule.persistent = word == "persistent" ? 1 : 0;
    return "";
  }
  if (word == "hang") {
    rule.hang = 1;
    return "";
  }
  const std::size_t equals = word.find('=');
  const std::string_view key = word.substr(0, equals);
  const auto setting = std::ranges::find(kSettings, key, &Setting::key);
  if (equals == std::string_view::npos || setting == kSettings.end()) {
    return quoted(word) +
           " is none of call=, occurrence=, return=, effect=, delay=, transient, "
           "persistent, hang";
  }
  const std::string_view value = word.substr(equals + 1);
  if (!setting->set(rule, value)) {
    return quoted(value) + " is not " + std::string(setting->expected) + ", as " +
           std::string(key) + "= wants";
  }
  return "";
}

std::string_view take_word(std::string_view& line) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  line.remove_prefix(begin);
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

// "" or what is wrong with the line; `found` says whether it holds a rule.
std::string parse_line(std::string_view line, FaultRule& rule, bool& found) {
  line = line.substr(0, line.find('#'));
  found = false;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    found = true;
    if (std::string wrong = apply_word(rule, word); !wrong.empty()) {
      return wrong;
    }
  }
  if (found && rule.call.view().empty()) {
    return "a rule needs call=";
  }
  if (found && rule.has_result == 0 && rule.delay_ms == 0 && rule.hang == 0) {
    return "a rule needs return=, delay= or hang";
  }
  return "";
}

bool hits(const FaultRule& rule) {
  return rule.occurrence == 0 || rule.calls == rule.occurrence ||
         (rule.persistent != 0 && rule.calls > rule.occurrence);
}

bool concerns(const FaultRule& rule, std::string_view call) {
  return rule.call.view() == call || rule.call.view() == "*";
}

[[noreturn]] void hang() {
  while (true) {
    ::pause();
  }
}

}  // namespace

Result<std::vector<FaultRule>> parse_faults(std::string_view script) {
  std::vector<FaultRule> rules;
  for (int number = 1; !script.empty(); ++number) {
    const std::size_t end = std::min(script.find('\n'), script.size());
    FaultRule rule{};
    bool found = false;
    const std::string wrong = parse_line(script.substr(0, end), rule, found);
    if (!wrong.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "fault script, line " + std::to_string(number) + ": " + wrong);
    }
    if (found) {
      rules.push_back(rule);
    }
    script.remove_prefix(std::min(end + 1, script.size()));
  }
  if (rules.size() > kMaxFaultRules) {
    return fail(ErrorCode::kInvalidArgument, "fault script: " + std::to_string(rules.size()) +
                                                 " rules are more than " +
                                                 std::to_string(kMaxFaultRules));
  }
  return rules;
}

Fault count_call(Node& node, std::string_view call) {
  Fault fault;
  for (FaultRule& rule : node.faults.view()) {
    if (!concerns(rule, call)) {
      continue;
    }
    ++rule.calls;
    if (!hits(rule) || !fault.is_none()) {
      continue;
    }
    if (rule.has_result != 0) {
      fault.result = static_cast<nvmlReturn_t>(rule.result);
    }
    fault.effect = rule.effect;
    fault.delay_ms = rule.delay_ms;
    fault.hang = rule.hang != 0;
  }
  return fault;
}

Fault check_fault(std::string_view call) {
  bool concerned = false;
  read_node([&](const Node& node) {
    concerned = std::ranges::any_of(node.faults.view(),
                                    [&](const FaultRule& rule) { return concerns(rule, call); });
    return NVML_SUCCESS;
  });
  Fault fault;
  if (!concerned) {
    return fault;
  }
  count_in_node([&](Node& node) {
    fault = count_call(node, call);
    return NVML_SUCCESS;
  });
  if (fault.hang) {
    hang();
  }
  if (fault.delay_ms > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(fault.delay_ms));
  }
  return fault;
}

}  // namespace sectile::emulator
