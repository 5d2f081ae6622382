// Short names of wants and lists of them, for the sentences that the plan layer makes.
#pragma once

#include <string>
#include <vector>

#include "sectile/plan/want.h"

namespace sectile::internal {

// "3g.40gb", ">=39GiB/3c", as in the notation of wants.
std::string describe(const Want& want);

// "1 memory slice", "4 memory slices".
std::string number_of(int count, const std::string& singular);

// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& items);

}  // namespace sectile::internal
