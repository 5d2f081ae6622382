#include "src/fleet/service/rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "src/fleet/service/shaping.h"

namespace sectile::fleet::internal {
namespace {

constexpr double kWhole = 1e-6;
constexpr int kTriesMax = 200;
constexpr std::size_t kCandidatesMax = 6;

class Rounding {
 public:
  Rounding(const Ground& ground, const Master& master, const RoundingRequest& request)
      : ground_(ground),
        master_(master),
        request_(request),
        candidates_(request.services),
        chosen_(request.services, 0),
        counts_(ground.profiles.size(), 0) {
    find_prices();
    find_candidates();
    for (std::size_t i = 0; i < ground.shapes.size(); ++i) {
      begun_.push_back(static_cast<int>(std::floor(master.gpus(i) + kWhole)));
    }
  }

  std::optional<Rounded> run() {
    const double budget = request_.bound - master_.objective() + kWhole;
    gpus_ = request_.bound;
    try_all(0, budget);
    // Not the least: then the likeliest covers on a few more.
    for (gpus_ = request_.bound + 1; !best_ && gpus_ < last_resort(); ++gpus_) {
      tries_ = 0;
      try_all(0, -1);
    }
    return std::move(best_);
  }

 private:
  int last_resort() const {
    const int slack = static_cast<int>(ground_.profiles.size()) + 4;
    return std::min(request_.gpus_below, request_.bound + 2 * slack);
  }

  // As find_shaping() wants them: no shape worth more than a GPU, however scarce.
  void find_prices() {
    const Master::Prices prices = master_.prices();
    for (std::size_t p = 0; p < ground_.profiles.size(); ++p) {
      const std::int64_t scarcity = prices.scarcities[ground_.profiles[p].supply];
      const double share = static_cast<double>(kNano) / static_cast<double>(kNano + scarcity);
      const auto price = static_cast<double>(prices.profiles[p]);
      prices_.push_back(scarcity == 0 ? prices.profiles[p]
                                      : static_cast<std::int64_t>(std::floor(price * share)));
    }
  }

  // Of each service the covers it has, largest share first; of one that has fractions also those
  // that cost little more.
  void find_candidates() {
    for (std::size_t c = 0; c < master_.covers().size(); ++c) {
      const bool used = master_.share(c) > kWhole;
      const bool cheap = master_.reduced_price(c) < 1;
      if (used || cheap) {
        candidates_[master_.covers()[c].service].push_back(c);
      }
    }
    for (std::vector<std::size_t>& list : candidates_) {
      std::ranges::stable_sort(list, [&](std::size_t a, std::size_t b) {
        const double more = master_.share(a) - master_.share(b);
        return std::abs(more) > kWhole ? more > 0
                                       : master_.reduced_price(a) < master_.reduced_price(b);
      });
      const bool whole = !list.empty() && master_.share(list.front()) > 1 - kWhole;
      list.resize(std::min(list.size(), whole ? 1 : kCandidatesMax));
    }
  }

  // Chooses for the services from `service` on. A negative budget: only the first of each.
  void try_all(std::size_t service, double budget) {
    if (best_ || tries_ >= kTriesMax) {
      return;
    }
    if (service == candidates_.size()) {
      ++tries_;
      try_shaping();
      return;
    }
    const bool first_only = budget < 0;
    for (const std::size_t cover : candidates_[service]) {
      const double left = first_only ? budget : budget - std::max(0.0, price(cover));
      if (first_only || left >= 0) {
        chosen_[service] = cover;
        count(cover, 1);
        try_all(service + 1, left);
        count(cover, -1);
      }
      if (first_only) {
        return;
      }
    }
  }

  double price(std::size_t cover) const {
    return master_.share(cover) > kWhole ? 0 : master_.reduced_price(cover);
  }

  void count(std::size_t cover, int times) {
    for (std::size_t p = 0; p < counts_.size(); ++p) {
      counts_[p] += times * master_.covers()[cover].counts[p];
    }
  }

  void try_shaping() {
    const std::optional<std::vector<int>> shaping = find_shaping(
        ground_, {.counts = counts_, .begun = begun_, .prices = prices_, .gpus_max = gpus_});
    if (!shaping) {
      return;
    }
    best_ = Rounded{.shaping = *shaping, .covers = {}};
    for (const std::size_t cover : chosen_) {
      best_->covers.push_back(master_.covers()[cover].counts);
    }
  }

  const Ground& ground_;
  const Master& master_;
  const RoundingRequest& request_;
  std::vector<std::vector<std::size_t>> candidates_;  // Indices of covers.
  std::vector<std::size_t> chosen_;
  std::vector<int> counts_;
  std::vector<int> begun_;
  std::vector<std::int64_t> prices_;
  std::optional<Rounded> best_;
  int gpus_ = 0;
  int tries_ = 0;
};

}  // namespace

std::optional<Rounded> round_off(const Ground& ground, const Master& master,
                                 const RoundingRequest& request) {
  return Rounding(ground, master, request).run();
}

}  // namespace sectile::fleet::internal
