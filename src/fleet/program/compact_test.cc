#include "sectile/fleet/compact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "sectile/fleet/random.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Model& model(std::string_view name) {
  return **find_model(name);
}

FleetGpu gpu(unsigned index, std::string_view key,
             const std::vector<std::pair<std::string, int>>& slots = {}) {
  FleetGpu result{.name = "gpu" + std::to_string(index), .index = index, .model = &model(key)};
  for (const auto& [name, start] : slots) {
    const Profile* const profile = result.model->find_by_name(name);
    result.layout = result.layout.with(*result.model, Slot(*profile, start)).value();
  }
  result.busy = static_cast<std::uint8_t>((1U << result.layout.size()) - 1U);
  return result;
}

// Plays the moves wave by wave, as nodes would, and looks at every rule on the way.
class Play {
 public:
  explicit Play(std::span<const FleetGpu> fleet) : fleet_(fleet) {
    for (const FleetGpu& each : fleet) {
      now_.push_back(each.in_use());
    }
  }

  const std::vector<Layout>& now() const { return now_; }

  void leave(const Move& move) {
    ASSERT_NE(now_[move.from_gpu].find(move.from.placement()), nullptr);
    now_[move.from_gpu] = now_[move.from_gpu].without(move.from.placement());
  }
  void come(const Move& move) {
    EXPECT_EQ(fleet_[move.from_gpu].model, fleet_[move.to_gpu].model);
    EXPECT_EQ(fleet_[move.from_gpu].tenant, fleet_[move.to_gpu].tenant);
    EXPECT_EQ(move.from.profile(), move.to.profile());
    EXPECT_FALSE(fleet_[move.to_gpu].drain);
    const Result<Layout> with = now_[move.to_gpu].with(*fleet_[move.to_gpu].model, move.to);
    ASSERT_TRUE(with.has_value()) << with.error().message;
    now_[move.to_gpu] = *with;
  }
  // Some stop, all of the wave come, and those that did not stop leave.
  void wave(std::size_t wave, std::span<const Move> order) {
    each(order, &Play::leave,
         [&](const Move& move) { return move.stops_first && move.stop_wave == wave; });
    each(order, &Play::come, [&](const Move& move) { return move.wave == wave; });
    each(order, &Play::leave,
         [&](const Move& move) { return !move.stops_first && move.wave == wave; });
  }

 private:
  template <typename Belongs>
  void each(std::span<const Move> order, void (Play::*act)(const Move&), const Belongs& belongs) {
    for (const Move& move : order) {
      if (belongs(move)) {
        (this->*act)(move);
      }
    }
  }

  std::span<const FleetGpu> fleet_;
  std::vector<Layout> now_;
};

void expect_reached(std::span<const FleetGpu> fleet, const std::vector<Layout>& now,
                    const Compaction& result) {
  std::int64_t used = 0;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    used += fleet[i].healthy && !now[i].empty() ? 1 : 0;
    for (const Slot& slot : now[i].slots()) {
      EXPECT_NE(result.layouts[i].find(slot.placement()), nullptr);
    }
    EXPECT_TRUE(check(*fleet[i].model, result.layouts[i]).has_value());
  }
  EXPECT_EQ(used, result.gpus.value);
}

void expect_sound(std::span<const FleetGpu> fleet, const CompactRequest& request,
                  const Compaction& result) {
  EXPECT_TRUE(std::ranges::is_sorted(result.order, {}, &Move::wave));
  Play play(fleet);
  std::int64_t moves = 0;
  for (std::size_t wave = 0; wave < result.waves; ++wave) {
    const auto together = std::ranges::count(result.order, wave, &Move::wave);
    ASSERT_GT(together, 0);
    EXPECT_LE(together, request.max_unavailable);
    moves += together;
    play.wave(wave, result.order);
  }
  EXPECT_EQ(static_cast<std::size_t>(moves), result.order.size());
  expect_reached(fleet, play.now(), result);
  EXPECT_EQ(result.order.size(), static_cast<std::size_t>(result.moves.value) + result.detours);
}

TEST(CompactTest, EmptiesAGpuWithTheFewestMoves) {
  const std::vector<FleetGpu> fleet = {gpu(0, "a100-80gb", {{"1g.10gb", 6}, {"2g.20gb", 0}}),
                                       gpu(1, "a100-80gb", {{"3g.40gb", 4}}),
                                       gpu(2, "a100-80gb", {{"2g.20gb", 0}})};
  const CompactRequest request;
  const Result<Compaction> result = compact(fleet, request);
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->gpus_before, 3);
  // 1g + 2g + 2g + 3g: 3g takes half a GPU, 1g and 2g and 2g the other: they do not fit. Two GPUs.
  EXPECT_EQ(result->gpus, (Objective{.value = 2, .bound = 2, .proof = Proof::kPrices}));
  EXPECT_EQ(result->moves.value, 1);
  EXPECT_TRUE(result->moves.optimal());
  ASSERT_EQ(result->order.size(), 1U);
  EXPECT_FALSE(result->order[0].stops_first);
  expect_sound(fleet, request, *result);
}

TEST(CompactTest, GpusThatDrainAreEmptiedAndUnhealthyOnesLeftAlone) {
  std::vector<FleetGpu> fleet = {gpu(0, "a30-24gb", {{"1g.6gb", 0}}),
                                 gpu(1, "a30-24gb", {{"2g.12gb", 0}}), gpu(2, "a30-24gb"),
                                 gpu(3, "a30-24gb", {{"1g.6gb", 0}})};
  fleet[1].drain = true;
  fleet[3].healthy = false;
  const Result<Compaction> result = compact(fleet);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->gpus.value, 1);
  EXPECT_EQ(result->moves.value, 1);
  EXPECT_THAT(result->emptied, ElementsAre(1U));
  EXPECT_EQ(result->layouts[3], fleet[3].layout);
  expect_sound(fleet, {}, *result);
  fleet[0].drain = true;
  fleet[2].drain = true;
  EXPECT_EQ(compact(fleet).error().code, ErrorCode::kUnsatisfiable);
}

TEST(CompactTest, TenantsAreNotMixed) {
  std::vector<FleetGpu> fleet = {gpu(0, "a30-24gb", {{"1g.6gb", 0}}),
                                 gpu(1, "a30-24gb", {{"1g.6gb", 0}})};
  fleet[1].tenant = "physics";
  const Result<Compaction> result = compact(fleet);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->gpus.value, 2);
  EXPECT_THAT(result->order, IsEmpty());
}

TEST(CompactTest, ComputeInstancesMoveWithTheirInstance) {
  std::vector<FleetGpu> fleet = {gpu(0, "a100-80gb", {{"3g.40gb", 0}}), gpu(1, "a100-80gb")};
  const Profile& profile = *fleet[0].model->find_by_name("3g.40gb");
  const ComputeProfile& compute =
      *std::ranges::find(profile.compute_profiles, false, &ComputeProfile::fills);
  const Slot cut =
      Slot::bare(profile, 0)
          .with_compute(profile, {.profile = compute.id, .placement = compute.placements.front()})
          .value();
  fleet[0].layout = Layout().with(*fleet[0].model, cut).value();
  fleet[0].drain = true;
  const Result<Compaction> result = compact(fleet);
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->order.size(), 1U);
  EXPECT_TRUE(std::ranges::equal(result->order[0].to.compute(), cut.compute()));
}

// An A30 takes 2g at 0 and 2; 1g at 0..3. Two of 1g and one of 2g on each of two GPUs, so that
// nothing is free, cannot get better and need not move.
TEST(CompactTest, AFullFleetStaysAsItIs) {
  const std::vector<FleetGpu> fleet = {
      gpu(0, "a30-24gb", {{"1g.6gb", 0}, {"1g.6gb", 1}, {"2g.12gb", 2}}),
      gpu(1, "a30-24gb", {{"1g.6gb", 0}, {"1g.6gb", 1}, {"2g.12gb", 2}})};
  const Result<Compaction> result = compact(fleet);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->gpus.value, 2);
  EXPECT_THAT(result->order, IsEmpty());
}

TEST(CompactTest, RefusesToMoveNothingAtOnce) {
  EXPECT_THAT(compact({}, {.max_unavailable = 0}).error().message, HasSubstr("0 instances"));
}

// Exhaustion: the fewest GPUs, and for those the most instances that stay.
class Exhaustive {
 public:
  explicit Exhaustive(std::span<const FleetGpu> fleet)
      : fleet_(fleet), layouts_(all_layouts(*fleet.front().model)) {
    for (const FleetGpu& each : fleet) {
      const Layout in_use = each.in_use();
      for (const Slot& slot : in_use.slots()) {
        ++total_[slot.profile()];
      }
    }
    choose(0, total_, 0, 0);
  }

  std::pair<std::int64_t, std::int64_t> best() const { return best_; }

 private:
  void choose(std::size_t i, const std::map<ProfileId, int>& left, std::int64_t gpus,
              std::int64_t moved) {
    if (i == fleet_.size()) {
      if (std::ranges::all_of(left, [](const auto& entry) { return entry.second == 0; })) {
        best_ = std::min(best_, std::pair(gpus, moved));
      }
      return;
    }
    const Layout in_use = fleet_[i].in_use();
    for (const Layout& layout : layouts_) {
      std::map<ProfileId, int> rest = left;
      bool enough = true;
      for (const Slot& slot : layout.slots()) {
        enough = --rest[slot.profile()] >= 0 && enough;
      }
      const auto leaves = std::ranges::count_if(in_use.slots(), [&](const Slot& slot) {
        const Slot* const stays = layout.find(slot.placement());
        return stays == nullptr || stays->profile() != slot.profile();
      });
      if (enough) {
        choose(i + 1, rest, gpus + (layout.empty() ? 0 : 1), moved + leaves);
      }
    }
  }

  std::span<const FleetGpu> fleet_;
  std::vector<Layout> layouts_;
  std::map<ProfileId, int> total_;
  std::pair<std::int64_t, std::int64_t> best_ = {INT64_MAX, 0};
};

std::vector<FleetGpu> small_fleet(fleet::Random& random) {
  std::vector<FleetGpu> fleet;
  for (unsigned i = 0; i < 3; ++i) {
    FleetGpu next = gpu(i, "a30-24gb");
    const std::vector<Layout> layouts = all_layouts(
        *next.model, [](const Profile& profile) { return profile.media == Media::kPlain; });
    next.layout = layouts[random.below(layouts.size())];
    next.busy = static_cast<std::uint8_t>(random.below(1ULL << next.layout.size()));
    fleet.push_back(next);
  }
  return fleet;
}

TEST(CompactTest, SmallFleetsAreCompactedAsExhaustionDoes) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    fleet::Random random(seed);
    const std::vector<FleetGpu> fleet = small_fleet(random);
    const CompactRequest request{.max_unavailable = 1 + static_cast<int>(seed % 2)};
    const Result<Compaction> result = compact(fleet, request);
    ASSERT_TRUE(result.has_value()) << result.error().message;
    const auto [gpus, moves] = Exhaustive(fleet).best();
    EXPECT_EQ(result->gpus.value, gpus) << seed;
    EXPECT_EQ(result->moves.value, moves) << seed;
    EXPECT_TRUE(result->gpus.optimal() && result->moves.optimal()) << seed;
    expect_sound(fleet, request, *result);
  }
}

// First-fit until full, then half of the instances end at random: a churned fleet.
std::vector<FleetGpu> churned(std::uint64_t seed, unsigned gpus) {
  fleet::Random random(seed);
  std::vector<FleetGpu> fleet;
  for (unsigned i = 0; i < gpus; ++i) {
    FleetGpu next = gpu(i, "a100-80gb");
    next.node = "node" + std::to_string(i / 4);
    const std::vector<Layout> layouts = maximal_layouts(*next.model, [](const Profile& profile) {
      return profile.media == Media::kPlain && !profile.double_memory();
    });
    next.layout = layouts[random.below(layouts.size())];
    next.busy = static_cast<std::uint8_t>(random.bits() & ((1U << next.layout.size()) - 1U));
    fleet.push_back(next);
  }
  return fleet;
}

TEST(CompactTest, ChurnedFleetsAreCompactedInSoundWaves) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const std::vector<FleetGpu> fleet = churned(seed, 40);
    const CompactRequest request{.max_unavailable = 1 + static_cast<int>(seed)};
    const Result<Compaction> result = compact(fleet, request);
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_TRUE(result->gpus.optimal());
    EXPECT_LT(result->gpus.value, result->gpus_before);
    EXPECT_EQ(result->stops, 0U) << "there were spare GPUs";
    expect_sound(fleet, request, *result);
    const Result<Compaction> again = compact(fleet, request);
    ASSERT_EQ(again->order.size(), result->order.size());
    for (std::size_t i = 0; i < result->order.size(); ++i) {
      EXPECT_EQ(again->order[i].to_gpu, result->order[i].to_gpu);
      EXPECT_EQ(again->order[i].to, result->order[i].to);
    }
  }
}

}  // namespace
}  // namespace sectile
