// Whatever load_config() accepts of Sectile's own kinds must write to what reads back as the same;
// and resolving it must fail or give what its GPUs can hold.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"
#include "sectile/text/config.h"

namespace {

using sectile::ConfigGpu;
using sectile::Result;

void check_written(const sectile::LayoutConfig& config) {
  const auto again = sectile::parse_layout_config(sectile::write_layout_config(config), "fuzz");
  SECTILE_CHECK(again.has_value() && again->labels == config.labels);
}

void check_written(const sectile::WorkloadConfig& config) {
  const auto again = sectile::parse_workloads(sectile::write_workloads(config), "fuzz");
  SECTILE_CHECK(again.has_value() && again->workloads == config.workloads &&
                again->traits == config.traits);
}

void check_resolved(const sectile::Config& config, const std::string& label,
                    const std::vector<ConfigGpu>& gpus) {
  if (const auto resolution = sectile::resolve(config, label, gpus)) {
    for (const sectile::ResolvedGpu& gpu : resolution->gpus) {
      SECTILE_CHECK(sectile::check(*gpus[gpu.gpu].model, gpu.layout).has_value());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<ConfigGpu> gpus_of_node =
      sectile::config_gpus(sectile::parse_gpu_spec("h100-80gb-sxm5,a30").value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<sectile::Config> config = sectile::load_config(text, "fuzz");
  if (!config) {
    return 0;
  }
  if (const auto* const layouts = std::get_if<sectile::LayoutConfig>(&*config)) {
    check_written(*layouts);
  } else if (const auto* const workloads = std::get_if<sectile::WorkloadConfig>(&*config)) {
    check_written(*workloads);
    check_resolved(*config, "", gpus_of_node);
  }
  for (const std::string& label : sectile::labels_of(*config)) {
    SECTILE_CHECK(sectile::select_label(*config, label).value() == label);
    check_resolved(*config, label, gpus_of_node);
  }
  return 0;
}
