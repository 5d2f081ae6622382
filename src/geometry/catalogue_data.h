// What tools/embed_gpus.py writes and catalogue.cc reads: data/gpus/*.json as constant tables.
//
// One row type for each kind of object in the files. The same fields as Model and its parts, but
// in types that need no code to start up.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sectile/geometry/model.h"

namespace sectile::internal {

struct ComputeRow {
  std::uint32_t id;
  std::string_view name;
  int compute_slices;
  int sm_count;
  int max_count;
  bool fills;
  std::span<const int> starts;
};

struct ProfileRow {
  std::uint32_t id;
  int nvml_index;
  std::string_view name;
  int compute_slices;
  int memory_slices;
  std::int64_t memory_mib;
  int sm_count;
  Engines engines;
  Media media;
  bool graphics;
  int max_count;
  std::span<const int> starts;
  std::span<const std::string_view> aliases;
  std::span<const ComputeRow> compute_profiles;
};

struct ProvenanceRow {
  std::string_view field;
  Provenance provenance;
  std::string_view note;
};

struct ModelRow {
  std::string_view key;
  std::span<const std::string_view> product_names;
  std::span<const std::uint16_t> pci_devices;
  Architecture architecture;
  std::string_view chip;
  std::string_view compute_capability;
  std::string_view driver_min;
  std::int64_t memory_mib;
  int memory_slices;
  int compute_slices;
  int max_instances;
  bool mode_needs_reset;
  bool mode_persists;
  int max_compute_only;
  int max_graphics;
  std::span<const Needs> needs;
  std::span<const ProfileRow> profiles;
  std::span<const ProvenanceRow> provenance;
  std::span<const std::string_view> sources;
};

// In order of key.
std::span<const ModelRow> model_rows();

}  // namespace sectile::internal
