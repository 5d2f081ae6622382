#include "sectile/plan/pack.h"

#include "src/plan/attempt.h"
#include "src/plan/explain_infeasible.h"
#include "src/plan/nearest.h"

namespace sectile {

PackResult pack(std::span<const PlanGpu> gpus, std::span<const Want> wants) {
  internal::ShapeMemory memory;
  const internal::Attempt tried = internal::attempt(gpus, wants, {}, memory);
  if (tried.complete()) {
    return internal::finish(tried, gpus, wants);
  }
  Infeasible infeasible = internal::explain_infeasible(tried, gpus, wants);
  if (!infeasible.malformed) {
    infeasible.nearest = internal::nearest(tried, gpus, wants, memory);
  }
  return std::unexpected(std::move(infeasible));
}

}  // namespace sectile
