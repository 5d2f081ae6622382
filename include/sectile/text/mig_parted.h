// mig-parted's configuration file, version v1: read, written, exported. Users of nvidia-mig-parted
// switch without an edit. docs/formats/mig-parted.md lists what is accepted.
//
// Values and pure functions. Files are YAML or JSON of at most kMaxConfigBytes, without anchors,
// aliases and tags. Errors begin with "file:line:column: ".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/text/config_gpu.h"
#include "sectile/text/position.h"

namespace sectile {

// "0x233010DE", or with a subsystem "0x25B610DE:0x14A910DE".
struct DeviceFilter {
  std::uint32_t device = 0;
  std::optional<std::uint32_t> subsystem;

  bool matches(const ConfigGpu& gpu) const;
  friend bool operator==(const DeviceFilter&, const DeviceFilter&) = default;
};

std::string to_string(const DeviceFilter& filter);
Result<DeviceFilter> parse_device_filter(std::string_view text);

// One entry of a label's list.
struct MigPartedSpec {
  // Empty: any device. What is no device id is kept, as nvidia-mig-parted does, and matches none.
  std::vector<std::string> filters;
  bool all_devices = true;        // `devices: all`
  std::vector<unsigned> devices;  // Otherwise these indices; may be empty.
  bool mig_enabled = false;
  std::map<std::string, int> mig_devices;  // Label to count; empty if MIG is off.
  Position position;                       // Where it was read; plays no part in ==.

  friend bool operator==(const MigPartedSpec& a, const MigPartedSpec& b) {
    return a.filters == b.filters && a.all_devices == b.all_devices && a.devices == b.devices &&
           a.mig_enabled == b.mig_enabled && a.mig_devices == b.mig_devices;
  }
};

struct MigPartedConfig {
  std::string file;  // For messages.
  std::map<std::string, std::vector<MigPartedSpec>> labels;
};

// Fails with kInvalidArgument. Checks the format, not whether any GPU can hold it.
Result<MigPartedConfig> parse_mig_parted(std::string_view text, std::string_view file);

// YAML or JSON that parse_mig_parted() and nvidia-mig-parted read back as the same configuration.
std::string write_mig_parted(const MigPartedConfig& config);
std::string write_mig_parted_json(const MigPartedConfig& config);

// Which entry of `label` applies to which GPU (the last one that selects it), and the layout each
// GPU gets. Requires: `label` is one of config.labels. Fails with kInvalidArgument for an index on
// a GPU without MIG, a profile that a GPU does not offer, and if nothing is selected; with
// kUnsatisfiable, in slices, for what does not fit.
Result<Resolution> resolve_mig_parted(const MigPartedConfig& config, const std::string& label,
                                      std::span<const ConfigGpu> gpus);

// The state of one GPU, to be exported. A GPU that is not capable of MIG is left out.
struct ExportGpu {
  ConfigGpu gpu;
  bool mig_enabled = false;
  Layout layout;
};

struct MigPartedExport {
  MigPartedConfig config;
  std::vector<std::string> lost;  // What the format cannot say, one sentence each.
};

// The current state as one label. GPUs with equal state share an entry; an entry that takes all
// GPUs says `devices: all`; GPUs of different device ids get filters.
MigPartedExport to_mig_parted(std::span<const ExportGpu> gpus,
                              const std::string& label = "current");

}  // namespace sectile
