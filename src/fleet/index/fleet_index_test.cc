#include "sectile/fleet/fleet_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/fleet/random.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics;
}

const StateSpace& a100() {
  static const StateSpace space = *StateSpace::of(**find_model("a100-80gb"), plain);
  return space;
}

const StateSpace& a30() {
  static const StateSpace space = *StateSpace::of(**find_model("a30-24gb"));
  return space;
}

ProfileId id(const StateSpace& space, const char* name) {
  return space.model().find_by_name(name)->id;
}

// An index of one model, and a want for each of its profiles.
struct OneModel {
  explicit OneModel(const StateSpace& states, std::size_t gpus, Rule rule = Rule::kForesight)
      : space(&states), index(rule), model(index.add_model(states)) {
    EXPECT_EQ(index.add_gpus(model, gpus), GpuNumber{0});
    for (const Profile& profile : states.profiles()) {
      const ServedBy served[] = {{.model = model, .profile = profile.id}};
      wants.push_back(*index.add_want(served));
    }
  }
  WantNumber want(const char* name) const {
    const std::optional<std::size_t> profile = space->find_profile(id(*space, name));
    SECTILE_CHECK(profile.has_value());
    return wants[*profile];
  }

  const StateSpace* space;
  FleetIndex index;
  ModelNumber model;
  std::vector<WantNumber> wants;
};

TEST(FleetIndexTest, PlacesUntilNothingFitsAndSaysSo) {
  OneModel one(a100(), 2);
  EXPECT_TRUE(one.index.place(one.want("7g.80gb")));
  EXPECT_TRUE(one.index.place(one.want("4g.40gb")));
  const Result<FleetInstance> last = one.index.place(one.want("3g.40gb"));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->start, 4);
  const Result<FleetInstance> refused = one.index.place(one.want("1g.10gb"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsatisfiable);
  EXPECT_TRUE(one.index.release(*last));
  EXPECT_TRUE(one.index.place(one.want("1g.10gb")));
}

TEST(FleetIndexTest, RefusesWhatItNeverGaveOut) {
  OneModel one(a100(), 1);
  const FleetInstance placed = *one.index.place(one.want("2g.20gb"));
  FleetInstance other = placed;
  other.gpu = 1;
  EXPECT_EQ(one.index.release(other).error().code, ErrorCode::kInvalidArgument);
  other = placed;
  other.start = 255;
  EXPECT_EQ(one.index.release(other).error().code, ErrorCode::kStale);
  other = placed;
  other.profile = 200;
  EXPECT_EQ(one.index.release(other).error().code, ErrorCode::kStale);
  EXPECT_TRUE(one.index.release(placed));
  const Status twice = one.index.release(placed);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::kStale);
  EXPECT_THAT(twice.error().message, HasSubstr("released before"));
  EXPECT_EQ(one.index.state(0), kEmptyState);
  EXPECT_EQ(one.index.place(WantNumber{99}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(one.index.place_or_move(WantNumber{99}).error().code, ErrorCode::kInvalidArgument);
}

TEST(FleetIndexTest, ReservesExactlyWhatIsAsked) {
  OneModel one(a100(), 1);
  EXPECT_TRUE(one.index.reserve(0, id(a100(), "3g.40gb"), 4));
  const Result<FleetInstance> taken = one.index.reserve(0, id(a100(), "2g.20gb"), 4);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kUnsatisfiable);
  EXPECT_THAT(taken.error().message, HasSubstr("....aaaa"));
  const auto code = [&](GpuNumber gpu, ProfileId profile, int start) {
    return one.index.reserve(gpu, profile, start).error().code;
  };
  EXPECT_EQ(code(7, id(a100(), "2g.20gb"), 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(0, ProfileId{4711}, 0), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(0, id(a100(), "2g.20gb"), 1), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(0, id(a100(), "2g.20gb"), -5), ErrorCode::kInvalidArgument);
}

TEST(FleetIndexTest, RefusesWantsAndGpusThatCannotBe) {
  OneModel one(a100(), 1);
  const auto refused = [&](std::vector<ServedBy> served) {
    return one.index.add_want(served).error().code;
  };
  EXPECT_EQ(refused({}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({{.model = {7}, .profile = {0}}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(refused({{.model = one.model, .profile = {4711}}}), ErrorCode::kInvalidArgument);
  const ServedBy served{.model = one.model, .profile = id(a100(), "7g.80gb")};
  EXPECT_EQ(refused({served, served}), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(one.index.add_gpus({7}, 1));
  EXPECT_FALSE(one.index.add_gpus(one.model, std::numeric_limits<std::size_t>::max()));
  EXPECT_FALSE(one.index.set_attributes(1, {}));
  EXPECT_FALSE(one.index.expect({7}, {}));
  EXPECT_FALSE(one.index.expect(one.model, std::vector<double>(3, 1.0)));
  EXPECT_FALSE(one.index.expect(one.model, std::vector<double>(a100().profiles().size(), -1.0)));
}

// Likes best what no rule would: the emptiest GPU, and high starts.
std::vector<float> perverse(const StateSpace& space) {
  std::vector<float> potential(space.size());
  for (std::size_t state = 0; state < space.size(); ++state) {
    const Layout& layout = space.layout(static_cast<StateNumber>(state));
    for (const Slot& slot : layout.slots()) {
      potential[state] -= static_cast<float>(slot.placement().start);
    }
    potential[state] += static_cast<float>(layout.slots().size() * layout.slots().size());
  }
  return potential;
}

TEST(FleetIndexTest, GoesByThePotentialThatItIsGivenUntilTheMixChanges) {
  OneModel one(a100(), 400);
  std::vector<double> shares;
  for (const Profile& profile : a100().profiles()) {
    shares.push_back(profile.name == "1g.10gb" ? 1 : 0);
  }
  ASSERT_TRUE(one.index.prefer(one.model, {.shares = shares, .potential = perverse(a100())}));
  const WantNumber small = one.want("1g.10gb");
  const FleetInstance first = *one.index.place(small);
  EXPECT_EQ(first.start, 6);
  EXPECT_NE(one.index.place(small)->gpu, first.gpu);
  // What is asked for as expected changes nothing, in any number.
  const auto ask = [&](WantNumber want, int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_TRUE(one.index.release(*one.index.place(want)));
    }
  };
  ask(small, 3000);
  EXPECT_EQ(one.index.place(small)->start, 6);
  // Something else does: what was learned for another mix holds no longer.
  ask(one.want("7g.80gb"), 3000);
  EXPECT_NE(one.index.place(small)->start, 6);
}

TEST(FleetIndexTest, RefusesAPotentialThatIsNone) {
  OneModel one(a100(), 2);
  const std::vector<double> shares(a100().profiles().size(), 1);
  const std::vector<float> sound = perverse(a100());
  EXPECT_TRUE(one.index.prefer(one.model, {.shares = shares, .potential = sound}));
  EXPECT_FALSE(one.index.prefer({7}, {.shares = shares, .potential = sound}));
  EXPECT_FALSE(
      one.index.prefer(one.model, {.shares = std::vector<double>(2, 1.0), .potential = sound}));
  EXPECT_FALSE(one.index.prefer(one.model, {.shares = shares, .potential = std::vector<float>(3)}));
  std::vector<float> broken = sound;
  broken.back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(one.index.prefer(one.model, {.shares = shares, .potential = broken}));
  const auto refuses = [&](std::vector<std::vector<float>> scarcity) {
    return !one.index.prefer(
        one.model, {.shares = shares, .potential = sound, .scarcity = std::move(scarcity)});
  };
  std::vector<std::vector<float>> scarcity(shares.size(), {1, 0});
  scarcity.back() = {};
  EXPECT_TRUE(refuses(scarcity));
  scarcity.back() = {std::numeric_limits<float>::infinity()};
  EXPECT_TRUE(refuses(scarcity));
  scarcity.back() = {0, std::numeric_limits<float>::max()};
  EXPECT_TRUE(refuses(scarcity));
  scarcity.pop_back();
  EXPECT_TRUE(refuses(scarcity));
  // The one from before still holds, which likes the emptiest GPU.
  const WantNumber small = one.want("1g.10gb");
  const FleetInstance first = *one.index.place(small);
  EXPECT_EQ(first.start, 6);
  EXPECT_NE(one.index.place(small)->gpu, first.gpu);
  OneModel other(a100(), 1, Rule::kBestFit);
  EXPECT_FALSE(other.index.prefer(other.model, {.shares = shares, .potential = sound}));
}

TEST(FleetIndexTest, KeepsToTenantsAndLeavesGpusAloneThatDrain) {
  OneModel one(a100(), 3);
  ASSERT_TRUE(one.index.set_attributes(0, {.tenant = {7}}));
  ASSERT_TRUE(one.index.set_attributes(1, {.accepts = false}));
  const WantNumber whole = one.want("7g.80gb");
  EXPECT_EQ(one.index.place(whole)->gpu, 2U);
  EXPECT_FALSE(one.index.place(whole));
  EXPECT_FALSE(one.index.place(whole, {8}));
  const FleetInstance own = *one.index.place(whole, {7});
  EXPECT_EQ(own.gpu, 0U);
  // What drains can still be emptied, and comes back.
  ASSERT_TRUE(one.index.set_attributes(0, {.tenant = {7}, .accepts = false}));
  EXPECT_TRUE(one.index.release(own));
  EXPECT_FALSE(one.index.place(whole, {7}));
  ASSERT_TRUE(one.index.set_attributes(0, {}));
  EXPECT_EQ(one.index.place(whole)->gpu, 0U);
}

TEST(FleetIndexTest, ServesAWantByWhicheverModelItCostsLeast) {
  FleetIndex index;
  const ModelNumber big = index.add_model(a100());
  const ModelNumber small = index.add_model(a30());
  ASSERT_TRUE(index.add_gpus(big, 1));
  ASSERT_TRUE(index.add_gpus(small, 1));
  const ServedBy either[] = {{.model = big, .profile = id(a100(), "2g.20gb")},
                             {.model = small, .profile = id(a30(), "4g.24gb")}};
  const WantNumber want = *index.add_want(either);
  int placed = 0;
  while (index.place(want)) {
    ++placed;
  }
  EXPECT_EQ(placed, 4);  // Three on the A100, one on the A30.
  EXPECT_EQ(index.classes().size(), 2U);
}

TEST(FleetIndexTest, MovesOneInstanceToMakeRoom) {
  OneModel one(a100(), 2);
  ASSERT_TRUE(one.index.reserve(0, id(a100(), "1g.10gb"), 0));
  ASSERT_TRUE(one.index.reserve(1, id(a100(), "2g.20gb"), 4));
  const WantNumber whole = one.want("7g.80gb");
  EXPECT_FALSE(one.index.place(whole));
  const Result<MovedPlacement> moved = one.index.place_or_move(whole);
  ASSERT_TRUE(moved);
  const std::optional<FleetMove>& move = moved->move;
  SECTILE_CHECK(move.has_value());
  EXPECT_EQ(moved->placed.gpu, move->from.gpu);
  EXPECT_NE(move->to.gpu, move->from.gpu);
  EXPECT_EQ(move->to.profile, move->from.profile);
  EXPECT_FALSE(one.index.place_or_move(whole));
}

TEST(FleetIndexTest, DoesNotMoveWhatMustStay) {
  OneModel one(a100(), 2);
  ASSERT_TRUE(one.index.reserve(0, id(a100(), "1g.10gb"), 0));
  ASSERT_TRUE(one.index.reserve(1, id(a100(), "2g.20gb"), 4));
  for (const GpuNumber gpu : {0U, 1U}) {
    ASSERT_TRUE(one.index.set_attributes(gpu, {.movable = false}));
  }
  EXPECT_FALSE(one.index.place_or_move(one.want("7g.80gb")));
  EXPECT_FALSE(one.index.consolidate(0));
}

TEST(FleetIndexTest, ConsolidatesOntoFewerGpusUntilNothingIsToBeGained) {
  OneModel one(a100(), 4);
  for (GpuNumber gpu = 0; gpu < 4; ++gpu) {
    ASSERT_TRUE(one.index.reserve(gpu, id(a100(), "1g.10gb"), 0));
  }
  int moves = 0;
  while (one.index.consolidate(0)) {
    ASSERT_LT(++moves, 20);
  }
  EXPECT_GE(moves, 3);
  int empty = 0;
  for (GpuNumber gpu = 0; gpu < 4; ++gpu) {
    empty += one.index.state(gpu) == kEmptyState ? 1 : 0;
  }
  EXPECT_EQ(empty, 3);
}

TEST(FleetIndexTest, TakesTheLowestOrTheNextGpuWhereTheRuleSaysSo) {
  OneModel first(a100(), 200, Rule::kFirstFit);
  OneModel next(a100(), 200, Rule::kRoundRobin);
  for (GpuNumber gpu = 0; gpu < 200; ++gpu) {
    EXPECT_EQ(first.index.place(first.want("7g.80gb"))->gpu, gpu);
    EXPECT_EQ(next.index.place(next.want("1g.10gb"))->gpu, gpu);
  }
  ASSERT_TRUE(first.index.release({.gpu = 70, .profile = 0, .start = 0}));
  EXPECT_EQ(first.index.place(first.want("1g.10gb"))->gpu, 70U);
  EXPECT_EQ(next.index.place(next.want("1g.10gb"))->gpu, 0U);
}

TEST(FleetIndexTest, GoesByWhatWasAskedForLately) {
  OneModel one(a100(), 64);
  // Only 1g and 7g are asked for: placing becomes best fit by number of instances.
  for (int round = 0; round < 1500; ++round) {
    const FleetInstance placed = *one.index.place(one.want(round % 2 == 0 ? "1g.10gb" : "7g.80gb"));
    ASSERT_TRUE(one.index.release(placed));
  }
  ASSERT_TRUE(one.index.reserve(9, id(a100(), "1g.10gb"), 0));
  ASSERT_TRUE(one.index.reserve(9, id(a100(), "1g.10gb"), 4));
  ASSERT_TRUE(one.index.reserve(5, id(a100(), "2g.20gb"), 4));
  EXPECT_EQ(one.index.place(one.want("1g.10gb"))->gpu, 9U);
}

TEST(FleetIndexTest, NeedsAtMostSixteenBytesAGpu) {
  OneModel one(a100(), 100'000);
  EXPECT_LE(one.index.memory_bytes(), 16U * 100'000U);
}

// The slow model: layouts, the rules of MIG, and a look at every GPU.
class SlowModel {
 public:
  SlowModel(const StateSpace& space, Rule rule, std::size_t gpus)
      : space_(space),
        table_(make_rule_table(space, rule, std::vector<double>(space.profiles().size(), 1))),
        layouts_(gpus) {}

  // The least cost of placing the profile; infinite if it fits nowhere.
  float least_cost(std::size_t profile) const {
    float least = std::numeric_limits<float>::infinity();
    for (const Layout& layout : layouts_) {
      least = std::min(least, cost(profile, layout));
    }
    return least;
  }
  float cost_on(std::size_t profile, GpuNumber gpu) const { return cost(profile, layouts_[gpu]); }

  bool add(const FleetInstance& instance) {
    const Profile& profile = space_.profiles()[instance.profile];
    const Result<Layout> with =
        layouts_[instance.gpu].with(space_.model(), Slot(profile, instance.start));
    if (with) {
      layouts_[instance.gpu] = *with;
    }
    return with.has_value();
  }
  void remove(const FleetInstance& instance) {
    const Placement place = space_.profiles()[instance.profile].at(instance.start);
    layouts_[instance.gpu] = layouts_[instance.gpu].without(place);
  }
  bool equals(const FleetIndex& index) const {
    for (GpuNumber gpu = 0; gpu < layouts_.size(); ++gpu) {
      if (index.space(gpu).layout(index.state(gpu)) != layouts_[gpu]) {
        return false;
      }
    }
    return true;
  }

 private:
  float cost(std::size_t profile, const Layout& layout) const {
    if (free_starts(space_.model(), layout, space_.profiles()[profile]).empty()) {
      return std::numeric_limits<float>::infinity();
    }
    const std::optional<StateNumber> state = space_.find(layout);
    SECTILE_CHECK(state.has_value());
    return table_.choices[profile][*state].cost;
  }

  const StateSpace& space_;
  RuleTable table_;
  std::vector<Layout> layouts_;
};

int operations() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread.
  const char* scaled = std::getenv("SECTILE_INDEX_OPERATIONS");
  return scaled == nullptr ? 20'000 : std::max(1, std::atoi(scaled));
}

// Random requests, releases, reservations and moves, each answer compared.
class AgainstSlowModel {
 public:
  AgainstSlowModel(const StateSpace& space, Rule rule, std::uint64_t seed)
      : space_(space), one_(space, kGpus, rule), slow_(space, rule, kGpus), random_(seed) {
    // Shares that stay as they are, so that the slow model's table stays right.
    EXPECT_TRUE(one_.index.expect(one_.model, std::vector<double>(space.profiles().size(), 1)));
  }

  void step() {
    const std::uint64_t dice = random_.below(100);
    if (dice < 50) {
      return place();
    }
    if (dice < 55) {
      return place_or_move();
    }
    if (dice < 58) {
      return reserve();
    }
    if (dice < 59) {
      return consolidate();
    }
    release();
  }
  bool agrees() const { return slow_.equals(one_.index); }

 private:
  static constexpr std::size_t kGpus = 12;

  std::size_t any_profile() { return random_.below(space_.profiles().size()); }

  void place() {
    const std::size_t profile = any_profile();
    const float least = slow_.least_cost(profile);
    const Result<FleetInstance> placed = one_.index.place(one_.wants[profile]);
    ASSERT_EQ(placed.has_value(), least < std::numeric_limits<float>::infinity());
    if (!placed) {
      return;
    }
    ASSERT_EQ(slow_.cost_on(profile, placed->gpu), least);
    add(*placed);
  }

  void place_or_move() {
    const std::size_t profile = any_profile();
    const bool fits = slow_.least_cost(profile) < std::numeric_limits<float>::infinity();
    const Result<MovedPlacement> placed = one_.index.place_or_move(one_.wants[profile]);
    if (fits) {
      ASSERT_TRUE(placed && !placed->move);
    }
    if (!placed) {
      return;
    }
    const std::optional<FleetMove>& move = placed->move;
    if (move) {
      take_away(move->from);
    }
    add(placed->placed);
    if (move) {
      add(move->to);
    }
  }

  void consolidate() {
    const std::optional<FleetMove> move = one_.index.consolidate(0.1F);
    if (!move) {
      return;
    }
    take_away(move->from);
    add(move->to);
  }

  void reserve() {
    const std::size_t profile = any_profile();
    const Profile& found = space_.profiles()[profile];
    const FleetInstance wanted{.gpu = static_cast<GpuNumber>(random_.below(kGpus)),
                               .profile = static_cast<std::uint8_t>(profile),
                               .start = static_cast<std::uint8_t>(found.starts.front())};
    const Result<FleetInstance> reserved = one_.index.reserve(wanted.gpu, found.id, wanted.start);
    ASSERT_EQ(reserved.has_value(), slow_.add(wanted));
    if (reserved) {
      live_.push_back(*reserved);
    }
  }

  void release() {
    if (live_.empty()) {
      return;
    }
    const FleetInstance gone = live_[random_.below(live_.size())];
    ASSERT_TRUE(one_.index.release(gone));
    take_away(gone);
    ASSERT_FALSE(one_.index.release(gone));
  }

  void add(const FleetInstance& instance) {
    ASSERT_TRUE(slow_.add(instance));
    live_.push_back(instance);
  }
  void take_away(const FleetInstance& instance) {
    const auto found = std::ranges::find(live_, instance);
    ASSERT_NE(found, live_.end());
    live_.erase(found);
    slow_.remove(instance);
  }

  const StateSpace& space_;
  OneModel one_;
  SlowModel slow_;
  fleet::Random random_;
  std::vector<FleetInstance> live_;
};

TEST(FleetIndexTest, AgreesWithTheSlowModelOverRandomOperations) {
  const Result<StateSpace> grid = StateSpace::of(**find_model("rtx-pro-6000-bw"));
  ASSERT_TRUE(grid);
  const std::vector<std::pair<const StateSpace*, Rule>> cases = {
      {&a100(), Rule::kForesight}, {&a100(), Rule::kStranded},  {&a100(), Rule::kBestFit},
      {&a100(), Rule::kFirstFit},  {&a30(), Rule::kForesight},  {&*grid, Rule::kForesight},
      {&*grid, Rule::kWorstFit},   {&a30(), Rule::kRoundRobin}, {&a100(), Rule::kMostChoices}};
  std::uint64_t seed = 1;
  for (const auto& [space, rule] : cases) {
    AgainstSlowModel test(*space, rule, seed++);
    for (int operation = 0; operation < operations() / static_cast<int>(cases.size());
         ++operation) {
      test.step();
      if (::testing::Test::HasFatalFailure()) {
        return;
      }
      if (operation % 64 == 0) {
        ASSERT_TRUE(test.agrees());
      }
    }
    EXPECT_TRUE(test.agrees());
  }
}

}  // namespace
}  // namespace sectile
