#include "src/fleet/index/scarcity.h"

#include <algorithm>
#include <functional>

namespace sectile::internal {

Scarcity::Scarcity(std::vector<std::vector<float>> lack) : lack_(std::move(lack)) {
  for (const Row& row : lack_) {
    Row& price = price_.emplace_back(row.size() + 1, 0.0F);
    for (std::size_t gpus = 1; gpus < row.size(); ++gpus) {
      price[gpus] = row[gpus - 1] - row[gpus];
    }
  }
}

float Scarcity::of(const Room& room) const {
  float sum = 0;
  for (std::size_t profile = 0; profile < lack_.size(); ++profile) {
    sum += at(lack_[profile], room[profile]);
  }
  return sum;
}

float Scarcity::least(ProfileSet closed) const {
  float sum = 0;  // Added up in the order of of_closing(), so that rounding cannot make it more.
  for_each_profile(closed,
                   [&](std::size_t profile) { sum += *std::ranges::min_element(price_[profile]); });
  return sum;
}

float Scarcity::of_change(const Room& before, const Room& after) const {
  float more = 0;
  for (std::size_t profile = 0; profile < lack_.size(); ++profile) {
    more += at(lack_[profile], after[profile]) - at(lack_[profile], before[profile]);
  }
  return more;
}

std::size_t Scarcity::memory_bytes() const {
  std::size_t bytes = 0;
  for (const std::vector<Row>& rows : {std::cref(lack_), std::cref(price_)}) {
    bytes += rows.capacity() * sizeof(Row);
    for (const Row& row : rows) {
      bytes += row.capacity() * sizeof(float);
    }
  }
  return bytes;
}

}  // namespace sectile::internal
