#include "src/text/pack_wants.h"

#include "sectile/plan/pack.h"

namespace sectile::internal {

Result<std::vector<Layout>> pack_wants(std::span<const Want> wants,
                                       std::span<const std::size_t> share,
                                       std::span<const ConfigGpu> gpus) {
  std::vector<PlanGpu> plan_gpus;
  plan_gpus.reserve(share.size());
  for (const std::size_t index : share) {
    plan_gpus.push_back(
        {.name = gpus[index].uuid, .model = gpus[index].model, .kept = {}, .holders = {}});
  }
  PackResult packed = pack(plan_gpus, wants);
  if (!packed) {
    const Infeasible& reason = packed.error();
    return fail(reason.malformed ? ErrorCode::kInvalidArgument : ErrorCode::kUnsatisfiable,
                reason.summary);
  }
  return std::move(packed->layouts);
}

}  // namespace sectile::internal
