#include "sectile/geometry/catalogue.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/geometry/catalogue_data.h"

namespace sectile {
namespace {

template <typename Row, typename Make>
auto each(std::span<const Row> rows, Make make) {
  std::vector<decltype(make(rows[0]))> made;
  made.reserve(rows.size());
  std::ranges::transform(rows, std::back_inserter(made), make);
  return made;
}

std::vector<std::string> strings(std::span<const std::string_view> texts) {
  return {texts.begin(), texts.end()};
}

ComputeProfile compute_profile(const internal::ComputeRow& row) {
  const auto at = [&row](int start) {
    return Placement{.start = start, .size = row.compute_slices};
  };
  return {.id = {row.id},
          .name = std::string(row.name),
          .compute_slices = row.compute_slices,
          .sm_count = row.sm_count,
          .max_count = row.max_count,
          .placements = each(row.starts, at),
          .fills = row.fills};
}

Profile profile(const internal::ProfileRow& row) {
  return {.id = {row.id},
          .nvml_index = row.nvml_index,
          .name = std::string(row.name),
          .aliases = strings(row.aliases),
          .compute_slices = row.compute_slices,
          .memory_slices = row.memory_slices,
          .memory = {row.memory_mib},
          .sm_count = row.sm_count,
          .engines = row.engines,
          .media = row.media,
          .graphics = row.graphics,
          .starts = {row.starts.begin(), row.starts.end()},
          .max_count = row.max_count,
          .compute_profiles = each(row.compute_profiles, compute_profile)};
}

ProvenanceNote note(const internal::ProvenanceRow& row) {
  return {
      .field = std::string(row.field), .provenance = row.provenance, .note = std::string(row.note)};
}

Model model(const internal::ModelRow& row) {
  return {.key = std::string(row.key),
          .product_names = strings(row.product_names),
          .pci_devices = {row.pci_devices.begin(), row.pci_devices.end()},
          .architecture = row.architecture,
          .chip = std::string(row.chip),
          .compute_capability = std::string(row.compute_capability),
          .driver_min = std::string(row.driver_min),
          .memory = {row.memory_mib},
          .memory_slices = row.memory_slices,
          .compute_slices = row.compute_slices,
          .max_instances = row.max_instances,
          .mode_needs_reset = row.mode_needs_reset,
          .mode_persists = row.mode_persists,
          .profiles = each(row.profiles, profile),
          .max_compute_only = row.max_compute_only,
          .max_graphics = row.max_graphics,
          .needs = {row.needs.begin(), row.needs.end()},
          .provenance = each(row.provenance, note),
          .sources = strings(row.sources)};
}

}  // namespace

std::span<const Model> catalogue() {
  // The tables are constants and a test validates every one, so nothing is checked here.
  static const std::vector<Model> models = each(internal::model_rows(), model);
  return models;
}

}  // namespace sectile
