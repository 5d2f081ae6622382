// From a label of Sectile's own file to a layout for each GPU, and down to mig-parted's format.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "sectile/plan/pack.h"
#include "sectile/text/notation.h"
#include "sectile/text/sectile_yaml.h"
#include "src/text/mig_parted_export.h"
#include "src/text/pack_wants.h"
#include "src/text/resolving.h"

namespace sectile {
namespace {

using Indices = std::vector<std::size_t>;

// The GPUs that an entry names.
Result<Indices> select(const LayoutEntry& entry, std::span<const ConfigGpu> gpus) {
  Indices selected;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (!entry.devices.selects(gpus[i])) {
      continue;
    }
    if (!gpus[i].capable) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("gpu {} is not capable of MIG, and devices names it", gpus[i].index));
    }
    selected.push_back(i);
  }
  if (selected.empty() && !entry.devices.all) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("devices selects none of the {} GPUs", gpus.size()));
  }
  return selected;
}

// For each entry the GPUs that it decides about: those that no later entry names.
Result<std::vector<Indices>> share_out(const std::vector<LayoutEntry>& entries,
                                       std::span<const ConfigGpu> gpus,
                                       const internal::Resolving& resolving) {
  std::map<std::size_t, std::size_t> entry_of;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Result<Indices> selected = select(entries[i], gpus);
    if (!selected) {
      return resolving.fail_at(entries[i].position, selected.error());
    }
    for (const std::size_t gpu : *selected) {
      entry_of[gpu] = i;
    }
  }
  std::vector<Indices> shares(entries.size());
  for (const auto& [gpu, entry] : entry_of) {
    shares[entry].push_back(gpu);
  }
  return shares;
}

Result<Layout> layout_of(const Model& model, const LayoutText& text) {
  return parse_layout(model, text.notation);
}

Result<Layout> layout_of(const Model& model, const StrategyRequest& request) {
  const StrategyOptions options{.profile = request.profile,
                                .profile_set = request.profile_set,
                                .parts = request.parts,
                                .fill = request.fill,
                                .custom = {}};
  const Result<StrategyResult> result = apply_strategy(model, request.strategy, options);
  return result ? Result<Layout>(result->layout) : fail(result);
}

// The same question for each GPU; GPUs of one model share the answer.
template <typename Source>
Result<std::vector<Layout>> layouts_of(const Source& source, const Indices& share,
                                       std::span<const ConfigGpu> gpus) {
  internal::LayoutsByModel by_model;
  const auto ask = [&](const Model& model) { return layout_of(model, source); };
  std::vector<Layout> layouts;
  layouts.reserve(share.size());
  for (const std::size_t index : share) {
    const Result<Layout> layout = by_model.of(gpus[index], ask);
    if (!layout) {
      return fail(layout);
    }
    layouts.push_back(*layout);
  }
  return layouts;
}

Result<std::vector<Layout>> layouts_of(const WantList& list, const Indices& share,
                                       std::span<const ConfigGpu> gpus) {
  return internal::pack_wants(list.wants, share, gpus);
}

Status resolve_entry(const LayoutEntry& entry, const Indices& share,
                     std::span<const ConfigGpu> gpus, internal::Resolving& resolving) {
  Result<std::vector<Layout>> layouts = std::vector<Layout>(share.size());
  if (entry.mig_enabled) {
    layouts = std::visit([&](const auto& source) { return layouts_of(source, share, gpus); },
                         entry.source);
  }
  if (!layouts) {
    return fail(layouts);
  }
  const auto* const text = std::get_if<LayoutText>(&entry.source);
  for (std::size_t i = 0; i < share.size(); ++i) {
    resolving.set({.gpu = share[i],
                   .mig_enabled = entry.mig_enabled,
                   .layout = (*layouts)[i],
                   .exact = entry.mig_enabled && text && names_every_start(text->notation),
                   .origin = resolving.origin(entry.position)});
  }
  return {};
}

// What the entries say that mig-parted's format has no words for.
void note_lost(const std::string& label, const std::vector<LayoutEntry>& entries,
               std::vector<std::string>& lost) {
  for (const LayoutEntry& entry : entries) {
    const std::string where = fmt::format("{}, line {}", label, entry.position.line);
    if (!entry.name.empty()) {
      lost.push_back(fmt::format("{}: the name '{}'", where, entry.name));
    }
    if (!entry.devices.uuids.empty() || !entry.devices.models.empty()) {
      lost.push_back(fmt::format("{}: the choice of GPUs by UUID or model, now by index", where));
    }
    if (!std::holds_alternative<LayoutText>(entry.source)) {
      lost.push_back(
          fmt::format("{}: the {}, now what came out of it", where,
                      std::holds_alternative<WantList>(entry.source) ? "wants" : "strategy"));
    }
  }
}

MigPartedExport export_resolution(const Resolution& resolution, std::span<const ConfigGpu> gpus) {
  std::vector<ExportGpu> exported;
  exported.reserve(resolution.gpus.size());
  for (const ResolvedGpu& gpu : resolution.gpus) {
    exported.push_back(
        {.gpu = gpus[gpu.gpu], .mig_enabled = gpu.mig_enabled, .layout = gpu.layout});
  }
  std::vector<ConfigGpu> left_alone;
  left_alone.reserve(resolution.unmatched.size());
  for (const std::size_t index : resolution.unmatched) {
    left_alone.push_back(gpus[index]);
  }
  return internal::export_label(exported, left_alone, resolution.label);
}

}  // namespace

bool Devices::selects(const ConfigGpu& gpu) const {
  const auto has = [](const auto& list, const auto& value) {
    return std::ranges::find(list, value) != list.end();
  };
  return all ? gpu.capable
             : has(indices, gpu.index) || has(uuids, gpu.uuid) ||
                   (gpu.model && has(models, gpu.model->key));
}

Result<Resolution> resolve_layout_config(const LayoutConfig& config, const std::string& label,
                                         std::span<const ConfigGpu> gpus) {
  const std::vector<LayoutEntry>& entries = config.labels.at(label);
  internal::Resolving resolving(config.file, label, gpus.size());
  const Result<std::vector<Indices>> shares = share_out(entries, gpus, resolving);
  if (!shares) {
    return fail(shares);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if ((*shares)[i].empty()) {
      resolving.note(entries[i].position, "this entry decides about no GPU");
      continue;
    }
    const Status status = resolve_entry(entries[i], (*shares)[i], gpus, resolving);
    if (!status) {
      return resolving.fail_at(entries[i].position, status.error());
    }
  }
  return resolving.done();
}

Result<MigPartedExport> to_mig_parted(const LayoutConfig& config, std::span<const ConfigGpu> gpus) {
  MigPartedExport result;
  result.config.file = config.file;
  for (const auto& [label, entries] : config.labels) {
    const Result<Resolution> resolution = resolve_layout_config(config, label, gpus);
    if (!resolution) {
      return fail(resolution);
    }
    MigPartedExport exported = export_resolution(*resolution, gpus);
    result.config.labels.merge(exported.config.labels);
    note_lost(label, entries, result.lost);
    for (const std::string& lost : exported.lost) {
      result.lost.push_back(fmt::format("{}, {}", label, lost));
    }
  }
  return result;
}

}  // namespace sectile
