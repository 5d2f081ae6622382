// Whatever parse_mig_parted() accepts must write, as YAML and as JSON, to what reads back as the
// same labels; and what resolves on GPUs must export to what resolves again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/text/gpu_spec.h"
#include "sectile/text/mig_parted.h"

namespace {

using sectile::ConfigGpu;
using sectile::MigPartedConfig;
using sectile::Result;

void check_resolves_again(const std::string& label, const sectile::Resolution& resolution,
                          const std::vector<ConfigGpu>& gpus) {
  std::vector<sectile::ExportGpu> state;
  std::vector<ConfigGpu> selected;
  for (const sectile::ResolvedGpu& gpu : resolution.gpus) {
    selected.push_back(gpus[gpu.gpu]);
    state.push_back({.gpu = gpus[gpu.gpu], .mig_enabled = gpu.mig_enabled, .layout = gpu.layout});
  }
  const MigPartedConfig exported = sectile::to_mig_parted(state, label).config;
  const Result<sectile::Resolution> again = sectile::resolve_mig_parted(exported, label, selected);
  SECTILE_CHECK(again.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<ConfigGpu> gpus_of_node = sectile::config_gpus(
      sectile::parse_gpu_spec("a100-40gb,h100-80gb-sxm5,a30,rtx-pro-6000-bw").value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<MigPartedConfig> config = sectile::parse_mig_parted(text, "fuzz");
  if (!config) {
    return 0;
  }
  const std::string yaml = sectile::write_mig_parted(*config);
  const Result<MigPartedConfig> from_yaml = sectile::parse_mig_parted(yaml, "fuzz");
  SECTILE_CHECK(from_yaml.has_value() && from_yaml->labels == config->labels);
  const Result<MigPartedConfig> from_json =
      sectile::parse_mig_parted(sectile::write_mig_parted_json(*config), "fuzz");
  SECTILE_CHECK(from_json.has_value() && from_json->labels == config->labels);
  for (const auto& [label, specs] : config->labels) {
    if (const auto resolution = sectile::resolve_mig_parted(*config, label, gpus_of_node)) {
      check_resolves_again(label, *resolution, gpus_of_node);
    }
  }
  return 0;
}
