// The form of a profile's label: [<C>c.]<G>g.<N>gb[+attribute[,attribute...]][-attribute...].
//
// Form only: whether a GPU offers such a profile is for the model to say, and what it holds is
// looked up there, never computed from the label.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace sectile::internal {

struct ProfileLabel {
  std::optional<int> compute;    // C: compute slices of a compute instance.
  int slices = 0;                // G
  std::optional<int> gigabytes;  // N; absent in a short label.
  std::string attributes;        // "+me", "-me"; with the sign.

  // The label of the GPU instance: without the "Cc." part.
  std::string instance() const;
};

// nullopt for what has not the form. Digits, letters and signs only: case and white space matter.
std::optional<ProfileLabel> parse_profile_label(std::string_view text);

// The same with a N; "3g" is none.
bool is_full_label(std::string_view text);

}  // namespace sectile::internal
