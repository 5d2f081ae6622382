// A program of somebody else's that plans with Sectile's library.
#include <cstdio>

#include "sectile/geometry/catalogue.h"
#include "sectile/plan/strategy.h"
#include "sectile/text/notation.h"

int main() {
  const auto model = sectile::find_model("h100-80gb-sxm5");
  if (!model) {
    std::fputs(model.error().message.c_str(), stderr);
    return 1;
  }
  const auto plan = sectile::apply_strategy(**model, sectile::Strategy::kMixed);
  if (!plan) {
    std::fputs(plan.error().message.c_str(), stderr);
    return 1;
  }
  std::puts(sectile::to_notation(**model, plan->layout).c_str());
  return 0;
}
