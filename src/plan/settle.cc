#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sectile/geometry/fit.h"
#include "sectile/plan/transition.h"
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

// A kind of instance that is wanted, however placed.
struct Wanted {
  const Profile* profile = nullptr;
  Slot example;                             // Where the caller had one.
  std::vector<ComputeProfileId> compute{};  // Sorted.
  int count = 0;
};

// How good a layout is: instances that stay, compute instances that stay, free space.
using Score = std::tuple<int, int, std::int64_t>;

int in_common(const Slot& a, const Slot& b) {
  return static_cast<int>(std::ranges::count_if(a.compute(), [&](const ComputeSlot& compute) {
    return std::ranges::find(b.compute(), compute) != b.compute().end();
  }));
}

// Places the compute instances of `wanted` in a slot so that most of those of `old` stay; exact.
class ComputeSettler {
 public:
  ComputeSettler(const Wanted& wanted, const Slot& old) : wanted_(wanted), old_(old) {}

  Slot run(int start) {
    best_ = Slot::bare(*wanted_.profile, start);
    for (const ComputeSlot& compute : wanted_.example.compute()) {
      best_ = *best_.with_compute(*wanted_.profile, compute);
    }
    most_ = in_common(best_, old_);
    from(Slot::bare(*wanted_.profile, start), 0, 0);
    return best_;
  }

 private:
  void from(const Slot& slot, std::size_t next, int least) {
    if (next == wanted_.compute.size()) {
      if (in_common(slot, old_) > most_) {
        most_ = in_common(slot, old_);
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
  Slot best_;
  int most_ = 0;
};

// Tries every placement of the wanted instances, in order of start.
class Settler {
 public:
  Settler(const Model& model, const Layout& from, std::vector<Wanted> wanted)
      : model_(model), from_(from), wanted_(std::move(wanted)) {}

  std::optional<Layout> run() {
    place(0, Layout(), 0, 0);
    return best_;
  }

 private:
  void place(int start, const Layout& layout, int kept, int kept_compute) {
    const bool done =
        std::ranges::all_of(wanted_, [](const Wanted& wanted) { return wanted.count == 0; });
    if (done) {
      keep_if_best(layout, kept, kept_compute);
      return;
    }
    for (; start < model_.memory_slices; ++start) {
      for (Wanted& wanted : wanted_) {
        place_one(wanted, start, layout, {kept, kept_compute});
      }
    }
  }

  // What another instance is needed for may be met first; it is judged when all is placed.
  bool may_fit(const Layout& layout, const Profile& profile, int start) const {
    const Refusal why = refusal(model_, layout, profile, start);
    return why == Refusal::kNone || why == Refusal::kNeedsOther;
  }

  void place_one(Wanted& wanted, int start, const Layout& layout, std::pair<int, int> kept) {
    if (wanted.count == 0 || !may_fit(layout, *wanted.profile, start)) {
      return;
    }
    const Slot* old = from_.find(wanted.profile->at(start));
    const bool stays = old != nullptr && old->profile() == wanted.profile->id;
    const Slot slot = ComputeSettler(wanted, stays ? *old : Slot()).run(start);
    if (const Result<Layout> next = layout.with_unchecked(slot)) {
      --wanted.count;
      place(start + wanted.profile->memory_slices, *next, kept.first + (stays ? 1 : 0),
            kept.second + (stays ? in_common(slot, *old) : 0));
      ++wanted.count;
    }
  }

  void keep_if_best(const Layout& layout, int kept, int kept_compute) {
    if (!check(model_, layout)) {
      return;
    }
    const Score score(kept, kept_compute, usefulness(model_, layout));
    if (!best_ || score > score_) {
      best_ = layout;
      score_ = score;
    }
  }

  const Model& model_;
  const Layout& from_;
  std::vector<Wanted> wanted_;
  std::optional<Layout> best_;
  Score score_;
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

Result<Layout> settle(const Model& model, const Layout& from, const Layout& wanted) {
  Result<std::vector<Wanted>> kinds = kinds_of(model, wanted);
  if (!kinds) {
    return fail(kinds);
  }
  const std::optional<Layout> best = Settler(model, from, *std::move(kinds)).run();
  if (!best) {
    const Status status = check(model, wanted);
    return fail(ErrorCode::kUnsatisfiable, "the wanted instances do not fit on one " + model.key +
                                               " together" +
                                               (status ? "" : ": " + status.error().message));
  }
  return *best;
}

}  // namespace sectile
