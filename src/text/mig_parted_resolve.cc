// From a mig-parted label to a layout for each GPU.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sectile/plan/want.h"
#include "sectile/text/mig_parted.h"
#include "src/text/place.h"
#include "src/text/profile_label.h"
#include "src/text/resolving.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::ComputeItem;
using internal::LayoutItem;
using internal::ProfileLabel;

bool matches_filters(const MigPartedSpec& spec, const ConfigGpu& gpu) {
  const auto matches = [&](const std::string& text) {
    const Result<DeviceFilter> filter = parse_device_filter(text);
    return filter && filter->matches(gpu);
  };
  return spec.filters.empty() || std::ranges::any_of(spec.filters, matches);
}

// The GPUs that the entry is for, as indices into `gpus`.
Result<std::vector<std::size_t>> select(const MigPartedSpec& spec,
                                        std::span<const ConfigGpu> gpus) {
  std::vector<std::size_t> selected;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const ConfigGpu& gpu = gpus[i];
    const bool listed = std::ranges::find(spec.devices, gpu.index) != spec.devices.end();
    if (!matches_filters(spec, gpu) || !(spec.all_devices ? gpu.capable : listed)) {
      continue;
    }
    if (!gpu.capable) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("gpu {} is not capable of MIG, and devices names it", gpu.index));
    }
    selected.push_back(i);
  }
  if (selected.empty() && spec.filters.empty() && !spec.all_devices) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("devices selects none of the {} GPUs", gpus.size()),
                "indices count from 0");
  }
  return selected;
}

// What the entry names and is not there; and filters that can match nothing.
void note_missing(const MigPartedSpec& spec, std::span<const ConfigGpu> gpus,
                  internal::Resolving& resolving) {
  for (const unsigned index : spec.devices) {
    if (std::ranges::find(gpus, index, &ConfigGpu::index) == gpus.end()) {
      resolving.note(spec.position, fmt::format("there is no gpu {}", index));
    }
  }
  for (const std::string& filter : spec.filters) {
    if (!parse_device_filter(filter)) {
      resolving.note(spec.position, fmt::format("device-filter '{}' is no device id and matches "
                                                "nothing",
                                                internal::printable(filter)));
    }
  }
}

// One MIG device that the file asks for.
struct Wanted {
  ProfileLabel label;
  std::string text;
};

// In the order in which nvidia-mig-parted creates them: large GPU instances first, then large
// compute instances, then attributes.
Result<std::vector<Wanted>> flatten(const std::map<std::string, int>& mig_devices) {
  std::vector<Wanted> result;
  for (const auto& [text, count] : mig_devices) {
    if (count > internal::kMaxItems || result.size() > internal::kMaxItems) {
      return fail(ErrorCode::kUnsatisfiable,
                  fmt::format("{} of {} are more than any GPU holds", count, text));
    }
    const ProfileLabel label = internal::parse_profile_label(text).value_or(ProfileLabel{});
    result.insert(result.end(), static_cast<std::size_t>(count),
                  Wanted{.label = label, .text = text});
  }
  const auto rank = [](const Wanted& wanted) {
    return std::tuple(wanted.label.slices, wanted.label.compute.value_or(wanted.label.slices),
                      wanted.label.attributes);
  };
  std::ranges::stable_sort(result, std::ranges::greater{}, rank);
  return result;
}

Result<Choice> choose(const Model& model, const Wanted& wanted) {
  const std::vector<Choice> found =
      choices(model, Want{.what = ByProfile{.label = wanted.text}, .name = {}});
  if (found.size() == 1) {
    return found.front();
  }
  const Result<const Profile*> profile = internal::profile_by_label(model, wanted.label.instance());
  if (!profile) {
    return fail(profile);
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("a {} of {} has no compute instance '{}'",
                                                       (*profile)->name, model.key, wanted.text));
}

// The compute instances of the GPU instance that was begun last, if one more has room there;
// nullptr otherwise.
std::vector<ComputeItem>* joined(std::vector<LayoutItem>& items, const Choice& choice) {
  if (items.empty()) {
    return nullptr;
  }
  LayoutItem& last = items.back();
  if (last.profile != choice.profile || !last.compute || !choice.compute) {
    return nullptr;
  }
  std::vector<ComputeItem> compute = *last.compute;
  compute.push_back({.profile = choice.compute, .start = {}});
  const bool fits =
      compute.size() <= kMaxComputeInstances &&
      internal::make_slot(*last.profile, last.profile->starts.front(), compute).has_value();
  return fits ? &*last.compute : nullptr;
}

void add(std::vector<LayoutItem>& items, const Choice& choice) {
  if (!choice.compute) {
    const bool same =
        !items.empty() && items.back().profile == choice.profile && !items.back().compute;
    if (same) {
      ++items.back().count;
    } else {
      items.push_back({.profile = choice.profile, .count = 1, .start = {}, .compute = {}});
    }
    return;
  }
  const ComputeItem compute{.profile = choice.compute, .start = {}};
  if (std::vector<ComputeItem>* const last = joined(items, choice)) {
    last->push_back(compute);
  } else {
    items.push_back(
        {.profile = choice.profile, .count = 1, .start = {}, .compute = std::vector{compute}});
  }
}

Result<Layout> layout_of(const Model& model, const MigPartedSpec& spec) {
  const Result<std::vector<Wanted>> wanted = flatten(spec.mig_devices);
  if (!wanted) {
    return fail(wanted);
  }
  std::vector<LayoutItem> items;
  for (const Wanted& device : *wanted) {
    const Result<Choice> choice = choose(model, device);
    if (!choice) {
      return fail(choice);
    }
    add(items, *choice);
  }
  return internal::place(model, items);
}

// The layout for each selected GPU; GPUs of one model share one search.
Status resolve_spec(const MigPartedSpec& spec, std::span<const ConfigGpu> gpus,
                    internal::Resolving& resolving) {
  const Result<std::vector<std::size_t>> selected = select(spec, gpus);
  if (!selected) {
    return fail(selected);
  }
  internal::LayoutsByModel layouts;
  const auto ask = [&](const Model& model) { return layout_of(model, spec); };
  for (const std::size_t index : *selected) {
    const Result<Layout> layout =
        spec.mig_enabled ? layouts.of(gpus[index], ask) : Result<Layout>(Layout());
    if (!layout) {
      return fail(layout);
    }
    resolving.set({.gpu = index,
                   .mig_enabled = spec.mig_enabled,
                   .layout = *layout,
                   .exact = false,
                   .origin = resolving.origin(spec.position)});
  }
  return {};
}

// "all-balanced" means different instances to nvidia-mig-parted and equal ones to Sectile.
bool is_their_balanced(const std::string& label, const std::vector<MigPartedSpec>& specs) {
  return label == "all-balanced" && std::ranges::any_of(specs, [](const MigPartedSpec& spec) {
           return spec.mig_devices.size() > 1;
         });
}

}  // namespace

Result<Resolution> resolve_mig_parted(const MigPartedConfig& config, const std::string& label,
                                      std::span<const ConfigGpu> gpus) {
  const std::vector<MigPartedSpec>& specs = config.labels.at(label);
  internal::Resolving resolving(config.file, label, gpus.size());
  for (const MigPartedSpec& spec : specs) {
    note_missing(spec, gpus, resolving);
    const Status status = resolve_spec(spec, gpus, resolving);
    if (!status) {
      return resolving.fail_at(spec.position, status.error());
    }
  }
  if (is_their_balanced(label, specs)) {
    resolving.note(specs.front().position,
                   "what mig-parted calls all-balanced is Sectile's strategy mixed with "
                   "--profile-set 1g,1g,2g,3g; Sectile's all-balanced gives identical instances");
  }
  return resolving.done();
}

}  // namespace sectile
