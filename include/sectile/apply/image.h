// NodeImage: GPUs as they were at one moment, or as they shall be, to be kept in the state file.
//
// It needs no driver and no model to be read back: profiles are ids, which layout_of() turns into a
// layout of the model that the GPU has by then.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

struct ComputeImage {
  ComputeSlot slot;
  std::string uuid;  // "MIG-..."; empty if the driver did not say, or of what shall be.

  friend bool operator==(const ComputeImage&, const ComputeImage&) = default;
};

struct InstanceImage {
  ProfileId profile;
  std::string name;  // "3g.40gb": for people.
  Placement placement;
  std::vector<ComputeImage> compute;

  friend bool operator==(const InstanceImage&, const InstanceImage&) = default;
};

struct GpuImage {
  std::string uuid;
  unsigned index = 0;  // For people.
  std::string model;   // Key; for people.
  MigMode mode = MigMode::kDisabled;
  MigMode pending = MigMode::kDisabled;
  std::vector<InstanceImage> instances;

  friend bool operator==(const GpuImage&, const GpuImage&) = default;
};

struct NodeImage {
  std::vector<GpuImage> gpus;

  const GpuImage* find(const std::string& uuid) const;
  friend bool operator==(const NodeImage&, const NodeImage&) = default;
};

// Every GPU of the node that is capable of MIG.
NodeImage image_of(const Snapshot& now);

// The GPUs that the plan names, as they are; and as they shall be.
NodeImage image_before(const Snapshot& now, const ChangePlan& plan);
NodeImage image_after(const Snapshot& now, const ChangePlan& plan);

// Fails with kUnsatisfiable if the model has no such profile or the instances overlap.
Result<Layout> layout_of(const Model& model, const GpuImage& image);

// What to ask for so that the GPU becomes as the image is. Fails as layout_of() does.
Result<GpuTarget> target_of(const Model& model, const GpuImage& image);

// "sectile/image/v1", docs/formats/state.md. parse_image() reads back what image_json() wrote and
// fails with kInvalidArgument at "where:line:column: " for anything else.
std::string image_json(const NodeImage& image);
Result<NodeImage> parse_image(std::string_view text, std::string_view where);

}  // namespace sectile
