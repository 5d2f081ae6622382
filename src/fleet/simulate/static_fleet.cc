#include <algorithm>
#include <memory>
#include <utility>

#include "sectile/fleet/simulation.h"

namespace sectile {
namespace {

class StaticFleet final : public LossFleet {
 public:
  explicit StaticFleet(StaticPools pools) : pools_(std::move(pools)) {}

  bool arrive(std::size_t want, Ticket ticket) override {
    const std::vector<std::size_t>& pools = pools_.pools_of_want[want];
    const auto pool = std::ranges::find_if(
        pools, [this](std::size_t number) { return pools_.instances[number] > 0; });
    if (pool == pools.end()) {
      return false;
    }
    pools_.instances[*pool] -= 1;
    if (ticket >= pool_of_.size()) {
      pool_of_.resize(ticket + std::size_t{1});
    }
    pool_of_[ticket] = *pool;
    return true;
  }

  void leave(Ticket ticket) override { pools_.instances[pool_of_[ticket]] += 1; }

 private:
  StaticPools pools_;
  std::vector<std::size_t> pool_of_;  // By ticket.
};

}  // namespace

std::unique_ptr<LossFleet> make_static_fleet(StaticPools pools) {
  return std::make_unique<StaticFleet>(std::move(pools));
}

}  // namespace sectile
