// Label: a profile's name taken apart, "1c.3g.40gb+me" into its numbers and its suffix.
//
// Names differ between drivers (3g.39gb and 3g.40gb are one profile of an A100), so labels are
// matched with a tolerance, and only ever against the names that the model itself gives.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sectile/geometry/model.h"
#include "sectile/geometry/profile.h"

namespace sectile::internal {

struct Label {
  std::optional<int> compute_instance = {};  // The 1 of "1c."
  int compute_slices = 0;                    // The 3 of "3g"
  std::optional<int> gigabytes = {};         // The 40 of ".40gb"; a label, not an amount.
  std::string suffix = {};                   // "+me", "-me", "+gfx", "" ...
};

// Nothing if `text` is no such label. Numbers are 1 to 9999 without leading zeros (Thor's "0gb"
// apart), lower case.
std::optional<Label> parse_label(std::string_view text);

// The GPU instance profile that `text` names, without regard to its "1c." part; nullptr if none or
// not exactly one.
const Profile* find_profile(const Model& model, std::string_view text);

// "7g.80gb, 4g.40gb, ...": what the model offers, for messages.
std::string profile_names(const Model& model);

}  // namespace sectile::internal
