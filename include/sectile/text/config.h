// Config: a configuration file of any kind that Sectile reads, so that verbs need not care which.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/text/config_gpu.h"
#include "sectile/text/json.h"
#include "sectile/text/mig_parted.h"
#include "sectile/text/sectile_yaml.h"

namespace sectile {

// mig-parted's file, `kind: Layout`, `kind: Workloads`, or a plan that `plan -o json` printed.
using Config = std::variant<MigPartedConfig, LayoutConfig, WorkloadConfig, PlanDocument>;

// Tells the kinds apart by `version`, `apiVersion` and `kind`, or `schema`. Fails with
// kInvalidArgument, at "file:line:column: ".
Result<Config> load_config(std::string_view text, std::string_view file);

// In ascending order; empty for workloads and plans, which have none.
std::vector<std::string> labels_of(const Config& config);

// The label to use: `asked`, or the only one there is. "" for kinds without labels. Fails with
// kInvalidArgument if there are several and none was asked for, or none of that name (the nearest
// is named).
Result<std::string> select_label(const Config& config, const std::optional<std::string>& asked);

// What the configuration asks of these GPUs. `label` is what select_label() gave. Workloads are
// packed on all capable GPUs together. Fails like resolve_mig_parted().
Result<Resolution> resolve(const Config& config, const std::string& label,
                           std::span<const ConfigGpu> gpus);

}  // namespace sectile
