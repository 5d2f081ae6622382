// What a change of a live GPU destroys where only counts are asked for, against an optimum that is
// found by looking at every layout of the model, and by other means than the planner's.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iostream>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/geometry/enumerate.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

constexpr int kTriples = 2500;  // For each of four models.

// A GPU instance in few bits: its profile and the mask of its memory slices.
using Key = std::pair<std::uint32_t, SliceMask>;

std::vector<Key> keys(const Layout& layout) {
  std::vector<Key> all;
  for (const Slot& slot : layout.slots()) {
    all.emplace_back(slot.profile().value, slice_mask(slot.placement()));
  }
  return all;
}

struct Optimum {
  int harmed = 0;
  int destroyed = 0;
  friend auto operator<=>(const Optimum&, const Optimum&) = default;
};

// `busy`: a bit for each instance of `from`, in order.
Optimum judge(const std::vector<Key>& from, unsigned busy, const std::vector<Key>& to) {
  Optimum result;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (std::ranges::find(to, from[i]) == to.end()) {
      ++result.destroyed;
      result.harmed += static_cast<int>(busy >> i & 1U);
    }
  }
  return result;
}

class Layouts {
 public:
  explicit Layouts(const Model& model) : all_(all_layouts(model)) {
    for (const Layout& layout : all_) {
      groups_[counts(layout)].push_back(keys(layout));
    }
  }

  const Layout& draw(std::mt19937& random) const { return all_[random() % all_.size()]; }

  Optimum optimum(const Layout& from, unsigned busy, const Layout& wanted) const {
    Optimum best{.harmed = INT32_MAX, .destroyed = INT32_MAX};
    for (const std::vector<Key>& to : groups_.at(counts(wanted))) {
      best = std::min(best, judge(keys(from), busy, to));
    }
    return best;
  }

 private:
  // How many of which profile.
  static std::map<std::uint32_t, int> counts(const Layout& layout) {
    std::map<std::uint32_t, int> result;
    for (const Slot& slot : layout.slots()) {
      ++result[slot.profile().value];
    }
    return result;
  }

  std::vector<Layout> all_;
  std::map<std::map<std::uint32_t, int>, std::vector<std::vector<Key>>> groups_;
};

// A GPU with this layout; every instance that `busy` names has a process in it.
void put(LiveGpu& gpu, const Layout& layout, unsigned busy) {
  gpu.layout = layout;
  gpu.instances.clear();
  gpu.processes.clear();
  for (const Slot& slot : layout.slots()) {
    LiveInstance instance;
    instance.id = GpuInstanceId{static_cast<std::uint32_t>(gpu.instances.size())};
    instance.profile = slot.profile();
    instance.placement = slot.placement();
    instance.compute.push_back(
        {.id = ComputeInstanceId{0}, .slot = slot.compute().front(), .uuid = {}});
    if ((busy >> instance.id.value & 1U) != 0) {
      GpuProcess process;
      process.pid = 100 + instance.id.value;
      process.gpu_instance = instance.id;
      process.compute_instance = ComputeInstanceId{0};
      gpu.processes.push_back(process);
    }
    gpu.instances.push_back(instance);
  }
}

Optimum planned(const LiveGpu& gpu, const ChangePlan& plan) {
  const std::vector<Slot>& destroyed = plan.changes[0].transition.destroyed;
  Optimum result{.harmed = 0, .destroyed = static_cast<int>(destroyed.size())};
  for (const Slot& slot : destroyed) {
    result.harmed += gpu.holders(*gpu.find(slot.placement())).empty() ? 0 : 1;
  }
  return result;
}

TEST(DisruptionTest, RandomTriplesDestroyNoMoreThanTheOptimum) {
  std::mt19937 random(20241031);
  int triples = 0;
  int destroyed = 0;
  int busy_spared = 0;
  int refused = 0;
  for (const char* key : {"a100-80gb", "h100-80gb-sxm5", "a30-24gb", "rtx-pro-6000-bw"}) {
    FakeNvml fake;
    fake.add(key);
    Snapshot now = fake.node().read().value();
    const Layouts layouts(now.models[0]);
    for (int round = 0; round < kTriples; ++round) {
      const Layout& from = layouts.draw(random);
      const Layout& wanted = layouts.draw(random);
      auto few = static_cast<unsigned>(random());
      few &= static_cast<unsigned>(random());
      const unsigned busy = few & ((1U << from.size()) - 1U);
      put(now.gpus[0], from, busy);
      const GpuTarget target{.uuid = now.gpus[0].uuid,
                             .mig_enabled = true,
                             .layout = wanted,
                             .exact_placement = false,
                             .mode_only = false};
      const ChangePlan plan = prepare(now, {target}).value();
      const Optimum best = layouts.optimum(from, busy, wanted);
      const Optimum ours = planned(now.gpus[0], plan);
      ASSERT_EQ(ours, best) << key << ", round " << round;
      ASSERT_EQ(plan.blocked.size(), static_cast<std::size_t>(best.harmed));
      ASSERT_EQ(keys(plan.changes[0].to).size(), wanted.size());
      ++triples;
      destroyed += ours.destroyed;
      busy_spared += best.harmed == 0 ? std::popcount(busy) : 0;
      refused += best.harmed > 0 ? 1 : 0;
    }
  }
  std::cout << triples << " random triples (old layout, new layout, busy instances): " << destroyed
            << " instances destroyed, the optimum in each; " << triples - refused
            << " changes spare every busy instance (" << busy_spared << " of them), " << refused
            << " cannot and are refused\n";
}

}  // namespace
}  // namespace sectile
