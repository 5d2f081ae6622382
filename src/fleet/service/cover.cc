#include "src/fleet/service/cover.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

namespace sectile::fleet::internal {
namespace {

__extension__ using Wide = __int128;  // Prices times capacities exceed 64 bits.

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
constexpr int kNodesMax = 50'000;

// A profile that may take part.
struct Item {
  std::size_t profile = 0;
  std::int64_t capacity = 0;
  std::int64_t price = 0;
  std::int64_t most = 0;  // Beyond the least.
};

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

// What `rest` costs at least when bought at the rate of `item`.
std::int64_t least_price(const Item& item, std::int64_t rest) {
  const Wide product = static_cast<Wide>(rest) * item.price;
  return static_cast<std::int64_t>((product + item.capacity - 1) / item.capacity);
}

// Depth first over the items in order of price for what they give, so that what is left costs at
// least what the next item asks for it.
class Search {
 public:
  Search(std::vector<Item> items, std::int64_t target, std::int64_t bar)
      : items_(std::move(items)), taken_(items_.size(), 0), best_price_(bar), target_(target) {
    std::ranges::stable_sort(items_, [](const Item& a, const Item& b) {
      const Wide left = static_cast<Wide>(a.price) * b.capacity;
      const Wide right = static_cast<Wide>(b.price) * a.capacity;
      return left != right ? left < right : a.capacity > b.capacity;
    });
  }

  void run() {
    if (target_ <= 0) {
      found(0);
    } else if (!items_.empty()) {
      visit(0, target_, 0);
    }
  }

  bool found_any() const { return found_any_; }
  std::int64_t price() const { return best_price_; }
  // No choice of these items is cheaper; kNone if there is none.
  std::int64_t bound() const {
    if (!gave_up_) {
      return found_any_ ? best_price_ : kNone;
    }
    return std::min(best_price_, least_price(items_.front(), target_));
  }
  void add_to(std::vector<int>& counts) const {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      counts[items_[i].profile] += static_cast<int>(best_[i]);
    }
  }

 private:
  void found(std::int64_t price) {
    found_any_ = true;
    best_price_ = price;
    best_ = taken_;
  }

  void visit(std::size_t k, std::int64_t rest, std::int64_t price) {
    if (++nodes_ > kNodesMax) {
      gave_up_ = true;
      return;
    }
    const Item& item = items_[k];
    const std::int64_t enough = ceil_divide(rest, item.capacity);
    std::int64_t count = std::min(enough, item.most);
    if (count == enough) {
      if (price + count * item.price < best_price_) {
        taken_[k] = count;
        found(price + count * item.price);
      }
      --count;
    }
    // The fewer of the cheapest, the dearer the rest: the first that is too dear ends it.
    for (; count >= 0 && k + 1 < items_.size() && !gave_up_; --count) {
      const std::int64_t left = rest - count * item.capacity;
      const std::int64_t spent = price + count * item.price;
      if (spent + least_price(items_[k + 1], left) >= best_price_) {
        break;
      }
      taken_[k] = count;
      visit(k + 1, left, spent);
    }
    taken_[k] = 0;
  }

  std::vector<Item> items_;
  std::vector<std::int64_t> taken_;
  std::vector<std::int64_t> best_;
  std::int64_t best_price_;
  std::int64_t target_;
  int nodes_ = 0;
  bool found_any_ = false;
  bool gave_up_ = false;
};

// Covers whose every instance gives at most `largest`: a part of the question.
struct Part {
  std::int64_t target = 0;
  std::int64_t largest = kNone;
};

void improve(Cover& best, const CoverNeed& need, std::span<const std::int64_t> prices,
             const CoverLimits& limits, const Part& part) {
  std::int64_t rest = part.target;
  std::int64_t fixed = 0;
  std::vector<Item> items;
  for (std::size_t p = 0; p < prices.size(); ++p) {
    const bool useful = need.capacities[p] > 0 && need.capacities[p] <= part.largest;
    if (!useful && limits.least[p] > 0) {
      return;
    }
    rest -= limits.least[p] * need.capacities[p];
    fixed += limits.least[p] * prices[p];
    const std::int64_t most = std::min(limits.most[p], kMaxInstances) - limits.least[p];
    if (most < 0) {
      return;
    }
    if (useful && most > 0) {
      items.push_back(
          {.profile = p, .capacity = need.capacities[p], .price = prices[p], .most = most});
    }
  }
  Search search(std::move(items), rest, best.exists ? best.price - fixed : kNone);
  search.run();
  if (search.bound() != kNone) {
    best.bound = std::min(best.bound, fixed + search.bound());
  }
  if (search.found_any()) {
    best.exists = true;
    best.price = fixed + search.price();
    best.counts.assign(limits.least.begin(), limits.least.end());
    search.add_to(best.counts);
  }
}

}  // namespace

bool CoverNeed::met_by(std::span<const int> counts) const {
  Wide sum = 0;
  std::int64_t largest = 0;
  for (std::size_t p = 0; p < capacities.size(); ++p) {
    sum += static_cast<Wide>(counts[p]) * capacities[p];
    largest = std::max(largest, counts[p] > 0 ? capacities[p] : 0);
  }
  return sum - (spare ? largest : 0) >= target && sum >= total;
}

Cover cheapest_cover(const CoverNeed& need, std::span<const std::int64_t> prices,
                     const CoverLimits& limits) {
  Cover best{.exists = false, .counts = {}, .price = 0, .bound = kNone};
  if (!need.spare) {
    improve(best, need, prices, limits, {.target = std::max(need.target, need.total)});
    return best;
  }
  // The largest instance is lost: whichever gives most, the others give no more, and all together
  // give the target and one of it.
  for (const std::int64_t largest : need.capacities) {
    if (largest > 0) {
      improve(best, need, prices, limits,
              {.target = std::max(need.target + largest, need.total), .largest = largest});
    }
  }
  return best;
}

}  // namespace sectile::fleet::internal
