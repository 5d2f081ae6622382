#include "src/fleet/index/scarcity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "sectile/fleet/fleet_index.h"
#include "sectile/fleet/random.h"
#include "sectile/fleet/rule.h"
#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

constexpr std::size_t kGpus = 7;

const StateSpace& a100() {
  static const StateSpace space = *StateSpace::of(
      **find_model("a100-80gb"), [](const Profile& each) { return each.media == Media::kPlain; });
  return space;
}

// Whole numbers, of which all sums are exact.
Preference whole_numbers(std::uint64_t seed) {
  fleet::Random random(seed);
  const std::size_t profiles = a100().profiles().size();
  Preference preference{.shares = std::vector<double>(profiles, 1)};
  for (std::size_t state = 0; state < a100().size(); ++state) {
    preference.potential.push_back(static_cast<float>(random.below(40)));
  }
  for (std::size_t profile = 0; profile < profiles; ++profile) {
    std::vector<float>& row = preference.scarcity.emplace_back();
    for (std::size_t gpus = 0; gpus <= 1 + random.below(kGpus); ++gpus) {
      row.push_back(static_cast<float>(random.below(60)));
    }
  }
  return preference;
}

// Counts everything anew each time, on the GPUs that accept something.
class SlowFleet {
 public:
  explicit SlowFleet(const Preference& preference)
      : preference_(preference), table_(make_rule_table(a100(), preference.potential)) {}

  void follow(const FleetIndex& index) {
    for (GpuNumber gpu = 0; gpu < kGpus; ++gpu) {
      states_[gpu] = index.state(gpu);
      accepts_[gpu] = index.attributes(gpu).accepts;
    }
  }

  float lack() const {
    float sum = 0;
    for (std::size_t gpu = 0; gpu < kGpus; ++gpu) {
      sum += accepts_[gpu] ? preference_.potential[states_[gpu]] : 0;
    }
    for (std::size_t profile = 0; profile < preference_.scarcity.size(); ++profile) {
      std::size_t open = 0;
      for (std::size_t gpu = 0; gpu < kGpus; ++gpu) {
        open += accepts_[gpu] && a100().fits(profile, states_[gpu]) ? 1U : 0U;
      }
      const std::vector<float>& row = preference_.scarcity[profile];
      sum += row[std::min(open, row.size() - 1)];
    }
    return sum;
  }

  // The least that is lacked after the profile was placed; infinite if it fits nowhere.
  float least_placed(std::size_t profile) const {
    float least = std::numeric_limits<float>::infinity();
    for (std::size_t gpu = 0; gpu < kGpus; ++gpu) {
      const RuleChoice& choice = table_.choices[profile][states_[gpu]];
      if (accepts_[gpu] && choice.fits()) {
        SlowFleet after = *this;
        after.states_[gpu] = choice.placing.to;
        least = std::min(least, after.lack());
      }
    }
    return least;
  }

  // The same if one instance moves first.
  float least_moved(std::size_t profile) const {
    float least = std::numeric_limits<float>::infinity();
    for (std::size_t gpu = 0; gpu < kGpus; ++gpu) {
      if (!accepts_[gpu]) {
        continue;
      }
      for (const StateSpace::Held& held : a100().held(states_[gpu])) {
        const StateNumber rest = a100().released(held.profile, held.start, states_[gpu]);
        for (const Placing& placing : a100().placings(profile, rest)) {
          SlowFleet after = *this;
          after.states_[gpu] = placing.to;
          least = std::min(least, after.least_beside(gpu, held.profile));
        }
      }
    }
    return least;
  }

 private:
  // Anywhere on that GPU, or on another as the rule has it.
  float least_beside(std::size_t gpu, std::size_t profile) const {
    float least = std::numeric_limits<float>::infinity();
    for (const Placing& placing : a100().placings(profile, states_[gpu])) {
      SlowFleet after = *this;
      after.states_[gpu] = placing.to;
      least = std::min(least, after.lack());
    }
    SlowFleet others = *this;
    for (std::size_t other = 0; other < kGpus; ++other) {
      const RuleChoice& choice = table_.choices[profile][states_[other]];
      if (other != gpu && accepts_[other] && choice.fits()) {
        others.states_[other] = choice.placing.to;
        least = std::min(least, others.lack());
        others.states_[other] = states_[other];
      }
    }
    return least;
  }

  const Preference& preference_;
  RuleTable table_;
  std::array<StateNumber, kGpus> states_ = {};
  std::array<bool, kGpus> accepts_ = {};
};

// Takes away one instance of all that are there.
void release_one(FleetIndex& index, fleet::Random& random) {
  std::vector<FleetInstance> there;
  for (GpuNumber gpu = 0; gpu < kGpus; ++gpu) {
    for (const StateSpace::Held& held : a100().held(index.state(gpu))) {
      there.push_back({.gpu = gpu, .profile = held.profile, .start = held.start});
    }
  }
  if (!there.empty()) {
    ASSERT_TRUE(index.release(there[random.below(there.size())]));
  }
}

// An index and a slow fleet that follows it.
class Beside {
 public:
  explicit Beside(std::uint64_t seed)
      : preference_(whole_numbers(seed)), slow_(preference_), random_(seed) {
    const ModelNumber model = index_.add_model(a100());
    EXPECT_TRUE(index_.add_gpus(model, kGpus));
    for (const Profile& profile : a100().profiles()) {
      const std::array served = {ServedBy{.model = model, .profile = profile.id}};
      wants_.push_back(index_.add_want(served).value());
    }
    EXPECT_TRUE(index_.prefer(model, preference_));
  }

  // GPUs drain and come back, instances go, and others are asked for.
  void step() {
    if (random_.below(8) == 0) {
      const auto gpu = static_cast<GpuNumber>(random_.below(kGpus));
      ASSERT_TRUE(index_.set_attributes(gpu, {.accepts = random_.below(3) > 0}));
    }
    if (random_.below(2) == 0) {
      release_one(index_, random_);
    } else {
      place_one(random_.below(wants_.size()));
    }
  }

  std::size_t moved() const { return moved_; }

 private:
  void place_one(std::size_t profile) {
    constexpr float kNever = std::numeric_limits<float>::infinity();
    slow_.follow(index_);
    float least = slow_.least_placed(profile);
    if (least == kNever) {
      least = slow_.least_moved(profile);
    }
    const Result<MovedPlacement> done = index_.place_or_move(wants_[profile]);
    ASSERT_EQ(done.has_value(), least < kNever);
    if (done) {
      moved_ += done->move ? 1U : 0U;
      slow_.follow(index_);
      ASSERT_EQ(slow_.lack(), least);
    }
  }

  Preference preference_;
  SlowFleet slow_;
  fleet::Random random_;
  FleetIndex index_;
  std::vector<WantNumber> wants_;
  std::size_t moved_ = 0;
};

TEST(ScarcityTest, DecidesAsWhoCountsEverythingAnew) {
  std::size_t moved = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Beside beside(seed);
    // Fewer than it takes to notice another mix.
    for (int step = 0; step < 900 && !testing::Test::HasFailure(); ++step) {
      beside.step();
    }
    moved += beside.moved();
  }
  EXPECT_GT(moved, 100U);
}

TEST(ScarcityTest, GivesTheDifferenceOfWhatIsLacked) {
  const internal::Scarcity scarcity({{7, 4, 2}, {5}, {9, 1}});
  const internal::Room before = {2, 4, 1};
  const internal::Room after = {1, 4, 0};
  EXPECT_EQ(scarcity.of(before), 2 + 5 + 1);
  EXPECT_EQ(scarcity.of_closing(0b101, before), scarcity.of(after) - scarcity.of(before));
  EXPECT_EQ(scarcity.of_change(before, after), scarcity.of(after) - scarcity.of(before));
  EXPECT_EQ(internal::Scarcity().of_change(before, after), 0);
  EXPECT_EQ(internal::Scarcity().of_closing(0, before), 0);
}

TEST(ScarcityTest, NoClosingCostsLessThanTheLeast) {
  const internal::Scarcity scarcity({{7, 4, 9, 2}, {5}, {9, 1}});
  EXPECT_EQ(scarcity.least(0b001), -5);
  EXPECT_EQ(scarcity.least(0b110), 0);
  for (std::uint32_t gpus = 1; gpus < 6; ++gpus) {
    EXPECT_GE(scarcity.of_closing(0b111, {gpus, gpus, gpus}), scarcity.least(0b111)) << gpus;
  }
}

// What is as large as it may be decides, and never keeps from placing.
TEST(ScarcityTest, StaysFinite) {
  Preference preference = whole_numbers(1);
  for (std::vector<float>& row : preference.scarcity) {
    row = {Preference::kMaxLack, -Preference::kMaxLack};
  }
  std::ranges::fill(preference.potential, -Preference::kMaxLack);
  preference.potential[kEmptyState] = Preference::kMaxLack;
  FleetIndex index;
  const ModelNumber model = index.add_model(a100());
  ASSERT_TRUE(index.prefer(model, preference));
  ASSERT_TRUE(index.add_gpus(model, 1));
  const std::array served = {
      ServedBy{.model = model, .profile = a100().model().find_by_name("1g.10gb")->id}};
  const WantNumber want = *index.add_want(served);
  for (int slice = 0; slice < 7; ++slice) {
    EXPECT_TRUE(index.place(want)) << slice;
  }
  EXPECT_EQ(index.place_or_move(want).error().code, ErrorCode::kUnsatisfiable);
}

// Two classes of GPUs: what is scarce in the one is not in the other.
TEST(ScarcityTest, IsCountedForEachTenant) {
  const std::size_t profiles = a100().profiles().size();
  const auto number = [](const char* name) {
    return a100().find_profile(a100().model().find_by_name(name)->id).value();
  };
  const std::size_t small = number("1g.10gb");
  const std::size_t whole = number("7g.80gb");
  Preference preference{.shares = std::vector<double>(profiles, 0),
                        .potential = std::vector<float>(a100().size()),
                        .scarcity = std::vector<std::vector<float>>(profiles, {0})};
  preference.shares[small] = 1;
  preference.scarcity[whole] = {100, 0};  // Worth keeping the last one empty.
  FleetIndex index;
  const ModelNumber model = index.add_model(a100());
  ASSERT_TRUE(index.add_gpus(model, 1, {.tenant = {7}}));
  ASSERT_TRUE(index.prefer(model, preference));
  ASSERT_TRUE(index.add_gpus(model, 2));
  const std::array served = {ServedBy{.model = model, .profile = a100().profiles()[small].id}};
  const WantNumber want = *index.add_want(served);
  // The tenant's own only GPU is kept, as the others are two.
  EXPECT_NE(index.place(want, {7})->gpu, 0U);
  // Two kept in the one state now, one in each class; the used one costs nothing.
  const GpuNumber used = index.state(1) == kEmptyState ? 2 : 1;
  EXPECT_EQ(index.place(want, {7})->gpu, used);
}

}  // namespace
}  // namespace sectile
