// EmulatedNode: a machine to emulate, described in YAML. docs/formats/emulated-node.md is the
// specification.
//
//   apiVersion: sectile/v1
//   kind: EmulatedNode
//   driver: 570                          # Branch; 580 if left out.
//   gpus:
//     - model: h100-80gb-sxm5
//       count: 8                         # 1 if left out.
//       swapped: true                    # GPU instance ids mirrored by half; optional.
//       capable: true                    # false: a GPU that knows no MIG; optional.
//       place: passthrough               # Or bare-metal, vgpu, vgpu-host; optional.
//       mig: true                        # MIG mode; on if a layout is given, off otherwise.
//       layout: 3g.40gb@4 2g.20gb@0      # For each of them; optional.
//       processes:                       # On the first of them; optional.
//         - on: 3g.40gb@4                # An instance of the layout; the bare GPU if left out.
//           command: python train.py
//           memory: 9GiB                 # Optional.
//           listed: false                # Only has the GPU open, as a monitor does; optional.
//   faults:                              # Rules of a fault script; optional.
//     - call=nvmlDeviceSetMigMode return=IN_USE
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/mib.h"
#include "sectile/base/result.h"
#include "sectile/emulator/emulator.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile::cli {

inline constexpr int kMaxEmulatedGpus = 16;

struct EmulatedProcess {
  std::optional<Placement> instance;  // Of the layout; absent: the bare GPU.
  std::string command;
  MiB memory;
  bool listed = true;  // false: it only has files open, and NVML does not name it.
};

struct EmulatedGpu {
  const Model* model = nullptr;
  int count = 1;
  bool swapped = false;
  bool capable = true;  // Of MIG.
  emulator::Place place = emulator::Place::kBareMetal;
  bool mig_enabled = false;
  Layout layout;
  std::vector<EmulatedProcess> processes;
};

struct EmulatedNode {
  std::string driver;  // "535", "570", "580".
  std::vector<EmulatedGpu> gpus;
  std::string faults;  // A fault script; not looked into here.
};

inline constexpr std::string_view kDefaultDriver = "580";

// Fails with kInvalidArgument at "file:line:column: " for what is malformed, an unknown field, a
// model that nobody knows, a layout that the model cannot hold, or more than kMaxEmulatedGpus.
Result<EmulatedNode> parse_emulated_node(std::string_view text, std::string_view file);

// The same from a GPU SPEC: every MIG mode off, nothing on the GPUs.
Result<EmulatedNode> emulated_node_from_spec(std::string_view spec);

}  // namespace sectile::cli
