#include "src/fleet/program/bound.h"

#include <algorithm>
#include <vector>

#include "sectile/base/check.h"

namespace sectile::fleet::program {
namespace {

__extension__ using Wide = __int128;  // Prices times counts leave 64 bits.

// The cost of a level with the earlier levels priced in, times kPriceScale.
class Scaled {
 public:
  Scaled(const Prices& prices, std::size_t level) : prices_(prices), level_(level) {}

  Wide operator()(const Costs& costs) const {
    Wide sum = static_cast<Wide>(costs[level_]) * kPriceScale;
    for (std::size_t earlier = 0; earlier < level_; ++earlier) {
      sum +=
          static_cast<Wide>(costs[earlier]) * std::max<std::int64_t>(prices_.earlier[earlier], 0);
    }
    return sum;
  }

 private:
  const Prices& prices_;
  std::size_t level_;
};

// No unit is worth more than going without it costs.
std::vector<Wide> clamped(const Program& program, const Prices& prices, const Scaled& scaled) {
  std::vector<Wide> result;
  for (std::size_t i = 0; i < program.needs.size(); ++i) {
    Wide price = std::max<std::int64_t>(prices.needs[i], 0);
    if (program.needs[i].optional) {
      price = std::min(price, scaled(program.needs[i].unserved));
    }
    result.push_back(price);
  }
  return result;
}

// What one instance of each item fetches at best.
std::vector<Wide> worth_of_items(const Program& program, const std::vector<Wide>& needs,
                                 const Scaled& scaled) {
  std::vector<Wide> worth(program.items, 0);
  for (const Service& service : program.services) {
    worth[service.item] =
        std::max(worth[service.item], needs[service.need] - scaled(service.costs));
  }
  return worth;
}

Wide worth_of(const Pattern& pattern, const std::vector<Wide>& items) {
  Wide sum = 0;
  for (const Give& give : pattern.gives) {
    sum += items[give.item] * give.count;
  }
  return sum;
}

// Lowers the prices until no pattern of an unlimited group makes a profit. All prices in the same
// proportion do: what an item fetches falls at least as much.
void lower_to_no_profit(const Program& program, const Scaled& scaled, std::vector<Wide>& needs) {
  const std::vector<Wide> items = worth_of_items(program, needs, scaled);
  Wide above = 1;  // The worst worth / cost, as a fraction.
  Wide below = 1;
  for (const Pattern& pattern : program.patterns) {
    const Wide worth = worth_of(pattern, items);
    const Wide costs = scaled(pattern.costs);
    if (program.groups[pattern.group].count != kUnlimited || worth <= costs) {
      continue;
    }
    // worth / costs > above / below, in doubles first: the exact test may leave 128 bits.
    if (costs == 0 || static_cast<double>(worth) * static_cast<double>(below) >=
                          static_cast<double>(above) * static_cast<double>(costs)) {
      above = worth;
      below = costs;
    }
  }
  if (above == below) {
    return;
  }
  // A fraction of 2^30 that is surely small enough.
  constexpr Wide kOne = Wide{1} << 30U;
  const double ratio = static_cast<double>(below) / static_cast<double>(above);
  const Wide factor = std::max<Wide>(static_cast<Wide>(ratio * static_cast<double>(kOne)) - 2, 0);
  for (Wide& price : needs) {
    price = price * factor / kOne;
  }
}

// The greatest profit that each group can make with one GPU.
std::vector<Wide> profits(const Program& program, const Scaled& scaled,
                          const std::vector<Wide>& items) {
  std::vector<Wide> profit(program.groups.size());
  std::vector<bool> seen(program.groups.size());
  for (std::size_t i = 0; i < program.groups.size(); ++i) {
    seen[i] = !program.groups[i].exact;  // Left alone it makes none and costs none.
  }
  for (const Pattern& pattern : program.patterns) {
    const Wide here = worth_of(pattern, items) - scaled(pattern.costs);
    Wide& best = profit[pattern.group];
    best = seen[pattern.group] ? std::max(best, here) : here;
    seen[pattern.group] = true;
  }
  return profit;
}

Wide ceil_divide(Wide value, Wide by) {
  return value <= 0 ? 0 : (value + by - 1) / by;
}

}  // namespace

std::int64_t lower_bound(const Program& program, std::size_t level,
                         std::span<const std::int64_t> earlier, const Prices& prices) {
  SECTILE_CHECK(prices.needs.size() == program.needs.size() && earlier.size() >= level);
  const Scaled scaled(prices, level);
  std::vector<Wide> needs = clamped(program, prices, scaled);
  lower_to_no_profit(program, scaled, needs);
  const std::vector<Wide> profit = profits(program, scaled, worth_of_items(program, needs, scaled));
  Wide sum = 0;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    sum += needs[i] * program.needs[i].count;
  }
  for (std::size_t i = 0; i < profit.size(); ++i) {
    const bool unlimited = program.groups[i].count == kUnlimited;
    if (unlimited && profit[i] > 0) {
      return 0;  // Rounding left a profit: these prices prove nothing.
    }
    sum -= unlimited ? 0 : profit[i] * program.groups[i].count;
  }
  for (std::size_t i = 0; i < level; ++i) {
    sum -= static_cast<Wide>(std::max<std::int64_t>(prices.earlier[i], 0)) * earlier[i];
  }
  return static_cast<std::int64_t>(ceil_divide(sum, kPriceScale));
}

}  // namespace sectile::fleet::program
