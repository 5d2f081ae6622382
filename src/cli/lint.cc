#include "src/cli/lint.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <variant>

#include "sectile/geometry/catalogue.h"
#include "sectile/plan/want.h"
#include "sectile/text/gpu_spec.h"
#include "sectile/text/want_notation.h"

namespace sectile::cli {
namespace {

Problem problem_of(const std::string& label, const Error& error) {
  return {.code = error.code, .label = label, .message = error.message, .next = error.next};
}

std::string at(const std::string& file, const Position& position) {
  return fmt::format("{}:{}:{}: ", file, position.line, position.column);
}

// One GPU of each model of the catalogue.
std::vector<ConfigGpu> one_of_each() {
  std::vector<GpuSpec> specs;
  for (const Model& model : catalogue()) {
    specs.push_back({.model = &model, .count = 1});
  }
  std::vector<ConfigGpu> gpus = config_gpus(specs);
  for (ConfigGpu& gpu : gpus) {
    gpu.index = 0;  // Each is looked at alone.
  }
  return gpus;
}

// An entry alone, for all GPUs, so that one of its own problems is found whatever else there is.
MigPartedConfig alone(const MigPartedConfig& config, const std::string& label,
                      const MigPartedSpec& entry) {
  MigPartedConfig single{.file = config.file, .labels = {}};
  single.labels[label] = {entry};
  single.labels[label].front().all_devices = true;
  return single;
}

LayoutConfig alone(const LayoutConfig& config, const std::string& label, const LayoutEntry& entry) {
  LayoutConfig single{.file = config.file, .labels = {}};
  single.labels[label] = {entry};
  single.labels[label].front().devices = Devices{};
  return single;
}

Result<Resolution> resolve_one(const MigPartedConfig& config, const std::string& label,
                               std::span<const ConfigGpu> gpus) {
  return resolve_mig_parted(config, label, gpus);
}

Result<Resolution> resolve_one(const LayoutConfig& config, const std::string& label,
                               std::span<const ConfigGpu> gpus) {
  return resolve_layout_config(config, label, gpus);
}

bool selects_model(const MigPartedSpec& entry, const ConfigGpu& gpu) {
  bool selected = entry.filters.empty();
  for (const std::string& text : entry.filters) {
    const Result<DeviceFilter> filter = parse_device_filter(text);
    selected = selected || (filter && filter->matches(gpu));
  }
  return selected;
}

bool selects_model(const LayoutEntry& entry, const ConfigGpu& gpu) {
  bool selected = entry.devices.models.empty();
  for (const std::string& key : entry.devices.models) {
    selected = selected || key == gpu.model->key;
  }
  return selected;
}

// Wants are for several GPUs together: whether one holds them says nothing.
bool needs_gpus(const MigPartedSpec& /*entry*/) {
  return false;
}
bool needs_gpus(const LayoutEntry& entry) {
  return std::holds_alternative<WantList>(entry.source);
}

// The problem of an entry if no model of the catalogue can hold it. A model on which it is merely
// too much says more than one that does not know the profile.
template <typename ConfigKind, typename Entry>
std::vector<Problem> check_any_model(const ConfigKind& config, const std::string& label,
                                     const Entry& entry) {
  if (!entry.mig_enabled || needs_gpus(entry)) {
    return {};
  }
  const ConfigKind single = alone(config, label, entry);
  std::vector<Problem> worst;
  int models = 0;
  for (const ConfigGpu& gpu : one_of_each()) {
    if (!selects_model(entry, gpu)) {
      continue;
    }
    ++models;
    const Result<Resolution> resolution = resolve_one(single, label, {&gpu, 1});
    if (resolution) {
      return {};
    }
    if (worst.empty() || (worst[0].code != ErrorCode::kUnsatisfiable &&
                          resolution.error().code == ErrorCode::kUnsatisfiable)) {
      worst = {problem_of(label, resolution.error())};
      worst[0].message +=
          fmt::format(" (of {}; no other known model holds it either)", gpu.model->key);
    }
  }
  if (models == 0) {
    return {{.code = ErrorCode::kInvalidArgument,
             .label = label,
             .message = at(config.file, entry.position) + "no known model is selected",
             .next = "sectile gpus lists the models; --gpu SPEC checks for a machine"}};
  }
  return worst;
}

template <typename ConfigKind>
std::vector<Problem> check_labels(const ConfigKind& config, std::span<const ConfigGpu> gpus) {
  std::vector<Problem> problems;
  for (const auto& [label, entries] : config.labels) {
    const std::size_t before = problems.size();
    for (const auto& entry : entries) {
      ConfigKind single{.file = config.file, .labels = {}};
      single.labels[label] = {entry};
      if (gpus.empty()) {
        const std::vector<Problem> found = check_any_model(config, label, entry);
        problems.insert(problems.end(), found.begin(), found.end());
      } else if (const Result<Resolution> one = resolve_one(single, label, gpus); !one) {
        problems.push_back(problem_of(label, one.error()));
      }
    }
    // What no entry alone shows.
    if (!gpus.empty() && problems.size() == before) {
      if (const Result<Resolution> all = resolve_one(config, label, gpus); !all) {
        problems.push_back(problem_of(label, all.error()));
      }
    }
  }
  return problems;
}

// Wants that no GPU can serve.
std::vector<Problem> check_workloads(const WorkloadConfig& config,
                                     std::span<const ConfigGpu> gpus) {
  std::vector<Problem> problems;
  const std::vector<ConfigGpu> known = one_of_each();
  for (const Want& want : config.workloads) {
    bool served = false;
    for (const ConfigGpu& gpu : gpus.empty() ? std::span<const ConfigGpu>(known) : gpus) {
      served = served || (gpu.capable && !choices(*gpu.model, want).empty());
    }
    if (!served) {
      problems.push_back(
          {.code = ErrorCode::kUnsatisfiable,
           .label = {},
           .message = fmt::format("{}: no GPU can serve {}", config.file, to_string(want)),
           .next = "sectile profiles MODEL lists what a model can serve"});
    }
  }
  return problems;
}

}  // namespace

std::vector<Problem> lint(std::string_view text, std::string_view file,
                          std::span<const ConfigGpu> gpus) {
  const Result<Config> config = load_config(text, file);
  if (!config) {
    return {problem_of({}, config.error())};
  }
  if (const auto* mig_parted = std::get_if<MigPartedConfig>(&*config)) {
    return check_labels(*mig_parted, gpus);
  }
  if (const auto* layouts = std::get_if<LayoutConfig>(&*config)) {
    return check_labels(*layouts, gpus);
  }
  if (const auto* workloads = std::get_if<WorkloadConfig>(&*config)) {
    return check_workloads(*workloads, gpus);
  }
  if (!gpus.empty()) {
    const Result<Resolution> resolution = resolve(*config, {}, gpus);
    if (!resolution) {
      return {problem_of({}, resolution.error())};
    }
  }
  return {};
}

}  // namespace sectile::cli
