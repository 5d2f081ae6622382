#include "sectile/plan/settle.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sectile/geometry/fit.h"
#include "sectile/plan/usefulness.h"

namespace sectile {
namespace {

std::vector<ComputeProfileId> compute_profiles(const Slot& slot) {
  std::vector<ComputeProfileId> profiles;
  for (const ComputeSlot& compute : slot.compute()) {
    profiles.push_back(compute.profile);
  }
  std::ranges::sort(profiles);
  return profiles;
}

// The compute slices of each compute instance, ascending.
std::vector<int> compute_slices(const Profile& profile, const Slot& slot) {
  std::vector<int> slices;
  for (const ComputeSlot& compute : slot.compute()) {
    const ComputeProfile* kind = profile.find_compute(compute.profile);
    slices.push_back(kind != nullptr ? kind->compute_slices : 0);
  }
  std::ranges::sort(slices);
  return slices;
}

bool has(const Slot& slot, const ComputeSlot& compute) {
  return std::ranges::find(slot.compute(), compute) != slot.compute().end();
}

std::size_t missing(const Slot& old, const Slot& slot) {
  return static_cast<std::size_t>(std::ranges::count_if(
      old.compute(), [&](const ComputeSlot& compute) { return !has(slot, compute); }));
}

// Whether `old` loses what is used in it if `slot` takes its place.
bool harms(const Slot& old, const Slot& slot, std::span<const InUse> used) {
  return std::ranges::any_of(used, [&](const InUse& one) {
    return one.instance == old.placement() &&
           (one.compute ? !has(slot, *one.compute) : missing(old, slot) > 0);
  });
}

Disturbance in_place(const Slot& old, const Slot& slot, std::span<const InUse> used) {
  return {.harmed = harms(old, slot, used) ? 1U : 0U,
          .destroyed = 0,
          .compute_destroyed = missing(old, slot)};
}

// A kind of instance that is wanted, however placed.
struct Wanted {
  const Profile* profile = nullptr;
  Slot example;                             // Where the caller had one.
  std::vector<ComputeProfileId> compute{};  // Sorted.
  int count = 0;
};

// Places the compute instances of `wanted` in the slot of `old` so that the least is disturbed.
class ComputeSettler {
 public:
  ComputeSettler(const Wanted& wanted, const Slot& old, std::span<const InUse> used)
      : wanted_(wanted), old_(old), used_(used) {}

  Slot run() {
    const Profile& profile = *wanted_.profile;
    if (compute_slices(profile, old_) == compute_slices(profile, wanted_.example)) {
      return old_;
    }
    best_ = Slot::bare(profile, old_.placement().start);
    for (const ComputeSlot& compute : wanted_.example.compute()) {
      best_ = *best_.with_compute(profile, compute);
    }
    least_ = in_place(old_, best_, used_);
    from(Slot::bare(profile, old_.placement().start), 0, 0);
    return best_;
  }

 private:
  void from(const Slot& slot, std::size_t next, int least) {
    if (next == wanted_.compute.size()) {
      if (const Disturbance cost = in_place(old_, slot, used_); cost < least_) {
        least_ = cost;
        best_ = slot;
      }
      return;
    }
    const ComputeProfile* kind = wanted_.profile->find_compute(wanted_.compute[next]);
    const bool same = next > 0 && wanted_.compute[next] == wanted_.compute[next - 1];
    for (const Placement& placement : kind->placements) {
      if (same && placement.start < least) {
        continue;  // Equal ones in ascending order: each set once.
      }
      if (const Result<Slot> more =
              slot.with_compute(*wanted_.profile, {.profile = kind->id, .placement = placement})) {
        from(*more, next + 1, placement.start + 1);
      }
    }
  }

  const Wanted& wanted_;
  const Slot& old_;
  std::span<const InUse> used_;
  Slot best_;
  Disturbance least_;
};

// Tries every placement of the wanted instances, in order of start.
class Settler {
 public:
  Settler(const Model& model, const Layout& from, std::span<const InUse> used,
          std::vector<Wanted> wanted)
      : model_(model), from_(from), used_(used), wanted_(std::move(wanted)) {}

  std::optional<Layout> run() {
    place(0, Layout());
    return best_;
  }

 private:
  void place(int start, const Layout& layout) {
    const bool done =
        std::ranges::all_of(wanted_, [](const Wanted& wanted) { return wanted.count == 0; });
    if (done) {
      keep_if_best(layout);
      return;
    }
    for (; start < model_.memory_slices; ++start) {
      for (Wanted& wanted : wanted_) {
        place_one(wanted, start, layout);
      }
    }
  }

  // What another instance is needed for may be met first; it is judged when all is placed.
  bool may_fit(const Layout& layout, const Profile& profile, int start) const {
    const Refusal why = refusal(model_, layout, profile, start);
    return why == Refusal::kNone || why == Refusal::kNeedsOther;
  }

  void place_one(Wanted& wanted, int start, const Layout& layout) {
    if (wanted.count == 0 || !may_fit(layout, *wanted.profile, start)) {
      return;
    }
    if (const Result<Layout> next = layout.with_unchecked(slot_at(wanted, start))) {
      --wanted.count;
      place(start + wanted.profile->memory_slices, *next);
      ++wanted.count;
    }
  }

  // Costs add up over the slots, so the best in each slot is the best of all.
  Slot slot_at(const Wanted& wanted, int start) const {
    const Slot* old = from_.find(wanted.profile->at(start));
    if (old != nullptr && old->profile() == wanted.profile->id) {
      return ComputeSettler(wanted, *old, used_).run();
    }
    Slot slot = Slot::bare(*wanted.profile, start);
    for (const ComputeSlot& compute : wanted.example.compute()) {
      slot = *slot.with_compute(*wanted.profile, compute);
    }
    return slot;
  }

  void keep_if_best(const Layout& layout) {
    const Disturbance cost = disturbance(from_, used_, layout);
    if ((best_ && cost > cost_) || !check(model_, layout)) {
      return;
    }
    const std::int64_t useful = usefulness(model_, layout);
    if (!best_ || cost < cost_ || useful > useful_) {
      best_ = layout;
      cost_ = cost;
      useful_ = useful;
    }
  }

  const Model& model_;
  const Layout& from_;
  std::span<const InUse> used_;
  std::vector<Wanted> wanted_;
  std::optional<Layout> best_;
  Disturbance cost_;
  std::int64_t useful_ = 0;
};

// Fails if a slot or its compute instances are none that the model knows. Where the slots are does
// not matter, since they will be placed anew.
Status is_known(const Model& model, const Slot& slot) {
  const Profile* profile = model.find(slot.profile());
  if (profile == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                model.key + " has no profile " + std::to_string(slot.profile().value));
  }
  Slot rebuilt = Slot::bare(*profile, slot.placement().start);
  for (const ComputeSlot& compute : slot.compute()) {
    const Result<Slot> next = rebuilt.with_compute(*profile, compute);
    if (!next) {
      return fail(next);
    }
    rebuilt = *next;
  }
  return {};
}

Result<std::vector<Wanted>> kinds_of(const Model& model, const Layout& wanted) {
  std::vector<Wanted> kinds;
  for (const Slot& slot : wanted.slots()) {
    if (const Status status = is_known(model, slot); !status) {
      return fail(status);
    }
    const Profile* profile = model.find(slot.profile());
    const std::vector<ComputeProfileId> compute = compute_profiles(slot);
    const auto same = std::ranges::find_if(kinds, [&](const Wanted& kind) {
      return kind.profile == profile && kind.compute == compute;
    });
    if (same != kinds.end()) {
      ++same->count;
    } else {
      kinds.push_back({.profile = profile, .example = slot, .compute = compute, .count = 1});
    }
  }
  return kinds;
}

}  // namespace

Disturbance disturbance(const Layout& from, std::span<const InUse> used, const Layout& to) {
  Disturbance sum;
  for (const Slot& old : from.slots()) {
    const Slot* now = to.find(old.placement());
    const bool stays = now != nullptr && now->profile() == old.profile();
    const bool in_use = std::ranges::find(used, old.placement(), &InUse::instance) != used.end();
    const Disturbance one = stays ? in_place(old, *now, used)
                                  : Disturbance{.harmed = in_use ? 1U : 0U,
                                                .destroyed = 1,
                                                .compute_destroyed = old.compute().size()};
    sum.harmed += one.harmed;
    sum.destroyed += one.destroyed;
    sum.compute_destroyed += one.compute_destroyed;
  }
  return sum;
}

Result<Layout> settle(const Model& model, const Layout& from, const Layout& wanted,
                      std::span<const InUse> used) {
  Result<std::vector<Wanted>> kinds = kinds_of(model, wanted);
  if (!kinds) {
    return fail(kinds);
  }
  const std::optional<Layout> best = Settler(model, from, used, *std::move(kinds)).run();
  if (!best) {
    const Status status = check(model, wanted);
    return fail(ErrorCode::kUnsatisfiable, "the wanted instances do not fit on one " + model.key +
                                               " together" +
                                               (status ? "" : ": " + status.error().message));
  }
  return *best;
}

}  // namespace sectile
