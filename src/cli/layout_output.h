// Layouts in the formats that other programs read, for plan and export.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/text/mig_parted.h"
#include "sectile/text/sectile_yaml.h"

namespace sectile::cli {

// `kind: Layout` with every placement; GPUs with equal layouts share an entry. Live GPUs are named
// by UUID, planned ones ("gpu0") by index.
std::string layout_yaml(std::span<const ExportGpu> gpus, const std::string& label);

struct Converted {
  std::string text;
  std::vector<std::string> lost;  // Sentences.
};

// mig-parted's YAML with what is lost on the way.
Converted mig_parted_yaml(std::span<const ExportGpu> gpus, const std::string& label);

}  // namespace sectile::cli
