#include "src/emulator/slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sectile/base/check.h"
#include "sectile/geometry/catalogue.h"
#include "src/emulator/test_node.h"

namespace sectile::emulator {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

// The second opinion: instances as intervals of memory slices and sums of engines, straight from
// the catalogue's model, without trees.
struct Interval {
  const Profile* profile;
  int start;

  int end() const { return start + profile->memory_slices; }
  auto operator<=>(const Interval&) const = default;
};

using Intervals = std::set<Interval>;

int sum(const Intervals& all, auto&& figure) {
  int total = 0;
  for (const Interval& one : all) {
    total += figure(*one.profile);
  }
  return total;
}

bool has_media(const Profile& profile) {
  const Engines& engines = profile.engines;
  return engines.decode + engines.encode + engines.jpeg + engines.ofa > 0;
}

bool media_fit(const Model& model, const Intervals& all) {
  const Engines& most = model.whole().engines;
  const bool all_media = sum(all, [](const Profile& p) { return p.media == Media::kAll; }) > 0;
  return sum(all, [](const Profile& p) { return p.engines.decode; }) <= most.decode &&
         sum(all, [](const Profile& p) { return p.engines.encode; }) <= most.encode &&
         sum(all, [](const Profile& p) { return p.engines.jpeg; }) <= most.jpeg &&
         sum(all, [](const Profile& p) { return p.engines.ofa; }) <= most.ofa &&
         (!all_media || sum(all, [](const Profile& p) { return has_media(p); }) == 1);
}

bool counts_fit(const Model& model, const Intervals& all) {
  const int graphics = sum(all, [](const Profile& p) { return p.graphics; });
  const int size = static_cast<int>(all.size());
  for (const Profile& profile : model.profiles) {
    if (sum(all, [&](const Profile& p) { return p.id == profile.id; }) > profile.max_count) {
      return false;
    }
  }
  return size <= model.max_instances &&
         (model.max_graphics == 0 || graphics <= model.max_graphics) &&
         (model.max_compute_only == 0 || size - graphics <= model.max_compute_only);
}

bool disjoint(const Intervals& all) {
  for (const Interval& one : all) {
    for (const Interval& other : all) {
      if (&one != &other && one.start < other.end() && other.start < one.end()) {
        return false;
      }
    }
  }
  return true;
}

bool legal(const Model& model, const Intervals& before, const Interval& added) {
  Intervals after = before;
  after.insert(added);
  if (after.size() != before.size() + 1) {
    return false;
  }
  for (const Needs& needs : model.needs) {
    const auto is_there = [&](const Interval& one) { return one.profile->id == needs.needed; };
    if (needs.profile == added.profile->id && std::ranges::none_of(before, is_there)) {
      return false;
    }
  }
  return disjoint(after) && counts_fit(model, after) && media_fit(model, after);
}

// By trying every ascending set of starts.
int brute_capacity(const Model& model, const Intervals& held, const Profile& profile, int from) {
  int best = 0;
  for (const int start : profile.starts) {
    const Interval added = {.profile = &profile, .start = start};
    if (start >= from && legal(model, held, added)) {
      Intervals next = held;
      next.insert(added);
      best = std::max(best, 1 + brute_capacity(model, next, profile, start + 1));
    }
  }
  return best;
}

std::uint32_t profile_number(const Geometry& geometry, std::uint32_t id) {
  const std::optional<std::uint32_t> found = find_profile(geometry, id);
  SECTILE_CHECK(found.has_value());
  return *found;
}

std::uint32_t compute_number(const ProfileKind& profile, std::uint32_t id) {
  const std::optional<std::uint32_t> found = find_compute(profile, id);
  SECTILE_CHECK(found.has_value());
  return *found;
}

void put(Gpu& gpu, const Geometry& geometry, std::uint32_t profile, std::uint32_t start) {
  const Span span = {.start = start, .size = geometry.profiles.items[profile].memory_slices};
  const auto id = tree_id(geometry, gpu.swapped != 0, span);
  SECTILE_CHECK(id.has_value());
  gpu.instances[*id] = {
      .exists = 1, .generation = 1, .profile = profile, .span = span, .compute = {}};
}

// Compares one state of a GPU with the second opinion, then all states that follow.
struct Comparison {
  const Model& model;
  const Geometry& geometry;
  std::set<Intervals> seen = {};

  void compare(const Gpu& gpu, const Intervals& held) {
    if (!seen.insert(held).second) {
      return;
    }
    for (std::uint32_t p = 0; p < geometry.profiles.count; ++p) {
      const Profile& profile = model.profiles[p];
      std::vector<std::uint32_t> expected;
      for (const int start : profile.starts) {
        if (legal(model, held, {.profile = &profile, .start = start})) {
          expected.push_back(static_cast<std::uint32_t>(start));
        }
      }
      ASSERT_EQ(free_starts(geometry, gpu, p), expected) << model.key << " " << profile.name;
      ASSERT_EQ(remaining_capacity(geometry, gpu, p), brute_capacity(model, held, profile, 0))
          << model.key << " " << profile.name;
      for (const std::uint32_t start : expected) {
        Gpu next = gpu;
        put(next, geometry, p, start);
        Intervals more = held;
        more.insert({.profile = &profile, .start = static_cast<int>(start)});
        compare(next, more);
      }
    }
  }
};

class EveryModel : public testing::TestWithParam<const Model*> {};

TEST_P(EveryModel, AgreesWithIntervalsInEveryReachableState) {
  const Geometry geometry = pack(*GetParam()).value();
  Comparison comparison = {.model = *GetParam(), .geometry = geometry};
  comparison.compare(Gpu{}, {});
  EXPECT_GT(comparison.seen.size(), 4U);
}

std::vector<const Model*> representatives() {
  std::vector<const Model*> models;
  for (const char* key : {"a100-40gb", "a30-24gb", "rtx-pro-6000-bw", "rtx-pro-5000-bw-48gb",
                          "rtx-6000d-84gb", "jetson-thor"}) {
    models.push_back(find_model(key).value());
  }
  return models;
}

INSTANTIATE_TEST_SUITE_P(SlotsTest, EveryModel, testing::ValuesIn(representatives()),
                         [](const auto& row) {
                           std::string name = row.param->key;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

struct IdRow {
  const char* model;
  bool swapped;
  Span span;
  std::optional<std::uint32_t> id;
};

TEST(SlotsTest, IdsArePositionsInTheTreeOfSpans) {
  const std::vector<IdRow> rows = {
      {"a100-40gb", false, {0, 8}, 0},
      {"a100-40gb", false, {0, 4}, 1},
      {"a100-40gb", false, {4, 4}, 2},
      {"a100-40gb", false, {0, 2}, 3},
      {"a100-40gb", false, {6, 2}, 6},
      {"a100-40gb", false, {0, 1}, 7},
      {"a100-40gb", false, {6, 1}, 13},
      {"a100-40gb", false, {7, 1}, 14},
      {"a100-40gb", true, {0, 8}, 0},
      {"a100-40gb", true, {0, 4}, 2},
      {"a100-40gb", true, {4, 4}, 1},
      {"a100-40gb", true, {0, 2}, 5},
      {"a100-40gb", true, {2, 2}, 6},
      {"a100-40gb", true, {4, 2}, 3},
      {"a100-40gb", true, {0, 1}, 11},
      {"a100-40gb", true, {6, 1}, 9},
      {"a100-40gb", false, {2, 4}, {}},
      {"a100-40gb", false, {8, 1}, {}},
      {"a100-40gb", false, {0, 3}, {}},
      {"a30-24gb", false, {0, 4}, 0},
      {"a30-24gb", false, {2, 2}, 2},
      {"a30-24gb", false, {3, 1}, 6},
      {"rtx-pro-6000-bw", false, {0, 12}, 0},
      {"rtx-pro-6000-bw", false, {6, 6}, 2},
      {"rtx-pro-6000-bw", false, {9, 3}, 6},
      {"rtx-pro-6000-bw", false, {1, 3}, {}},
      {"rtx-pro-5000-bw-48gb", false, {1, 1}, 2},
      {"jetson-thor", false, {0, 2}, 1},
      {"jetson-thor", false, {2, 1}, 2},
      {"jetson-thor", false, {0, 3}, 0},
      {"jetson-thor", false, {1, 1}, {}},
  };
  for (const IdRow& row : rows) {
    const Geometry geometry = pack(*find_model(row.model).value()).value();
    EXPECT_EQ(tree_id(geometry, row.swapped, row.span), row.id)
        << row.model << " " << row.span.start << ":" << row.span.size;
  }
}

TEST(SlotsTest, IdsAreInTheWayWhereTheirSpansOverlap) {
  // Slice k is held by the whole, its half, its quarter and its eighth.
  const auto slices = [](std::uint32_t id) {
    std::set<std::uint32_t> held;
    for (std::uint32_t k = 0; k < 8; ++k) {
      if (id == 0 || id == 1 + k / 4 || id == 3 + k / 2 || id == 7 + k) {
        held.insert(k);
      }
    }
    return held;
  };
  for (std::uint32_t one = 0; one < kTreeIds; ++one) {
    for (std::uint32_t other = 0; other < kTreeIds; ++other) {
      const auto overlap = std::ranges::any_of(
          slices(one), [&](std::uint32_t k) { return slices(other).contains(k); });
      EXPECT_EQ(in_the_way(one, other), overlap) << one << " " << other;
    }
  }
}

// Free / total of profiles 19, 20, 15, 14, 9, 5, 0, as nvidia-smi -lgip printed them on an A100
// 40GB.
TEST(SlotsTest, RemainingCapacityIsWhatARealA100Printed) {
  const Geometry geometry = pack(*find_model("a100-40gb").value()).value();
  const auto capacities = [&](const Gpu& gpu) {
    std::vector<int> all;
    for (const std::uint32_t id : {19U, 20U, 15U, 14U, 9U, 5U, 0U}) {
      all.push_back(remaining_capacity(geometry, gpu, profile_number(geometry, id)));
    }
    return all;
  };
  Gpu gpu{};
  EXPECT_THAT(capacities(gpu), ElementsAre(7, 1, 4, 3, 2, 1, 1));
  put(gpu, geometry, profile_number(geometry, 5), 0);
  EXPECT_THAT(capacities(gpu), ElementsAre(3, 1, 2, 1, 1, 0, 0));
  put(gpu, geometry, profile_number(geometry, 14), 4);
  EXPECT_THAT(capacities(gpu), ElementsAre(1, 1, 1, 0, 0, 0, 0));
  put(gpu, geometry, profile_number(geometry, 19), 6);
  EXPECT_THAT(capacities(gpu), ElementsAre(0, 0, 0, 0, 0, 0, 0));
}

class ComputeTest : public testing::Test {
 protected:
  ComputeTest() : profile_(geometry_.profiles.items[profile_number(geometry_, 0)]) {}

  int capacity(std::uint32_t id) const {
    return remaining_compute_capacity(profile_, instance_, compute_number(profile_, id));
  }
  std::optional<std::uint32_t> create(std::uint32_t id) {
    const std::uint32_t compute = compute_number(profile_, id);
    const std::optional<Span> span = default_compute_span(profile_, instance_, compute);
    if (!span) {
      return std::nullopt;
    }
    *std::ranges::find(instance_.compute, 0U, &ComputeInstance::exists) = {
        .exists = 1, .generation = 1, .compute = compute, .span = *span, .compute_mode = 0};
    return span->start;
  }

  Geometry geometry_ = pack(*find_model("a100-40gb").value()).value();
  const ProfileKind& profile_;
  GpuInstance instance_{};
};

TEST_F(ComputeTest, CapacityCountsWhatStillFits) {
  EXPECT_EQ(capacity(0), 7);
  EXPECT_EQ(capacity(1), 3);
  EXPECT_EQ(capacity(2), 2);
  EXPECT_EQ(capacity(4), 1);
  EXPECT_THAT(create(2), Optional(4U)) << "at 4 it costs no four-slice instance its place";
  EXPECT_EQ(capacity(0), 4);
  EXPECT_EQ(capacity(3), 1);
  EXPECT_EQ(capacity(4), 0);
}

TEST_F(ComputeTest, OneTwoAndThreeSlicesCoexist) {
  EXPECT_TRUE(create(0).has_value());
  EXPECT_TRUE(create(1).has_value());
  EXPECT_TRUE(create(2).has_value());
}

TEST_F(ComputeTest, SevenSmallOnesFillTheInstance) {
  std::set<std::uint32_t> starts;
  for (int i = 0; i < 7; ++i) {
    const std::optional<std::uint32_t> start = create(0);
    SECTILE_CHECK(start.has_value());
    starts.insert(*start);
  }
  EXPECT_EQ(starts.size(), 7U);
  EXPECT_FALSE(create(0).has_value());
}

}  // namespace
}  // namespace sectile::emulator
