// A plan that is accepted and resolves must print as layouts that are accepted and resolve to the
// same.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/text/gpu_spec.h"
#include "sectile/text/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<sectile::ConfigGpu> gpus_of_node =
      sectile::config_gpus(sectile::parse_gpu_spec("2xa100-80gb,a30").value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto plan = sectile::parse_plan_json(text, "fuzz");
  const auto resolution =
      plan ? sectile::resolve_plan(*plan, gpus_of_node) : sectile::Result<sectile::Resolution>();
  if (!plan || !resolution) {
    return 0;
  }
  std::vector<sectile::NamedLayout> layouts;
  for (const sectile::ResolvedGpu& gpu : resolution->gpus) {
    layouts.push_back({.name = gpus_of_node[gpu.gpu].uuid,
                       .model = gpus_of_node[gpu.gpu].model,
                       .layout = gpu.layout});
  }
  const auto printed = sectile::parse_plan_json(sectile::layouts_json(layouts), "fuzz");
  SECTILE_CHECK(printed.has_value());
  const auto again = sectile::resolve_plan(*printed, gpus_of_node);
  SECTILE_CHECK(again.has_value() && again->gpus.size() == resolution->gpus.size());
  for (std::size_t i = 0; i < again->gpus.size(); ++i) {
    SECTILE_CHECK(again->gpus[i].layout == resolution->gpus[i].layout);
  }
  return 0;
}
