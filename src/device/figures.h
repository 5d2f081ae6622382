// Figures that a driver tells: taken only if some GPU could have them.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/placement.h"
#include "src/device/nvml_error.h"

namespace sectile {

// Collects figures, and remembers the first that no GPU can have.
class Figures {
 public:
  explicit Figures(std::string subject) : subject_(std::move(subject)) {}

  int take(const char* what, unsigned long long value, unsigned long long most) {
    if (value > most && problem_.empty()) {
      problem_ = std::string(what) + " is " + std::to_string(value) + " on " + subject_;
    }
    return static_cast<int>(std::min(value, most));
  }
  Status status() const { return problem_.empty() ? Status{} : nvml_garbage(problem_); }

 private:
  std::string subject_;
  std::string problem_;
};

// The driver does not say: the caller may not know, or the driver is too old.
inline bool means_unknown(nvmlReturn_t code) {
  return code == NVML_ERROR_NOT_SUPPORTED || code == NVML_ERROR_FUNCTION_NOT_FOUND ||
         code == NVML_ERROR_NO_PERMISSION;
}

inline constexpr std::size_t kPlacementsMax = 64;  // Of one profile.
inline constexpr auto kSlicesMax = static_cast<unsigned>(kMaxMemorySlices);

// What `ask` puts into an array of NVML placements; empty if the driver does not say.
template <typename NvmlPlacement, typename Ask>
Result<std::vector<Placement>> placements(const char* call, const std::string& subject,
                                          const Ask& ask) {
  std::array<NvmlPlacement, kPlacementsMax> raw{};
  unsigned count = 0;
  nvmlReturn_t code = ask(nullptr, &count);
  if (code == NVML_SUCCESS || code == NVML_ERROR_INSUFFICIENT_SIZE) {
    if (count > kPlacementsMax) {
      return nvml_garbage(std::to_string(count) + " placements of one profile on " + subject);
    }
    code = ask(raw.data(), &count);
  }
  if (means_unknown(code)) {
    return std::vector<Placement>{};
  }
  if (code != NVML_SUCCESS) {
    return nvml_failure(call, code, subject);
  }
  if (count > kPlacementsMax) {
    return nvml_garbage(std::to_string(count) + " placements of one profile on " + subject);
  }
  std::vector<Placement> found;
  for (const NvmlPlacement& one : std::span(raw).first(count)) {
    if (one.size == 0 || one.size > kSlicesMax || one.start > kSlicesMax - one.size) {
      return nvml_garbage("placement " + std::to_string(one.start) + ":" +
                          std::to_string(one.size) + " on " + subject);
    }
    found.push_back({.start = static_cast<int>(one.start), .size = static_cast<int>(one.size)});
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace sectile
