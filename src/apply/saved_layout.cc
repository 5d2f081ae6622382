#include "sectile/apply/saved_layout.h"

#include <algorithm>
#include <map>
#include <utility>

#include "sectile/text/notation.h"
#include "sectile/text/sectile_yaml.h"

namespace sectile {
namespace {

constexpr const char* kLabel = "saved";
constexpr const char* kFile = "saved layout";

LayoutEntry entry_of(const std::string& uuid, bool mig_enabled, const std::string& notation) {
  LayoutEntry entry;
  entry.devices.all = false;
  entry.devices.uuids = {uuid};
  entry.mig_enabled = mig_enabled;
  entry.source = LayoutText{mig_enabled ? notation : std::string()};
  return entry;
}

LayoutEntry entry_of(const Snapshot& now, const LiveGpu& gpu, const GpuChange* change) {
  const Layout& layout = change != nullptr ? change->to : gpu.layout;
  const bool enabled =
      change != nullptr && change->set_mode ? *change->set_mode : gpu.pending == MigMode::kEnabled;
  return entry_of(gpu.uuid, enabled, to_notation(now.model_of(gpu), layout));
}

Result<GpuTarget> target_of(const LayoutEntry& entry, const Snapshot& now, const LiveGpu& gpu) {
  if (!gpu.capable()) {
    return fail(ErrorCode::kInvalidArgument, "gpu " + std::to_string(gpu.index) + " (" + gpu.uuid +
                                                 ") has a saved layout and is not capable of MIG");
  }
  GpuTarget target{.uuid = gpu.uuid,
                   .mig_enabled = entry.mig_enabled,
                   .layout = {},
                   .exact_placement = true,
                   .mode_only = false};
  if (!entry.mig_enabled) {
    return target;
  }
  const auto* const text = std::get_if<LayoutText>(&entry.source);
  if (text == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                "the saved layout of gpu " + std::to_string(gpu.index) + " is none",
                "save it again: sectile save");
  }
  const Result<Layout> layout = parse_layout(now.model_of(gpu), text->notation);
  if (!layout) {
    return fail(
        layout.error().code,
        "the saved layout of gpu " + std::to_string(gpu.index) + ": " + layout.error().message,
        layout.error().next);
  }
  target.layout = *layout;
  return target;
}

}  // namespace

std::string write_saved_layout(const Snapshot& now, const ChangePlan& plan, std::string_view when) {
  LayoutConfig config;
  std::vector<LayoutEntry>& entries = config.labels[kLabel];
  for (const LiveGpu& gpu : now.gpus) {
    if (gpu.capable()) {
      const auto change = std::ranges::find(plan.changes, gpu.uuid, &GpuChange::uuid);
      entries.push_back(entry_of(now, gpu, change == plan.changes.end() ? nullptr : &*change));
    }
  }
  return "# Saved at " + std::string(when) + " with driver " + now.driver_version + ".\n" +
         write_layout_config(config);
}

Result<SavedTargets> saved_targets(std::string_view document, const Snapshot& now) {
  const Result<LayoutConfig> config = parse_layout_config(document, kFile);
  if (!config) {
    return fail(config);
  }
  const auto label = config->labels.find(kLabel);
  if (label == config->labels.end()) {
    return fail(ErrorCode::kInvalidArgument, "the saved layout has no label 'saved'",
                "save it again: sectile save");
  }
  std::map<std::string, const LayoutEntry*> entries;  // The last one decides, as in every file.
  for (const LayoutEntry& entry : label->second) {
    for (const std::string& uuid : entry.devices.uuids) {
      entries[uuid] = &entry;
    }
  }
  SavedTargets saved;
  for (const LiveGpu& gpu : now.gpus) {
    const auto found = entries.find(gpu.uuid);
    if (found == entries.end()) {
      continue;
    }
    Result<GpuTarget> target = target_of(*found->second, now, gpu);
    if (!target) {
      return fail(target);
    }
    saved.targets.push_back(*std::move(target));
    entries.erase(found);
  }
  for (const auto& [uuid, entry] : entries) {
    saved.missing.push_back(uuid);
  }
  return saved;
}

}  // namespace sectile
