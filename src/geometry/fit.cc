#include "sectile/geometry/fit.h"

#include <algorithm>
#include <string>

#include "src/geometry/refusal_text.h"

namespace sectile {
namespace {

// What the instances of a layout hold together.
struct Held {
  SliceMask slices = 0;
  Engines media;  // Copy engines are not counted: they are shared, not given out once.
  int graphics = 0;
  int all_media = 0;
  int with_media = 0;
};

bool has_media(const Engines& engines) {
  return engines.decode + engines.encode + engines.jpeg + engines.ofa > 0;
}

void add(Held& held, const Profile& profile, SliceMask slices) {
  held.slices = static_cast<SliceMask>(held.slices | slices);
  held.media.decode += profile.engines.decode;
  held.media.encode += profile.engines.encode;
  held.media.jpeg += profile.engines.jpeg;
  held.media.ofa += profile.engines.ofa;
  held.graphics += profile.graphics ? 1 : 0;
  held.all_media += profile.media == Media::kAll ? 1 : 0;
  held.with_media += has_media(profile.engines) ? 1 : 0;
}

Held sum(const Model& model, const Layout& layout) {
  Held held;
  for (const Slot& slot : layout.slots()) {
    held.slices = static_cast<SliceMask>(held.slices | slice_mask(slot.placement()));
    // A driver may hold an instance that the model does not list; its slices count all the same.
    if (const Profile* profile = model.find(slot.profile())) {
      add(held, *profile, 0);
    }
  }
  return held;
}

bool engines_suffice(const Model& model, const Held& held, const Profile& profile) {
  const Engines& all = model.whole().engines;
  const Engines& more = profile.engines;
  return held.media.decode + more.decode <= all.decode &&
         held.media.encode + more.encode <= all.encode && held.media.jpeg + more.jpeg <= all.jpeg &&
         held.media.ofa + more.ofa <= all.ofa;
}

bool needs_met(const Model& model, const Layout& layout, const Profile& profile) {
  return std::ranges::all_of(model.needs, [&](const Needs& needs) {
    return needs.profile != profile.id || layout.count(needs.needed) > 0;
  });
}

// The refusals that do not depend on the start: what the GPU as a whole has left to give.
Refusal refusal_anywhere(const Model& model, const Layout& layout, const Held& held,
                         const Profile& profile) {
  if (static_cast<int>(layout.size()) >= model.max_instances) {
    return Refusal::kInstanceCount;
  }
  if (layout.count(profile.id) >= profile.max_count) {
    return Refusal::kProfileCount;
  }
  const bool adds_all = profile.media == Media::kAll;
  if ((adds_all && held.with_media > 0) || (held.all_media > 0 && has_media(profile.engines))) {
    return Refusal::kAllMedia;
  }
  if (!engines_suffice(model, held, profile)) {
    return Refusal::kEngines;
  }
  const int compute_only = static_cast<int>(layout.size()) - held.graphics;
  if (model.max_compute_only > 0 && !profile.graphics && compute_only >= model.max_compute_only) {
    return Refusal::kComputeLimit;
  }
  if (model.max_graphics > 0 && profile.graphics && held.graphics >= model.max_graphics) {
    return Refusal::kGraphicsLimit;
  }
  return needs_met(model, layout, profile) ? Refusal::kNone : Refusal::kNeedsOther;
}

Status compute_is_sound(const Profile& profile, const Slot& slot) {
  Slot rebuilt = Slot::bare(profile, slot.placement().start);
  for (const ComputeSlot& compute : slot.compute()) {
    Result<Slot> next = rebuilt.with_compute(profile, compute);
    if (!next) {
      return fail(next);
    }
    rebuilt = *next;
  }
  return {};
}

// Most instances of `profile` beside `layout`, by trying every set of starts in ascending order.
int most(const Model& model, const Layout& layout, const Profile& profile, std::size_t from) {
  int best = 0;
  for (std::size_t i = from; i < profile.starts.size(); ++i) {
    if (!fits(model, layout, profile, profile.starts[i])) {
      continue;
    }
    const Result<Layout> next = layout.with_unchecked(Slot::bare(profile, profile.starts[i]));
    if (next) {
      best = std::max(best, 1 + most(model, *next, profile, i + 1));
    }
  }
  return best;
}

// Those that have needs, or those that have none.
Status add_slots(const Model& model, const Layout& layout, bool needy, Layout& built) {
  for (const Slot& slot : layout.slots()) {
    if (needy !=
        (std::ranges::find(model.needs, slot.profile(), &Needs::profile) != model.needs.end())) {
      continue;
    }
    Result<Layout> next = built.with(model, slot);
    if (!next) {
      return fail(next);
    }
    built = *next;
  }
  return {};
}

}  // namespace

Refusal refusal(const Model& model, const Layout& layout, const Profile& profile, int start) {
  if (model.find(profile.id) == nullptr) {
    return Refusal::kNoSuchProfile;
  }
  if (std::ranges::find(profile.starts, start) == profile.starts.end()) {
    return Refusal::kNoSuchStart;
  }
  const Held held = sum(model, layout);
  if ((held.slices & slice_mask(profile.at(start))) != 0) {
    return Refusal::kSlicesTaken;
  }
  return refusal_anywhere(model, layout, held, profile);
}

Status can_add(const Model& model, const Layout& layout, const Slot& slot) {
  const Profile* profile = model.find(slot.profile());
  if (profile == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                model.key + " has no profile " + std::to_string(slot.profile().value));
  }
  const int start = slot.placement().start;
  if (slot.placement().size != profile->memory_slices) {
    return fail(ErrorCode::kInvalidArgument,
                profile->name + " takes " + std::to_string(profile->memory_slices) +
                    " memory slices, not " + std::to_string(slot.placement().size));
  }
  const Refusal why = refusal(model, layout, *profile, start);
  if (why == Refusal::kNone) {
    return compute_is_sound(*profile, slot);
  }
  const bool malformed = why == Refusal::kNoSuchProfile || why == Refusal::kNoSuchStart;
  return fail(malformed ? ErrorCode::kInvalidArgument : ErrorCode::kUnsatisfiable,
              refusal_text(model, layout, *profile, start, why));
}

Status check(const Model& model, const Layout& layout) {
  // Slots that others need go first; two passes suffice, since no need has a need of its own.
  Layout built;
  for (const bool needy : {false, true}) {
    if (const Status added = add_slots(model, layout, needy, built); !added) {
      return added;
    }
  }
  return {};
}

std::vector<int> free_starts(const Model& model, const Layout& layout, const Profile& profile) {
  std::vector<int> starts;
  std::ranges::copy_if(profile.starts, std::back_inserter(starts),
                       [&](int start) { return fits(model, layout, profile, start); });
  return starts;
}

int remaining_capacity(const Model& model, const Layout& layout, const Profile& profile) {
  return most(model, layout, profile, 0);
}

std::vector<int> free_compute_starts(const Profile& profile, const Slot& slot,
                                     const ComputeProfile& compute) {
  std::vector<int> starts;
  int held_slices = 0;
  int held_count = 0;
  for (const ComputeSlot& held : slot.compute()) {
    const ComputeProfile* kind = profile.find_compute(held.profile);
    held_slices += kind != nullptr ? kind->compute_slices : held.placement.size;
    held_count += held.profile == compute.id ? 1 : 0;
  }
  if (held_count >= compute.max_count || slot.compute().size() >= kMaxComputeInstances ||
      held_slices + compute.compute_slices > profile.compute_slices) {
    return starts;
  }
  for (const Placement& placement : compute.placements) {
    const bool taken = std::ranges::any_of(slot.compute(), [&](const ComputeSlot& held) {
      return held.placement.overlaps(placement);
    });
    if (!taken) {
      starts.push_back(placement.start);
    }
  }
  return starts;
}

}  // namespace sectile
