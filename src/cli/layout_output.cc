#include "src/cli/layout_output.h"

#include <algorithm>

#include "sectile/text/notation.h"

namespace sectile::cli {
namespace {

LayoutEntry entry_of(const ExportGpu& gpu) {
  LayoutEntry entry;
  entry.devices.all = false;
  entry.mig_enabled = gpu.mig_enabled;
  entry.source =
      LayoutText{gpu.mig_enabled ? to_notation(*gpu.gpu.model, gpu.layout) : std::string()};
  return entry;
}

void add_device(Devices& devices, const ConfigGpu& gpu) {
  if (gpu.uuid.starts_with("GPU-")) {
    devices.uuids.push_back(gpu.uuid);
  } else {
    devices.indices.push_back(gpu.index);
  }
}

}  // namespace

std::string layout_yaml(std::span<const ExportGpu> gpus, const std::string& label) {
  LayoutConfig config;
  std::vector<LayoutEntry>& entries = config.labels[label];
  std::vector<const Model*> models;  // Of the entries; a notation means another layout elsewhere.
  for (const ExportGpu& gpu : gpus) {
    const LayoutEntry entry = entry_of(gpu);
    std::size_t same = 0;
    while (same < entries.size() &&
           (models[same] != gpu.gpu.model || entries[same].source != entry.source ||
            entries[same].mig_enabled != entry.mig_enabled)) {
      ++same;
    }
    if (same == entries.size()) {
      entries.push_back(entry);
      models.push_back(gpu.gpu.model);
    }
    add_device(entries[same].devices, gpu.gpu);
  }
  return write_layout_config(config);
}

Converted mig_parted_yaml(std::span<const ExportGpu> gpus, const std::string& label) {
  const MigPartedExport converted = to_mig_parted(gpus, label);
  return {.text = write_mig_parted(converted.config), .lost = converted.lost};
}

}  // namespace sectile::cli
