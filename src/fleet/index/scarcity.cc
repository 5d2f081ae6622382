#include "src/fleet/index/scarcity.h"

namespace sectile::internal {

float Scarcity::of(const Room& room) const {
  float sum = 0;
  for (std::size_t profile = 0; profile < lack_.size(); ++profile) {
    sum += at(profile, room[profile]);
  }
  return sum;
}

float Scarcity::of_changes(std::span<const RoomChange> changes, const Room& room) const {
  float more = 0;
  for (std::size_t profile = 0; profile < lack_.size(); ++profile) {
    std::uint32_t after = room[profile];
    for (const RoomChange& change : changes) {
      after += static_cast<std::uint32_t>((change.to >> profile) & 1);
      after -= static_cast<std::uint32_t>((change.from >> profile) & 1);
    }
    more += at(profile, after) - at(profile, room[profile]);
  }
  return more;
}

std::size_t Scarcity::memory_bytes() const {
  std::size_t bytes = lack_.capacity() * sizeof(std::vector<float>);
  for (const std::vector<float>& row : lack_) {
    bytes += row.capacity() * sizeof(float);
  }
  return bytes;
}

}  // namespace sectile::internal
