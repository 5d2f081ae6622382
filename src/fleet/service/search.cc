#include "src/fleet/service/search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>

#include "src/fleet/service/master.h"
#include "src/fleet/service/rounding.h"

namespace sectile::fleet::internal {
namespace {

constexpr double kWhole = 1e-6;  // Nearer to a whole number than this is whole.
constexpr int kTooMany = kMaxServiceGpus + 1;
constexpr std::int64_t kDear = kTooMany * kNano;  // Enough to pass for impossible.

int gpus_of(std::int64_t nano) {
  const std::int64_t gpus = nano <= 0 ? 0 : (nano + kNano - 1) / kNano;
  return static_cast<int>(std::min<std::int64_t>(gpus, kTooMany));
}

// A part of the question: so many instances of a profile for a service.
struct Limit {
  std::size_t service = 0;
  std::size_t profile = 0;
  int least = 0;
  int most = kMaxInstances;
};

struct Node {
  std::vector<Limit> limits;
  int bound = 0;  // Of its parent.
};

class BranchAndPrice {
 public:
  BranchAndPrice(const Ground& ground, std::span<const CoverNeed> needs)
      : ground_(ground), needs_(needs), master_(ground, needs.size()) {
    relax();
    for (std::size_t s = 0; s < needs.size(); ++s) {
      for (std::size_t p = 0; p < ground.profiles.size(); ++p) {
        add_lone_cover(s, p);
      }
    }
    answer_.gpus = kTooMany;
  }

  Answer run(int effort) {
    std::vector<Node> open = {Node{}};
    int least_left = kTooMany;  // Bound of what was not looked at to the end.
    while (!open.empty()) {
      const Node node = std::move(open.back());
      open.pop_back();
      if (node.bound >= answer_.gpus) {
        continue;
      }
      if (answer_.nodes > effort) {
        least_left = std::min(least_left, node.bound);
        continue;
      }
      const int bound = visit(node);
      if (bound < answer_.gpus && !branch(node, bound, open)) {
        least_left = std::min(least_left, bound);
      }
      ++answer_.nodes;
    }
    --answer_.nodes;  // The root is none.
    answer_.found = answer_.gpus < kTooMany;
    answer_.bound = std::min(answer_.gpus, least_left);
    return std::move(answer_);
  }

 private:
  void relax() {
    least_.assign(needs_.size(), std::vector<int>(ground_.profiles.size(), 0));
    most_.assign(needs_.size(), std::vector<int>(ground_.profiles.size(), kMaxInstances));
  }

  void add_lone_cover(std::size_t service, std::size_t profile) {
    const CoverNeed& need = needs_[service];
    const std::int64_t capacity = need.capacities[profile];
    if (capacity == 0) {
      return;
    }
    const std::int64_t target = std::max(need.target + (need.spare ? capacity : 0), need.total);
    const std::int64_t count = (target - 1) / capacity + 1;
    if (count <= kMaxInstances) {
      std::vector<int> counts(ground_.profiles.size(), 0);
      counts[profile] = static_cast<int>(count);
      master_.add(service, counts);
    }
  }

  bool within_limits(const Master::Cover& cover) const {
    return std::ranges::equal(least_[cover.service], cover.counts, std::ranges::less_equal()) &&
           std::ranges::equal(cover.counts, most_[cover.service], std::ranges::less_equal());
  }

  // From here on only covers within the limits of the node are used.
  void enter(const Node& node) {
    relax();
    for (const Limit& limit : node.limits) {
      int& least = least_[limit.service][limit.profile];
      int& most = most_[limit.service][limit.profile];
      least = std::max(least, limit.least);
      most = std::min(most, limit.most);
    }
    for (std::size_t c = 0; c < master_.covers().size(); ++c) {
      master_.allow(c, within_limits(master_.covers()[c]));
    }
  }

  // The bound of the node, in GPUs; looks for an answer on the way.
  int visit(const Node& node) {
    enter(node);
    std::int64_t best = 0;
    while (const std::optional<Round> round = price_out()) {
      best = std::max(best, round->bound_nano);
      keep_proof(*round, node.limits.empty());
      const int bound = gpus_of(best);
      const bool lacking = master_.lacking();
      const bool settled = !lacking && bound >= std::ceil(master_.objective() - kWhole);
      if (bound >= answer_.gpus || (settled && look_for_answer(bound))) {
        return bound;
      }
      if (!round->added && !lacking) {
        look_for_answer(bound);
      }
      if (!round->added) {
        return bound;
      }
    }
    return solver_failed_ ? node.bound : kTooMany;  // Some service has no cover in the limits.
  }

  struct Round {
    Master::Prices prices;
    std::vector<std::int64_t> cheapest;
    std::int64_t bound_nano = 0;
    bool added = false;
  };

  // Solves the linear program and adds for each service the cover that is cheapest at its prices.
  std::optional<Round> price_out() {
    if (!master_.solve()) {
      solver_failed_ = true;
      return std::nullopt;
    }
    Round round{.prices = master_.prices(), .cheapest = {}, .bound_nano = 0, .added = false};
    for (std::size_t s = 0; s < needs_.size(); ++s) {
      const Cover cover =
          cheapest_cover(needs_[s], round.prices.profiles, {.least = least_[s], .most = most_[s]});
      if (!cover.exists) {
        return std::nullopt;
      }
      round.cheapest.push_back(std::min(cover.bound, kDear));
      round.bound_nano += round.cheapest.back();
      round.added = master_.add(s, cover.counts) || round.added;
    }
    for (std::size_t s = 0; s < ground_.supplies.size(); ++s) {
      round.bound_nano -= round.prices.scarcities[s] * ground_.supplies[s].count_max.value_or(0);
    }
    return round;
  }

  // Only the root's prices prove something about the whole question.
  void keep_proof(const Round& round, bool root) {
    if (root && (answer_.prices.empty() || round.bound_nano > answer_.root_bound_nano)) {
      answer_.prices = round.prices.profiles;
      answer_.scarcities = round.prices.scarcities;
      answer_.cheapest = round.cheapest;
      answer_.root_bound_nano = round.bound_nano;
    }
  }

  // Whether one with `bound` GPUs was found. Keeps the best.
  bool look_for_answer(int bound) {
    std::optional<Rounded> rounded =
        round_off(ground_, master_, {needs_.size(), bound, answer_.gpus});
    if (rounded) {
      answer_.gpus = std::accumulate(rounded->shaping.begin(), rounded->shaping.end(), 0);
      answer_.shaping = std::move(rounded->shaping);
      answer_.covers = std::move(rounded->covers);
    }
    return answer_.gpus <= bound;
  }

  // Divides the node into two that both exclude its fractions; false if it has none.
  bool branch(const Node& node, int bound, std::vector<Node>& open) {
    const std::optional<Limit> cut = solver_failed_ ? std::nullopt : most_fractional();
    if (!cut) {
      return false;
    }
    Node below{.limits = node.limits, .bound = bound};
    Node above = below;
    below.limits.push_back({.service = cut->service, .profile = cut->profile, .most = cut->most});
    above.limits.push_back({.service = cut->service, .profile = cut->profile, .least = cut->least});
    open.push_back(std::move(above));
    open.push_back(std::move(below));
    return true;
  }

  // Where the solution wants a fraction between `most` and `least` = `most` + 1 instances.
  std::optional<Limit> most_fractional() const {
    const std::size_t profiles = ground_.profiles.size();
    std::vector<double> sums(needs_.size() * profiles, 0);
    std::vector<int> fewest(needs_.size() * profiles, kMaxInstances);
    std::vector<int> greatest(needs_.size() * profiles, 0);
    for (std::size_t c = 0; c < master_.covers().size(); ++c) {
      const double share = master_.share(c);
      const Master::Cover& cover = master_.covers()[c];
      for (std::size_t p = 0; p < profiles && share > kWhole; ++p) {
        const std::size_t i = cover.service * profiles + p;
        sums[i] += share * cover.counts[p];
        fewest[i] = std::min(fewest[i], cover.counts[p]);
        greatest[i] = std::max(greatest[i], cover.counts[p]);
      }
    }
    std::optional<Limit> best;
    double best_distance = 1;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double fraction = sums[i] - std::floor(sums[i]);
      const double distance = std::abs(fraction - 0.5);
      if (fewest[i] < greatest[i] && distance < best_distance) {
        const int most =
            std::clamp(static_cast<int>(std::floor(sums[i] + kWhole)), fewest[i], greatest[i] - 1);
        best_distance = distance;
        best = Limit{
            .service = i / profiles, .profile = i % profiles, .least = most + 1, .most = most};
      }
    }
    return best;
  }

  const Ground& ground_;
  std::span<const CoverNeed> needs_;
  Master master_;
  std::vector<std::vector<int>> least_;
  std::vector<std::vector<int>> most_;
  Answer answer_;
  bool solver_failed_ = false;  // Then nothing more is proven, but nothing wrong is said.
};

}  // namespace

Answer search(const Ground& ground, std::span<const CoverNeed> needs, int effort) {
  return BranchAndPrice(ground, needs).run(effort);
}

}  // namespace sectile::fleet::internal
