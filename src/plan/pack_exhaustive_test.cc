// Packing against slower models written differently: tables made from all_layouts(), and a search
// that places instance after instance wherever the rules of geometry let it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <utility>

#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/fit.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/usefulness.h"
#include "src/plan/attempt.h"
#include "src/plan/plan_testing.h"

namespace sectile {
namespace {

using testing::model;

using Counts = std::vector<int>;

// For each set of instances that `model` can hold beside `kept`, by counts of `names`: the greatest
// usefulness of what is left.
std::map<Counts, std::int64_t> table(const Model& model, const std::vector<std::string>& names,
                                     const Layout& kept) {
  const auto takes_part = [&](const Profile& profile) {
    return std::ranges::find(names, profile.name) != names.end() || kept.count(profile.id) > 0;
  };
  std::map<Counts, std::int64_t> best;
  for (const Layout& layout : all_layouts(model, takes_part)) {
    const bool has_kept = std::ranges::all_of(kept.slots(), [&](const Slot& slot) {
      const Slot* found = layout.find(slot.placement());
      return found != nullptr && found->profile() == slot.profile();
    });
    if (!has_kept) {
      continue;
    }
    Counts counts;
    for (const std::string& name : names) {
      const ProfileId id = model.find_by_name(name)->id;
      counts.push_back(layout.count(id) - kept.count(id));
    }
    // A kept profile that is not wanted may not grow.
    const int added = std::accumulate(counts.begin(), counts.end(), 0);
    if (static_cast<std::size_t>(added) + kept.size() == layout.size()) {
      const auto [entry, is_new] = best.emplace(counts, -1);
      entry->second = std::max(entry->second, usefulness(model, layout));
    }
  }
  return best;
}

bool is_zero(const Counts& counts) {
  return std::ranges::all_of(counts, [](int n) { return n == 0; });
}

// Fewest opened GPUs, then greatest usefulness.
struct Best {
  int opened = 0;
  std::int64_t usefulness = 0;
};

std::optional<Best> best_on_two(const std::map<Counts, std::int64_t>& first, bool first_is_empty,
                                const std::map<Counts, std::int64_t>& second,
                                const Counts& wanted) {
  std::optional<Best> best;
  for (const auto& [counts, useful] : first) {
    Counts rest = wanted;
    std::ranges::transform(rest, counts, rest.begin(), std::minus{});
    const auto other = second.find(rest);
    if (other == second.end()) {
      continue;
    }
    const int opened = (first_is_empty && !is_zero(counts) ? 1 : 0) + (is_zero(rest) ? 0 : 1);
    const std::int64_t sum = useful + other->second;
    if (!best || opened < best->opened || (opened == best->opened && sum > best->usefulness)) {
      best = {.opened = opened, .usefulness = sum};
    }
  }
  return best;
}

// Calls `visit` for every multiset of up to `size` of `kinds` kinds.
void for_each_multiset(std::size_t kinds, int size,
                       const std::function<void(const Counts&)>& visit) {
  Counts counts(kinds, 0);
  const std::function<void(std::size_t, int)> from = [&](std::size_t kind, int left) {
    if (kind == kinds) {
      visit(counts);
      return;
    }
    for (int n = 0; n <= left; ++n) {
      counts[kind] = n;
      from(kind + 1, left - n);
    }
    counts[kind] = 0;
  };
  from(0, size);
}

std::vector<Want> wants_of(const std::vector<std::string>& names, const Counts& counts) {
  std::vector<Want> wants;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (counts[i] > 0) {
      wants.push_back(testing::want(counts[i], names[i]));
    }
  }
  return wants;
}

// What pack() does, with shapes remembered from one question to the next.
std::optional<Plan> packed(const std::vector<PlanGpu>& gpus, const std::vector<Want>& wants,
                           internal::ShapeMemory& memory) {
  const internal::Attempt tried = internal::attempt(gpus, wants, {}, memory);
  EXPECT_TRUE(tried.complete() || tried.proven_incomplete());
  return tried.complete() ? std::optional(internal::finish(tried, gpus, wants)) : std::nullopt;
}

void expect_legal(const std::vector<PlanGpu>& gpus, const Plan& plan) {
  std::int64_t useful = 0;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    ASSERT_TRUE(check(*gpus[i].model, plan.layouts[i]));
    for (const Slot& slot : gpus[i].kept.slots()) {
      const Slot* found = plan.layouts[i].find(slot.placement());
      ASSERT_TRUE(found != nullptr && *found == slot);
    }
    useful += usefulness(*gpus[i].model, plan.layouts[i]);
  }
  ASSERT_EQ(useful, plan.usefulness);
}

// One model, labels, one or two GPUs of which the first may hold something already.
class Grid {
 public:
  Grid(const Model& model, std::vector<std::string> names)
      : model_(model), names_(std::move(names)), empty_(table(model, names_, {})) {}

  void expect_exact(int gpus, const Layout& kept, int size) {
    std::vector<PlanGpu> on = testing::gpus(gpus, model_);
    on[0].kept = kept;
    const std::map<Counts, std::int64_t> first =
        kept.empty() ? empty_ : table(model_, names_, kept);
    const std::map<Counts, std::int64_t> nothing = {{Counts(names_.size(), 0), 0}};
    for_each_multiset(names_.size(), size, [&](const Counts& counts) {
      if (!::testing::Test::HasFatalFailure()) {
        expect_one(on, best_on_two(first, kept.empty(), gpus == 2 ? empty_ : nothing, counts),
                   counts);
      }
    });
  }

 private:
  void expect_one(const std::vector<PlanGpu>& on, const std::optional<Best>& best,
                  const Counts& counts) {
    const std::optional<Plan> plan = packed(on, wants_of(names_, counts), memory_);
    ASSERT_EQ(plan.has_value(), best.has_value()) << ::testing::PrintToString(counts);
    if (plan && best) {
      ASSERT_TRUE(plan->proven);
      ASSERT_EQ(plan->gpus_opened, best->opened) << ::testing::PrintToString(counts);
      ASSERT_EQ(plan->gpus_bound, plan->gpus_used);
      ASSERT_EQ(plan->usefulness, best->usefulness) << ::testing::PrintToString(counts);
      expect_legal(on, *plan);
      expect_counts(on, *plan, counts);
    }
  }

  void expect_counts(const std::vector<PlanGpu>& on, const Plan& plan, const Counts& counts) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const ProfileId id = model_.find_by_name(names_[i])->id;
      int count = 0;
      for (std::size_t gpu = 0; gpu < on.size(); ++gpu) {
        count += plan.layouts[gpu].count(id) - on[gpu].kept.count(id);
      }
      ASSERT_EQ(count, counts[i]) << names_[i];
    }
  }

  const Model& model_;
  std::vector<std::string> names_;
  std::map<Counts, std::int64_t> empty_;
  internal::ShapeMemory memory_;
};

const std::vector<std::string> kSix = {"1g.10gb", "1g.20gb", "2g.20gb",
                                       "3g.40gb", "4g.40gb", "7g.80gb"};

TEST(PackExhaustiveTest, A100EveryDemandOfEightOnOneGpu) {
  Grid(model("a100-80gb"), kSix).expect_exact(1, {}, 8);
}

TEST(PackExhaustiveTest, A100EveryDemandOfEightOnTwoGpus) {
  Grid(model("a100-80gb"), kSix).expect_exact(2, {}, 8);
}

TEST(PackExhaustiveTest, A100BesideWhatIsKept) {
  const Model& a100 = model("a100-80gb");
  Grid grid(a100, kSix);
  const std::vector<Layout> layouts = all_layouts(a100, [](const Profile& profile) {
    return profile.media == Media::kPlain && !profile.double_memory();
  });
  for (std::size_t i = 0; i < layouts.size(); i += 37) {
    grid.expect_exact(2, layouts[i], 3);
  }
}

TEST(PackExhaustiveTest, A30EveryDemandOfFiveOnOneAndTwoGpus) {
  Grid grid(model("a30-24gb"), {"1g.6gb", "1g.6gb+me", "2g.12gb", "2g.12gb+me", "4g.24gb"});
  grid.expect_exact(1, {}, 5);
  grid.expect_exact(2, {}, 5);
}

TEST(PackExhaustiveTest, A30BesideEverythingThatMayBeKept) {
  const Model& a30 = model("a30-24gb");
  Grid grid(a30, {"1g.6gb", "1g.6gb+me", "2g.12gb", "4g.24gb"});
  for (const Layout& kept : all_layouts(a30)) {
    grid.expect_exact(2, kept, 3);
  }
}

TEST(PackExhaustiveTest, RtxPro6000WithMediaAndGraphics) {
  Grid grid(model("rtx-pro-6000-bw"), {"1g.24gb", "1g.24gb+me", "1g.24gb+gfx", "1g.24gb+me.all",
                                       "1g.24gb-me", "2g.48gb+gfx"});
  grid.expect_exact(1, {}, 4);
  grid.expect_exact(2, {}, 5);
}

TEST(PackExhaustiveTest, RtxPro6000HalvesAndWhole) {
  Grid grid(model("rtx-pro-6000-bw"),
            {"1g.24gb", "2g.48gb", "2g.48gb+me.all", "2g.48gb-me", "4g.96gb", "4g.96gb+gfx"});
  grid.expect_exact(2, {}, 4);
}

TEST(PackExhaustiveTest, ThorEveryDemandOfFour) {
  Grid grid(model("jetson-thor"),
            {"1g.0gb+me", "1g.0gb", "1g.0gb+gfx", "2g.0gb", "2g.0gb+gfx", "3g.0gb", "3g.0gb+gfx"});
  grid.expect_exact(1, {}, 4);
  grid.expect_exact(2, {}, 4);
}

// Places instance after instance, wherever and as whatever it may be.
class PlaceAll {
 public:
  PlaceAll(const std::vector<PlanGpu>& gpus, const std::vector<Want>& wants) : gpus_(gpus) {
    for (const Want& want : wants) {
      instances_.insert(instances_.end(), static_cast<std::size_t>(want.count), want);
    }
    for (const PlanGpu& gpu : gpus) {
      layouts_.push_back(gpu.kept);
    }
  }

  std::optional<Best> run() {
    place(0);
    return best_;
  }

 private:
  void place(std::size_t next) {
    if (next == instances_.size()) {
      judge();
      return;
    }
    for (std::size_t gpu = 0; gpu < gpus_.size(); ++gpu) {
      for (const Choice& choice : choices(*gpus_[gpu].model, instances_[next])) {
        create(next, gpu, choice);
        share(next, gpu, choice);
      }
    }
  }

  void create(std::size_t next, std::size_t gpu, const Choice& choice) {
    for (const int start : choice.profile->starts) {
      Slot slot(*choice.profile, start);
      if (choice.compute != nullptr) {
        slot = with_one(Slot::bare(*choice.profile, start), choice);
      }
      // The order of creation may matter (Thor), so only the finished layout is judged.
      if (const Result<Layout> layout = layouts_[gpu].with_unchecked(slot)) {
        const Layout before = std::exchange(layouts_[gpu], *layout);
        place(next + 1);
        layouts_[gpu] = before;
      }
    }
  }

  // In a GPU instance that an earlier one made; the kept ones are not touched.
  void share(std::size_t next, std::size_t gpu, const Choice& choice) {
    if (choice.compute == nullptr) {
      return;
    }
    const Layout before = layouts_[gpu];
    for (const Slot& slot : before.slots()) {
      if (slot.profile() != choice.profile->id || gpus_[gpu].kept.find(slot.placement()) ||
          free_compute_starts(*choice.profile, slot, *choice.compute).empty()) {
        continue;
      }
      layouts_[gpu] =
          before.without(slot.placement()).with_unchecked(with_one(slot, choice)).value();
      place(next + 1);
    }
    layouts_[gpu] = before;
  }

  static Slot with_one(const Slot& slot, const Choice& choice) {
    const int start = free_compute_starts(*choice.profile, slot, *choice.compute).front();
    return slot
        .with_compute(*choice.profile,
                      {.profile = choice.compute->id,
                       .placement = {.start = start, .size = choice.compute->compute_slices}})
        .value();
  }

  void judge() {
    Best now;
    for (std::size_t i = 0; i < gpus_.size(); ++i) {
      if (!check(*gpus_[i].model, layouts_[i])) {
        return;
      }
      now.opened += gpus_[i].kept.empty() && !layouts_[i].empty() ? 1 : 0;
      now.usefulness += usefulness(*gpus_[i].model, layouts_[i]);
    }
    if (!best_ || now.opened < best_->opened ||
        (now.opened == best_->opened && now.usefulness > best_->usefulness)) {
      best_ = now;
    }
  }

  const std::vector<PlanGpu>& gpus_;
  std::vector<Want> instances_;
  std::vector<Layout> layouts_;
  std::optional<Best> best_;
};

std::vector<PlanGpu> random_gpus(std::mt19937& random) {
  const char* const keys[] = {"a30-24gb", "rtx-pro-4500-bw-32gb", "jetson-thor", "a30-24gb"};
  std::vector<PlanGpu> gpus;
  for (int i = 0; i < 2; ++i) {
    const Model& of = model(keys[random() % std::size(keys)]);
    PlanGpu gpu{.name = "gpu", .model = &of};
    if (random() % 3 == 0) {
      const std::vector<Layout> layouts = all_layouts(of);
      gpu.kept = layouts[random() % layouts.size()];
    }
    gpus.push_back(std::move(gpu));
  }
  return gpus;
}

std::vector<Want> random_wants(std::mt19937& random) {
  const Want kinds[] = {testing::need(1, 0),       testing::need(1, 5),
                        testing::need(1, 11),      testing::need(1, 0, 2),
                        testing::want(1, "1g"),    testing::want(1, "2g"),
                        testing::want(1, "1g+me"), testing::want(1, "1g+gfx"),
                        testing::want(1, "whole"), testing::want(1, "1c.2g"),
                        testing::want(1, "1c.4g"), {.count = 1, .what = ByNeed{.graphics = true}}};
  std::vector<Want> wants;
  wants.reserve(3);
  for (std::size_t i = 0; i < 3; ++i) {
    wants.push_back(kinds[random() % std::size(kinds)]);
  }
  return wants;
}

TEST(PackExhaustiveTest, RandomNeedsLabelsAndComputeInstancesOnMixedModels) {
  std::mt19937 random(7);
  int placed = 0;
  for (int i = 0; i < 400; ++i) {
    const std::vector<PlanGpu> gpus = random_gpus(random);
    const std::vector<Want> wants = random_wants(random);
    const PackResult plan = pack(gpus, wants);
    const std::optional<Best> best = PlaceAll(gpus, wants).run();
    ASSERT_EQ(plan.has_value(), best.has_value()) << "case " << i;
    if (plan && best) {
      ++placed;
      ASSERT_TRUE(plan->proven);
      ASSERT_EQ(plan->gpus_opened, best->opened) << "case " << i;
      ASSERT_EQ(plan->usefulness, best->usefulness) << "case " << i;
      expect_legal(gpus, *plan);
      ASSERT_EQ(plan->assignments.size(), wants.size());
    }
  }
  EXPECT_GT(placed, 50);
}

// Whatever is offered instead fits: it packs again by itself, on as many GPUs as it says.
TEST(PackExhaustiveTest, NearestAlternativesFit) {
  const Model& a100 = model("a100-80gb");
  int offered = 0;
  const auto is_sound = [&](const Layout& layout) { return check(a100, layout).has_value(); };
  for_each_multiset(kSix.size(), 4, [&](const Counts& counts) {
    const std::vector<Want> wants = wants_of(kSix, counts);
    const PackResult plan = pack(testing::gpus(1, a100), wants);
    if (plan || counts[0] % 2 == 1) {
      return;
    }
    std::int64_t distance = 0;
    for (const Alternative& alternative : plan.error().nearest) {
      ++offered;
      const auto count = static_cast<int>(alternative.layouts.size());
      EXPECT_TRUE(pack(testing::gpus(count, a100), alternative.wants)) << alternative.difference;
      EXPECT_GE(alternative.distance, std::max<std::int64_t>(distance, 1));
      distance = alternative.distance;
      EXPECT_TRUE(std::ranges::all_of(alternative.layouts, is_sound));
    }
    EXPECT_FALSE(plan.error().nearest.empty());
    EXPECT_FALSE(plan.error().summary.empty());
  });
  EXPECT_GT(offered, 50);
}

}  // namespace
}  // namespace sectile
