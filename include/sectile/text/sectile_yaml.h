// Sectile's own configuration kinds, `apiVersion: sectile/v1`: what mig-parted's file cannot say.
// docs/formats/sectile-yaml.md is the specification.
//
//   kind: Layout       labels, each a list of {devices, mig, layout | strategy | wants, name}
//   kind: Workloads    a list of {name, count, profile | memory, compute, graphics | llm} and what
//                      they are like, for advice
//
// Values and pure functions. The same limits and error positions as mig_parted.h.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/plan/advise.h"
#include "sectile/plan/strategy.h"
#include "sectile/plan/want.h"
#include "sectile/text/config_gpu.h"
#include "sectile/text/mig_parted.h"

namespace sectile {

// Which GPUs an entry is for: all that are capable of MIG, or those that any item names.
struct Devices {
  bool all = true;
  std::vector<unsigned> indices;
  std::vector<std::string> uuids;   // "GPU-..."
  std::vector<std::string> models;  // Keys: "h100-80gb-sxm5".

  bool selects(const ConfigGpu& gpu) const;
  friend bool operator==(const Devices&, const Devices&) = default;
};

// A strategy by name with its options, before a model is known.
struct StrategyRequest {
  Strategy strategy = Strategy::kMixed;
  std::optional<std::string> profile;
  std::vector<std::string> profile_set;
  std::optional<int> parts;
  bool fill = false;

  friend bool operator==(const StrategyRequest&, const StrategyRequest&) = default;
};

// What an entry asks for.
struct LayoutText {
  std::string notation;  // For each selected GPU; see notation.h.
  friend bool operator==(const LayoutText&, const LayoutText&) = default;
};
struct WantList {
  std::vector<Want> wants;  // For the selected GPUs together.
  friend bool operator==(const WantList&, const WantList&) = default;
};
using LayoutSource = std::variant<LayoutText, StrategyRequest, WantList>;

struct LayoutEntry {
  std::string name;  // For people; may be empty.
  Devices devices;
  bool mig_enabled = true;
  LayoutSource source;  // An empty LayoutText if MIG is off.
  Position position;    // Plays no part in ==.

  friend bool operator==(const LayoutEntry& a, const LayoutEntry& b) {
    return a.name == b.name && a.devices == b.devices && a.mig_enabled == b.mig_enabled &&
           a.source == b.source;
  }
};

struct LayoutConfig {
  std::string file;
  std::map<std::string, std::vector<LayoutEntry>> labels;
};

struct WorkloadConfig {
  std::string file;
  std::vector<Want> workloads;
  std::vector<WorkloadTraits> traits = {};  // One for each, or none at all.
};

// Fail with kInvalidArgument.
Result<LayoutConfig> parse_layout_config(std::string_view text, std::string_view file);
Result<WorkloadConfig> parse_workloads(std::string_view text, std::string_view file);

// Fails with kUnsatisfiable, naming it, if a workload uses several GPUs at once: what is no want of
// slices cannot be planned.
Status check_plannable(const WorkloadConfig& config);

// What the functions above read back as the same value.
std::string write_layout_config(const LayoutConfig& config);
std::string write_workloads(const WorkloadConfig& config);

// Like resolve_mig_parted(): the last entry that selects a GPU decides.
Result<Resolution> resolve_layout_config(const LayoutConfig& config, const std::string& label,
                                         std::span<const ConfigGpu> gpus);

// Every label as mig-parted would have it on these GPUs, with what is lost on the way. Fails as
// resolve_layout_config() does.
Result<MigPartedExport> to_mig_parted(const LayoutConfig& config, std::span<const ConfigGpu> gpus);

}  // namespace sectile
