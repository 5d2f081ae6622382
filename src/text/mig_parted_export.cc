// From the layouts of GPUs to a mig-parted configuration, merged as nvidia-mig-parted does.
#include "src/text/mig_parted_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "sectile/text/mig_parted.h"
#include "sectile/text/notation.h"

namespace sectile {
namespace {

// "1c.3g.40gb", or the profile's name for what has all its compute slices.
std::string device_label(const Profile& profile, const ComputeProfile& compute) {
  const bool whole = compute.compute_slices == profile.compute_slices;
  return whole ? profile.name : fmt::format("{}c.{}", compute.compute_slices, profile.name);
}

// Whether the label would be read back as another compute instance.
bool is_ambiguous(const Profile& profile, const ComputeProfile& compute) {
  return std::ranges::any_of(profile.compute_profiles, [&](const ComputeProfile& other) {
    const bool preferred = other.fills || (!compute.fills && other.id < compute.id);
    return other.compute_slices == compute.compute_slices && other.id != compute.id && preferred;
  });
}

class Exporter {
 public:
  Exporter(std::span<const ExportGpu> gpus, std::span<const ConfigGpu> left_alone,
           const std::string& label)
      : complete_(std::ranges::none_of(left_alone, &ConfigGpu::capable)) {
    for (const ConfigGpu& gpu : left_alone) {
      if (gpu.capable) {
        register_filters(gpu);
      }
    }
    for (const ExportGpu& gpu : gpus) {
      if (gpu.gpu.capable) {
        add(gpu);
      }
    }
    simplify();
    result_.config.file = "export";
    if (!merged_.empty()) {
      result_.config.labels[label] = std::move(merged_);
    }
  }

  MigPartedExport take() { return std::move(result_); }

 private:
  void add(const ExportGpu& gpu) {
    MigPartedSpec spec{.filters = register_filters(gpu.gpu),
                       .all_devices = false,
                       .devices = {gpu.gpu.index},
                       .mig_enabled = gpu.mig_enabled,
                       .mig_devices = {},
                       .position = {}};
    if (gpu.mig_enabled) {
      spec.mig_devices = devices_of(gpu);
    }
    const auto same = std::ranges::find_if(merged_, [&](const MigPartedSpec& other) {
      return other.mig_enabled == spec.mig_enabled && other.mig_devices == spec.mig_devices;
    });
    if (same == merged_.end()) {
      merged_.push_back(std::move(spec));
      return;
    }
    same->devices.push_back(gpu.gpu.index);
    for (const std::string& filter : spec.filters) {
      if (std::ranges::find(same->filters, filter) == same->filters.end()) {
        same->filters.push_back(filter);
      }
    }
  }

  // The filters that select the GPU; "" if its device id is not known.
  std::vector<std::string> register_filters(const ConfigGpu& gpu) {
    std::vector<std::string> filters;
    filters.reserve(gpu.pci_ids.size());
    for (const std::uint32_t id : gpu.pci_ids) {
      filters.push_back(to_string(DeviceFilter{.device = id, .subsystem = {}}));
    }
    if (filters.empty()) {
      filters.emplace_back();
    }
    for (const std::string& filter : filters) {
      by_filter_[filter].insert(gpu.index);
    }
    kinds_.insert(filters);
    return filters;
  }

  std::map<std::string, int> devices_of(const ExportGpu& gpu) {
    std::map<std::string, int> result;
    for (const Slot& slot : gpu.layout.slots()) {
      const std::string where =
          fmt::format("gpu {}: {}", gpu.gpu.index, to_notation(*gpu.gpu.model, slot));
      const Profile* const profile = gpu.gpu.model->find(slot.profile());
      if (!profile) {
        result_.lost.push_back(where + " is left out: the model has no such profile");
        continue;
      }
      if (slot.compute().empty()) {
        result_.lost.push_back(where + " is left out: it has no compute instance");
      }
      count_compute(*profile, slot, where, result);
    }
    if (!gpu.layout.empty()) {
      result_.lost.push_back(fmt::format("gpu {}: the placements of {}", gpu.gpu.index,
                                         to_notation(*gpu.gpu.model, gpu.layout)));
    }
    return result;
  }

  void count_compute(const Profile& profile, const Slot& slot, const std::string& where,
                     std::map<std::string, int>& result) {
    for (const ComputeSlot& compute : slot.compute()) {
      const ComputeProfile* const kind = profile.find_compute(compute.profile);
      if (!kind) {
        result_.lost.push_back(where + " is left out: the profile has no such compute instance");
        continue;
      }
      ++result[device_label(profile, *kind)];
      if (is_ambiguous(profile, *kind)) {
        result_.lost.push_back(fmt::format("{}: which of the compute instances called {} it is",
                                           where, device_label(profile, *kind)));
      }
    }
  }

  // Entries that take every GPU of their filters say `all`; filters that tell nothing apart go.
  void simplify() {
    const bool alike = merged_.size() == 1 && complete_;
    const bool known = !by_filter_.contains("");
    for (MigPartedSpec& spec : merged_) {
      std::set<unsigned> of_filters;
      for (const std::string& filter : spec.filters) {
        of_filters.insert(by_filter_[filter].begin(), by_filter_[filter].end());
      }
      std::ranges::sort(spec.devices);
      std::ranges::sort(spec.filters);
      spec.all_devices = alike || (known && std::ranges::equal(spec.devices, of_filters));
      if (spec.all_devices) {
        spec.devices.clear();
      }
      if (alike || !known || kinds_.size() == 1) {
        spec.filters.clear();
      }
    }
  }

  bool complete_;  // Every GPU has an entry.
  MigPartedExport result_;
  std::vector<MigPartedSpec> merged_;
  std::map<std::string, std::set<unsigned>> by_filter_;
  std::set<std::vector<std::string>> kinds_;  // Of GPUs, told apart by their filters.
};

}  // namespace

MigPartedExport internal::export_label(std::span<const ExportGpu> gpus,
                                       std::span<const ConfigGpu> left_alone,
                                       const std::string& label) {
  return Exporter(gpus, left_alone, label).take();
}

MigPartedExport to_mig_parted(std::span<const ExportGpu> gpus, const std::string& label) {
  return internal::export_label(gpus, {}, label);
}

}  // namespace sectile
