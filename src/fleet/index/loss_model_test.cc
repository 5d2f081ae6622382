#include "sectile/fleet/loss_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"

namespace sectile {
namespace {

bool five(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.double_memory();
}

const StateSpace& a100() {
  static const StateSpace space = *StateSpace::of(**find_model("a100-80gb"), five);
  return space;
}

std::vector<std::size_t> all_profiles(const StateSpace& space) {
  std::vector<std::size_t> all(space.profiles().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// Five profiles alike at rho 1: 0.4857 GPUs for each instance.
LossModel uniform(std::size_t gpus, double lifetimes) {
  LossModel model{.arrivals = static_cast<double>(gpus) / 0.485714,
                  .shares = std::vector<double>(5, 1),
                  .lifetimes = lifetimes};
  for (const Profile& profile : a100().profiles()) {
    model.slices.push_back(profile.memory_slices);
  }
  return model;
}

// As many servers as fit, whatever is asked for.
class Servers : public LossFleet {
 public:
  explicit Servers(int free) : free_(free) {}
  bool arrive(std::size_t /*want*/, Ticket ticket) override {
    if (free_ == 0) {
      return false;
    }
    --free_;
    EXPECT_TRUE(inside_.insert(ticket).second);
    return true;
  }
  void leave(Ticket ticket) override {
    ++free_;
    EXPECT_EQ(inside_.erase(ticket), 1U);
  }

 private:
  int free_;
  std::set<Ticket> inside_;
};

TEST(LossModelTest, LosesWhatErlangsFormulaSays) {
  // Ten servers offered eight: B = (8^10 / 10!) / sum 8^k / k!.
  double term = 1;
  double sum = 1;
  for (int k = 1; k <= 10; ++k) {
    sum += term *= 8.0 / k;
  }
  const double blocked = term / sum;
  LossModel model{.arrivals = 8, .shares = {1, 2}, .slices = {1, 4}, .lifetimes = 20'000};
  Servers servers(10);
  const Result<LossOutcome> outcome = run_loss_model(model, servers);
  ASSERT_TRUE(outcome);
  EXPECT_NEAR(1 - outcome->acceptance_by_count(), blocked, 0.005);
  EXPECT_NEAR(1 - outcome->acceptance_by_slices(), blocked, 0.005);
  const double offered = static_cast<double>(outcome->offered[0] + outcome->offered[1]);
  EXPECT_NEAR(offered, 8 * 20'000 * 0.85, 1500);
  EXPECT_NEAR(static_cast<double>(outcome->offered[0]) / offered, 1.0 / 3, 0.01);
}

TEST(LossModelTest, GivesEqualResultsForEqualSeedsAndOthersForOthers) {
  const auto run = [&](std::uint64_t seed) {
    LossModel model = uniform(20, 30);
    model.seed = seed;
    const auto fleet = make_index_fleet(a100(), Rule::kForesight, 20, all_profiles(a100()),
                                        {.for_room = true, .after_refusal = 0.2F});
    return *run_loss_model(model, *fleet);
  };
  const LossOutcome once = run(7);
  const LossOutcome again = run(7);
  EXPECT_EQ(once.accepted, again.accepted);
  EXPECT_EQ(once.moves, again.moves);
  EXPECT_NE(once.offered, run(8).offered);
}

TEST(LossModelTest, MeetsEveryRuleWithTheSameArrivals) {
  const LossModel model = uniform(10, 50);
  const auto spread = make_index_fleet(a100(), Rule::kWorstFit, 10, all_profiles(a100()));
  const auto packed = make_index_fleet(a100(), Rule::kForesight, 10, all_profiles(a100()));
  const LossOutcome first = *run_loss_model(model, *spread);
  const LossOutcome second = *run_loss_model(model, *packed);
  EXPECT_EQ(first.offered, second.offered);
  EXPECT_LT(first.acceptance_by_slices(), second.acceptance_by_slices());
}

TEST(LossModelTest, ScanAndIndexAgreeForRulesThatGoByNumber) {
  const LossModel model = uniform(30, 40);
  const std::vector<double> shares(5, 1);
  for (const Rule rule : {Rule::kFirstFit, Rule::kRoundRobin}) {
    const auto index = make_index_fleet(a100(), rule, 30, all_profiles(a100()));
    const auto scan = make_scan_fleet(a100(), rule, 30, all_profiles(a100()), shares);
    EXPECT_EQ(run_loss_model(model, *index)->accepted, run_loss_model(model, *scan)->accepted);
  }
}

TEST(LossModelTest, RefusesFiguresThatMeanNothing) {
  Servers servers(1);
  const auto refused = [&](const LossModel& model) { return !run_loss_model(model, servers); };
  const LossModel good{.arrivals = 1, .shares = {1}, .slices = {1}, .lifetimes = 1};
  EXPECT_FALSE(refused(good));
  LossModel bad = good;
  bad.arrivals = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.arrivals = 1e300;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.shares = {0};
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.shares = {1, 1};
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.warm_up = 1;
  EXPECT_TRUE(refused(bad));
}

// Adds every way to fill one more GPU to every count vector.
std::set<ProfileCounts> one_gpu_more(const std::set<ProfileCounts>& before,
                                     const std::set<ProfileCounts>& one) {
  std::set<ProfileCounts> after;
  for (const ProfileCounts& old : before) {
    for (const ProfileCounts& added : one) {
      ProfileCounts sum = old;
      for (std::size_t i = 0; i < sum.size(); ++i) {
        sum[i] += added[i];
      }
      after.insert(sum);
    }
  }
  return after;
}

bool repacks(const StateSpace& space, std::size_t gpus, const ProfileCounts& counts) {
  const auto fleet = *make_repacking_fleet(space, gpus, all_profiles(space));
  LossFleet::Ticket ticket = 0;
  for (std::size_t profile = 0; profile < counts.size(); ++profile) {
    for (int i = 0; i < counts[profile]; ++i) {
      if (!fleet->arrive(profile, ticket++)) {
        return false;
      }
    }
  }
  return true;
}

// One instance more of a profile, where no packing holds that.
void expect_no_more(const StateSpace& space, std::size_t gpus, const ProfileCounts& counts,
                    const std::set<ProfileCounts>& held) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    ProfileCounts more = counts;
    ++more[i];
    ASSERT_TRUE(held.contains(more) || !repacks(space, gpus, more));
  }
}

TEST(LossModelTest, RepacksExactlyWhatSomePackingHolds) {
  const StateSpace six = *StateSpace::of(**find_model("a100-80gb"),
                                         [](const Profile& p) { return p.media == Media::kPlain; });
  std::set<ProfileCounts> one;
  for (std::size_t state = 0; state < six.size(); ++state) {
    ProfileCounts counts(six.profiles().size());
    for (const StateSpace::Held& held : six.held(static_cast<StateNumber>(state))) {
      ++counts[held.profile];
    }
    one.insert(counts);
  }
  ASSERT_EQ(one.size(), 78U);
  std::set<ProfileCounts> held = one;
  for (std::size_t gpus = 1; gpus <= 2; ++gpus) {
    for (const ProfileCounts& counts : held) {
      ASSERT_TRUE(repacks(six, gpus, counts));
      ASSERT_NO_FATAL_FAILURE(expect_no_more(six, gpus, counts, held));
    }
    held = one_gpu_more(held, one);
  }
  EXPECT_FALSE(make_repacking_fleet(*StateSpace::of(**find_model("a30-24gb")), 1, {{0}}));
}

// The small version of the full experiment in bench/: what it says must not turn round.
TEST(LossModelTest, ForesightLosesFewerSlicesThanEveryPublishedRule) {
  constexpr std::size_t kGpus = 50;
  const LossModel model = uniform(kGpus, 120);
  const std::vector<double> shares(5, 1);
  const auto lost = [&](std::unique_ptr<LossFleet> fleet) {
    return 1 - run_loss_model(model, *fleet)->acceptance_by_slices();
  };
  const auto profiles = all_profiles(a100());
  const double ours = lost(make_index_fleet(a100(), Rule::kForesight, kGpus, profiles));
  for (const Rule rule : kRules) {
    if (rule == Rule::kForesight) {
      continue;
    }
    EXPECT_LT(ours, lost(make_scan_fleet(a100(), rule, kGpus, profiles, shares)) + 0.003)
        << to_string(rule);
  }
  const double moving = lost(make_index_fleet(a100(), Rule::kForesight, kGpus, profiles,
                                              {.for_room = true, .after_refusal = 0.2F}));
  const double repacking = lost(*make_repacking_fleet(a100(), kGpus, profiles));
  EXPECT_LT(moving, ours - 0.01);
  EXPECT_LT(repacking, moving);
}

TEST(EstimateTest, GivesMeanAndInterval) {
  const std::vector<double> samples{1, 2, 3, 4};
  const Estimate made = estimate(samples);
  EXPECT_DOUBLE_EQ(made.mean, 2.5);
  EXPECT_NEAR(made.half_width, 1.96 * std::sqrt(5.0 / 3 / 4), 1e-12);
  EXPECT_EQ(estimate({}).mean, 0);
}

}  // namespace
}  // namespace sectile
