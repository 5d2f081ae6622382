// The sentences of advice.
#pragma once

#include <string>
#include <string_view>

#include "sectile/plan/advise.h"

namespace sectile::internal {

// With the numbers of the reason. The numbers must be those that the rule has.
std::string sentence(const AdviceReason& reason, const Advice& advice);

std::string_view name_of(AdviceRule rule);  // "gpus-at-once"

// What nobody should expect of MIG.
std::string_view limits_of_mig();

}  // namespace sectile::internal
