// Hooks: commands that run around a change, in the file of nvidia-mig-parted's hooks, version v1.
//
// Values and pure functions; apply/hook_runner.h runs them. docs/formats/hooks.md is the
// specification. The same limits and error positions as mig_parted.h, and those below.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"

namespace sectile {

// When a hook runs, in the order in which a change comes by.
enum class HookPoint : std::uint8_t {
  kApplyStart,      // Before anything.
  kPreApplyMode,    // Before the first mode change, if there is one.
  kPreApplyConfig,  // Before the first change of instances, if there is one.
  kApplyExit,       // At the end of everything, whatever happened.
};
inline constexpr std::size_t kHookPoints = 4;

// "pre-apply-mode": the name in the file.
std::string_view name_of(HookPoint point);

struct Hook {
  std::string command;                             // A path, or a program in PATH; not empty.
  std::vector<std::string> arguments;              // Without the command itself.
  std::map<std::string, std::string> environment;  // All that it gets, beside what the runner adds.
  std::string directory;                           // Empty: where Sectile was started.

  friend bool operator==(const Hook&, const Hook&) = default;
};

struct HooksConfig {
  std::string file;  // Plays no part in ==.
  std::array<std::vector<Hook>, kHookPoints> hooks;

  const std::vector<Hook>& at(HookPoint point) const {
    return hooks[static_cast<std::size_t>(point)];
  }
  bool empty() const;
  friend bool operator==(const HooksConfig& a, const HooksConfig& b) { return a.hooks == b.hooks; }
};

inline constexpr std::size_t kMaxHooks = 64;       // Of one point.
inline constexpr std::size_t kMaxHookWords = 256;  // Arguments, or variables.
inline constexpr std::size_t kMaxHookText =
    std::size_t{128} * 1024;  // Bytes of one; the kernel takes no more.

// YAML or JSON. Fails with kInvalidArgument at "file:line:column: ".
Result<HooksConfig> parse_hooks(std::string_view text, std::string_view file);

// What parse_hooks() reads back as the same value.
std::string write_hooks(const HooksConfig& config);

}  // namespace sectile
