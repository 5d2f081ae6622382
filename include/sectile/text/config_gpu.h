// ConfigGpu and Resolution: what a configuration file is applied to, and what comes out.
//
// Plain values, so that a live node, a GPU SPEC and a test look the same to a configuration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "sectile/text/gpu_spec.h"

namespace sectile {

// One GPU that a configuration may select.
struct ConfigGpu {
  unsigned index = 0;                  // As NVML counts; what `devices: [0, 1]` means.
  std::string uuid;                    // "GPU-..."; "gpu0" for a GPU that is only planned.
  std::vector<std::uint32_t> pci_ids;  // Device and vendor, 0x233010DE: a live GPU has one, a
                                       // planned one all that its model may have.
  std::uint32_t pci_subsystem = 0;     // 0x16C110DE; 0: not known, so no filter on it matches.
  bool capable = true;                 // Of MIG.
  const Model* model = nullptr;        // May be nullptr if not capable.
};

// GPUs of a GPU SPEC, numbered from 0.
std::vector<ConfigGpu> config_gpus(std::span<const GpuSpec> specs);

// What a configuration asks of one GPU.
struct ResolvedGpu {
  std::size_t gpu = 0;  // Index into the GPUs that were given.
  bool mig_enabled = false;
  Layout layout;  // Legal on the GPU's model; empty if MIG is off.
  bool exact =
      false;  // The file says where; false: only the multiset matters (settle() of the plan layer).
  std::string origin;  // "mig.yaml:12:7": the entry that decided.
};

struct Resolution {
  std::string label;
  std::vector<ResolvedGpu> gpus;       // Ascending index into the GPUs; each at most once.
  std::vector<std::size_t> unmatched;  // GPUs that no entry selects: left alone by apply, and a
                                       // difference to assert.
  std::vector<std::string> notes;      // What people should know; sentences.
};

}  // namespace sectile
