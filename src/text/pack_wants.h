// Packing wants on GPUs of a configuration.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/plan/want.h"
#include "sectile/text/config_gpu.h"

namespace sectile::internal {

// A layout for each GPU of `share` (indices into `gpus`), in that order. Fails with kUnsatisfiable,
// in slices, and with kInvalidArgument for a want that no GPU can ever serve.
Result<std::vector<Layout>> pack_wants(std::span<const Want> wants,
                                       std::span<const std::size_t> share,
                                       std::span<const ConfigGpu> gpus);

}  // namespace sectile::internal
