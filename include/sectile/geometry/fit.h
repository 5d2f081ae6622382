// Which GPU instances fit beside which: the rules of MIG, in one place.
//
// Two instances may coexist if their memory slices do not overlap; a profile has a greatest count;
// media engines are shared out once; +me.all leaves room for -me only; Thor allows one compute and
// one graphics instance, and makes 1g+me wait for 2g+gfx. Source: facts of the catalogue (NVIDIA's
// MIG user guide, nvml.h, transcripts of real hardware). Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Why an instance does not fit.
enum class Refusal : std::uint8_t {
  kNone,           // It fits.
  kNoSuchProfile,  // The model does not offer the profile.
  kNoSuchStart,    // The profile may not start at that memory slice.
  kSlicesTaken,    // Another instance holds some of the memory slices.
  kProfileCount,   // max_count instances of the profile exist already.
  kInstanceCount,  // The GPU holds as many instances as it can.
  kEngines,        // The media engines are given out.
  kAllMedia,       // +me.all is there, or would be beside a profile with media engines.
  kComputeLimit,   // Thor: one instance without graphics at once.
  kGraphicsLimit,  // Thor: one instance with graphics at once.
  kNeedsOther,     // Thor: 1g+me only beside 2g+gfx.
};

// Whether `profile` may be created at `start` beside what `layout` holds, in this moment: what the
// driver would answer. Compute instances play no part.
Refusal refusal(const Model& model, const Layout& layout, const Profile& profile, int start);

inline bool fits(const Model& model, const Layout& layout, const Profile& profile, int start) {
  return refusal(model, layout, profile, start) == Refusal::kNone;
}

// The same as a Status with a sentence for people: kInvalidArgument for a profile or start that the
// model does not have, kUnsatisfiable for the rest, naming the slices and what holds them.
Status can_add(const Model& model, const Layout& layout, const Slot& slot);

// Whether the whole layout is legal: some order of creation makes it. Reports the first conflict.
Status check(const Model& model, const Layout& layout);

// Legal starts of `profile` beside `layout`, ascending.
std::vector<int> free_starts(const Model& model, const Layout& layout, const Profile& profile);

// How many more instances of `profile` can exist at once beside `layout`. Exact. This is what
// NVML's remaining capacity means.
int remaining_capacity(const Model& model, const Layout& layout, const Profile& profile);

// Compute instances: legal starts of `compute` inside `slot`, ascending.
std::vector<int> free_compute_starts(const Profile& profile, const Slot& slot,
                                     const ComputeProfile& compute);

}  // namespace sectile
