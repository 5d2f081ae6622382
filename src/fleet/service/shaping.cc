#include "src/fleet/service/shaping.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <set>

namespace sectile::fleet::internal {
namespace {

constexpr int kNodesMax = 4000;

// Depth first: the instance that the fewest shapes can hold gets a GPU, in each of their ways.
class Search {
 public:
  Search(const Ground& ground, const ShapingRequest& request)
      : ground_(ground),
        prices_(request.prices),
        rest_(request.counts.begin(), request.counts.end()),
        shaping_(request.begun.begin(), request.begun.end()),
        gpus_(request.gpus_max),
        supplies_(ground.supplies.size(), std::numeric_limits<int>::max()) {
    for (std::size_t s = 0; s < supplies_.size(); ++s) {
      supplies_[s] = ground.supplies[s].count_max.value_or(supplies_[s]);
    }
    for (std::size_t i = 0; i < shaping_.size(); ++i) {
      gpus_ -= shaping_[i];
      supplies_[ground.shapes[i].supply] -= shaping_[i];
      for (std::size_t p = 0; p < rest_.size(); ++p) {
        rest_[p] = std::max(0, rest_[p] - shaping_[i] * ground.shapes[i].counts[p]);
      }
    }
  }

  bool run() {
    const bool begun_well =
        gpus_ >= 0 && std::ranges::all_of(supplies_, [](int n) { return n >= 0; });
    return begun_well && visit();
  }

  std::vector<int> shaping() && { return std::move(shaping_); }

 private:
  std::int64_t worth(std::span<const int> counts) const {
    std::int64_t sum = 0;
    for (std::size_t p = 0; p < counts.size(); ++p) {
      sum += std::min(counts[p], rest_[p]) * prices_[p];
    }
    return sum;
  }

  // Shapes that hold the profile, of supplies that last, most useful first.
  std::vector<std::size_t> candidates(std::size_t profile) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < ground_.shapes.size(); ++i) {
      if (ground_.shapes[i].counts[profile] > 0 && supplies_[ground_.shapes[i].supply] > 0) {
        found.push_back(i);
      }
    }
    std::ranges::stable_sort(found, std::ranges::greater(),
                             [&](std::size_t i) { return worth(ground_.shapes[i].counts); });
    return found;
  }

  // The profile still to be placed that the fewest shapes hold.
  std::size_t hardest() const {
    std::size_t best = rest_.size();
    std::ptrdiff_t fewest = std::numeric_limits<std::ptrdiff_t>::max();
    for (std::size_t p = 0; p < rest_.size(); ++p) {
      const std::ptrdiff_t shapes = std::ranges::count_if(
          ground_.shapes, [&](const Shape& shape) { return shape.counts[p] > 0; });
      if (rest_[p] > 0 && shapes < fewest) {
        best = p;
        fewest = shapes;
      }
    }
    return best;
  }

  // All that decides whether the rest can be done.
  std::vector<int> state() const {
    std::vector<int> state = rest_;
    state.insert(state.end(), supplies_.begin(), supplies_.end());
    state.push_back(gpus_);
    return state;
  }

  bool visit() {
    const std::size_t profile = hardest();
    if (profile == rest_.size()) {
      return true;
    }
    if (++nodes_ > kNodesMax || worth(rest_) > gpus_ * kNano || !failed_.insert(state()).second) {
      return false;
    }
    for (const std::size_t i : candidates(profile)) {
      const Shape& shape = ground_.shapes[i];
      const std::vector<int> before = rest_;
      for (std::size_t p = 0; p < rest_.size(); ++p) {
        rest_[p] = std::max(0, rest_[p] - shape.counts[p]);
      }
      --gpus_;
      --supplies_[shape.supply];
      ++shaping_[i];
      if (visit()) {
        return true;
      }
      --shaping_[i];
      ++supplies_[shape.supply];
      ++gpus_;
      rest_ = before;
    }
    return false;
  }

  const Ground& ground_;
  std::span<const std::int64_t> prices_;
  std::vector<int> rest_;
  std::vector<int> shaping_;
  int gpus_;
  std::vector<int> supplies_;  // GPUs left of each.
  std::set<std::vector<int>> failed_;
  int nodes_ = 0;
};

}  // namespace

std::optional<std::vector<int>> find_shaping(const Ground& ground, const ShapingRequest& request) {
  Search search(ground, request);
  if (!search.run()) {
    return std::nullopt;
  }
  return std::move(search).shaping();
}

}  // namespace sectile::fleet::internal
