// StateSpace: everything that can be on one GPU of a model, as numbered states.
//
// What may be placed on a GPU depends on its layout and on nothing else, and a model has at most a
// few thousand layouts. So they are numbered once, and from then on placing and releasing are a
// look-up each; the rules of MIG (geometry/fit.h) are asked only here. Immutable; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/enumerate.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Number of a state of one StateSpace. 0 is the empty GPU.
using StateNumber = std::uint16_t;

inline constexpr StateNumber kEmptyState = 0;
inline constexpr StateNumber kNoState = 0xFFFF;

// A way to place one instance on a GPU in some state.
struct Placing {
  std::uint8_t start = 0;     // First memory slice.
  StateNumber to = kNoState;  // The state afterwards.

  friend bool operator==(const Placing&, const Placing&) = default;
};

class StateSpace {
 public:
  static constexpr std::size_t kMaxStates = 60'000;
  static constexpr std::size_t kMaxProfiles = 16;

  // With the profiles that pass the filter only; others can never be on a GPU. Fails with
  // kInvalidArgument if none passes, if there are more than kMaxProfiles or kMaxStates, and if
  // validate(model) does.
  static Result<StateSpace> of(const Model& model, const ProfileFilter& filter = {});

  const Model& model() const { return model_; }
  std::size_t size() const { return layouts_.size(); }

  // Those that passed the filter, in the model's order. "Profile number" means an index into this.
  std::span<const Profile> profiles() const { return profiles_; }
  std::optional<std::size_t> find_profile(ProfileId id) const;

  // Requires for all of these: state < size(), profile < profiles().size().
  const Layout& layout(StateNumber state) const { return layouts_[state]; }
  int free_slices(StateNumber state) const { return free_[state]; }

  // Ascending by start; empty if the profile does not fit.
  std::span<const Placing> placings(std::size_t profile, StateNumber state) const {
    const std::size_t at = profile * layouts_.size() + state;
    return {placings_.data() + first_[at], first_[at + 1] - first_[at]};
  }
  bool fits(std::size_t profile, StateNumber state) const {
    return !placings(profile, state).empty();
  }

  // The state after placing there, and after taking an instance away; kNoState if the one does not
  // fit or the other is not there. Any start is allowed, however absurd.
  StateNumber placed(std::size_t profile, int start, StateNumber state) const;
  StateNumber released(std::size_t profile, int start, StateNumber state) const {
    if (start < 0 || start >= kMaxMemorySlices) {
      return kNoState;
    }
    return released_[(state * profiles_.size() + profile) * kMaxMemorySlices +
                     static_cast<std::size_t>(start)];
  }

  // What is on the GPU: profile numbers and starts, ascending by start.
  struct Held {
    std::uint8_t profile = 0;
    std::uint8_t start = 0;

    friend bool operator==(const Held&, const Held&) = default;
  };
  std::span<const Held> held(StateNumber state) const {
    return {held_.data() + held_first_[state], held_first_[state + 1] - held_first_[state]};
  }

  // The state of a layout; nothing if it cannot be. Compute instances play no part.
  std::optional<StateNumber> find(const Layout& layout) const;

 private:
  StateSpace() = default;
  Status explore();
  void index_transitions();
  std::optional<std::uint64_t> key_of(const Layout& layout) const;
  StateNumber number_of(const Layout& layout);

  Model model_;
  std::vector<Profile> profiles_;
  std::vector<Layout> layouts_;
  std::vector<std::uint8_t> free_;
  std::vector<Placing> placings_;
  std::vector<std::uint32_t> first_;   // Into placings_, [profile][state], and the end.
  std::vector<StateNumber> released_;  // [state][profile][start]
  std::vector<Held> held_;
  std::vector<std::uint32_t> held_first_;                   // Into held_, [state], and the end.
  std::unordered_map<std::uint64_t, StateNumber> numbers_;  // By what key_of() says.
};

}  // namespace sectile
