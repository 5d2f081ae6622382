// The driver's table of capability devices, /proc/driver/nvidia-caps/mig-minors: which
// /dev/nvidia-caps/nvidia-capN opens which instance.
//
// A value and a pure function. The GPU is named by the minor number of its own device node, which
// is neither NVML's index nor its place on the PCI bus.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "sectile/base/result.h"

namespace sectile {

inline constexpr std::size_t kMaxMigMinorsBytes = std::size_t{4} * 1024 * 1024;

class MigMinors {
 public:
  // The minor of the capability device of a GPU instance, or of a compute instance in it.
  std::optional<unsigned> find(unsigned gpu_minor, unsigned gpu_instance) const;
  std::optional<unsigned> find(unsigned gpu_minor, unsigned gpu_instance,
                               unsigned compute_instance) const;
  std::size_t size() const { return minors_.size(); }

  friend bool operator==(const MigMinors&, const MigMinors&) = default;

 private:
  friend Result<MigMinors> parse_mig_minors(std::string_view text);
  struct Key {
    unsigned gpu = 0;
    unsigned gpu_instance = 0;
    std::optional<unsigned> compute_instance;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::map<Key, unsigned> minors_;
};

// Lines such as "gpu0/gi1/ci0/access 13"; "config 1" and "monitor 2" and lines of other forms name
// no instance and are passed over. Fails with kInvalidArgument at "mig-minors:line: " for a number
// that is none, for an instance that is named twice, and for a text that is too large.
Result<MigMinors> parse_mig_minors(std::string_view text);

}  // namespace sectile
