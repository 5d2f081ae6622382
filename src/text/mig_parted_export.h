// The export of one label beside GPUs that it leaves alone: those must not be caught by `all`.
#pragma once

#include <span>
#include <string>

#include "sectile/text/mig_parted.h"

namespace sectile::internal {

MigPartedExport export_label(std::span<const ExportGpu> gpus, std::span<const ConfigGpu> left_alone,
                             const std::string& label);

}  // namespace sectile::internal
