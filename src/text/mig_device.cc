#include "sectile/text/mig_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace sectile {
namespace {

using nlohmann::ordered_json;

auto place_of(const MigDevice& device) {
  return std::tuple(device.gpu_uuid, device.placement.start, device.placement.size,
                    device.compute.start, device.compute.size, device.profile);
}

ordered_json device_json(const MigDevice& device) {
  return {{"uuid", device.uuid},
          {"legacy", legacy_name(device)},
          {"index", index_name(device)},
          {"cdi", cdi_name(device)},
          {"gpu_uuid", device.gpu_uuid},
          {"gpu_index", device.gpu_index},
          {"mig_index", device.index},
          {"gpu_instance", device.gpu_instance},
          {"compute_instance", device.compute_instance},
          {"profile", device.profile},
          {"start", device.placement.start},
          {"size", device.placement.size},
          {"compute_start", device.compute.start},
          {"compute_size", device.compute.size}};
}

ordered_json device_json(const std::optional<MigDevice>& device) {
  return device ? device_json(*device) : ordered_json(nullptr);
}

std::string_view word_of(const MigDeviceChange& change) {
  if (!change.before) {
    return "new";
  }
  if (!change.after) {
    return "gone";
  }
  return change.kept() ? "kept" : "renamed";
}

}  // namespace

std::string index_name(const MigDevice& device) {
  return fmt::format("{}:{}", device.gpu_index, device.index);
}

std::string legacy_name(const MigDevice& device) {
  return fmt::format("MIG-{}/{}/{}", device.gpu_uuid, device.gpu_instance, device.compute_instance);
}

std::string cdi_name(const MigDevice& device) {
  return "nvidia.com/gpu=" + index_name(device);
}

std::vector<MigDeviceChange> match_devices(std::span<const MigDevice> before,
                                           std::span<const MigDevice> after) {
  std::vector<MigDeviceChange> changes;
  std::vector<MigDevice> gone(before.begin(), before.end());
  for (const MigDevice& device : after) {
    MigDeviceChange change{.before = std::nullopt, .after = device};
    const auto same = std::ranges::find(gone, place_of(device), place_of);
    if (same != gone.end()) {
      change.before = *same;
      gone.erase(same);
    }
    changes.push_back(std::move(change));
  }
  std::ranges::sort(changes, {}, [](const MigDeviceChange& change) {
    return std::tuple_cat(std::tuple(change.after->gpu_index), place_of(*change.after));
  });
  for (const MigDevice& device : gone) {
    changes.push_back({.before = device, .after = std::nullopt});
  }
  return changes;
}

std::string uuids_json(std::span<const MigDevice> before, std::span<const MigDevice> after,
                       std::string_view changed) {
  ordered_json json = {{"schema", "sectile/uuids/v1"}, {"changed", changed}};
  json["devices"] = ordered_json::array();
  for (const MigDevice& device : after) {
    json["devices"].push_back(device_json(device));
  }
  json["changes"] = ordered_json::array();
  for (const MigDeviceChange& change : match_devices(before, after)) {
    json["changes"].push_back({{"change", word_of(change)},
                               {"before", device_json(change.before)},
                               {"after", device_json(change.after)}});
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sectile
