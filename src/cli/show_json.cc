#include "src/cli/show_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "sectile/apply/mig_devices.h"
#include "sectile/apply/mode_rule.h"
#include "sectile/geometry/fit.h"
#include "sectile/text/draw.h"
#include "sectile/text/notation.h"

namespace sectile::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string_view mode_word(MigMode mode) {
  switch (mode) {
    case MigMode::kNotCapable:
      return "not-capable";
    case MigMode::kDisabled:
      return "off";
    case MigMode::kEnabled:
      return "on";
  }
  return {};
}

std::string_view virtualization_word(Virtualization virtualization) {
  switch (virtualization) {
    case Virtualization::kNone:
      return "none";
    case Virtualization::kPassthrough:
      return "passthrough";
    case Virtualization::kVgpu:
      return "vgpu";
    case Virtualization::kHost:
      return "vgpu-host";
    case Virtualization::kUnknown:
      break;
  }
  return "unknown";
}

Json process_json(const GpuProcess& process) {
  Json json = {{"pid", process.pid}, {"command", process.command}};
  json["memory_mib"] = process.memory.value;
  json["gpu_instance"] = process.gpu_instance ? Json(process.gpu_instance->value) : Json(nullptr);
  json["compute_instance"] =
      process.compute_instance ? Json(process.compute_instance->value) : Json(nullptr);
  return json;
}

Json processes_json(const std::vector<GpuProcess>& processes) {
  Json list = Json::array();
  for (const GpuProcess& process : processes) {
    list.push_back(process_json(process));
  }
  return list;
}

using Devices = std::vector<MigDevice>;

Json compute_json(const Profile* profile, const LiveCompute& compute, const MigDevice& device) {
  const ComputeProfile* kind =
      profile == nullptr ? nullptr : profile->find_compute(compute.slot.profile);
  return {{"id", compute.id.value},
          {"profile", kind == nullptr ? "" : kind->name},
          {"profile_id", compute.slot.profile.value},
          {"start", compute.slot.placement.start},
          {"compute_slices", compute.slot.placement.size},
          {"uuid", compute.uuid},
          {"index", index_name(device)},
          {"legacy", legacy_name(device)},
          {"cdi", cdi_name(device)}};
}

Json instance_json(const Model& model, const LiveGpu& gpu, const LiveInstance& instance,
                   const Devices& devices) {
  const Profile* profile = model.find(instance.profile);
  Json json = {{"id", instance.id.value}};
  json["profile"] = profile == nullptr ? std::string() : profile->name;
  json["profile_id"] = instance.profile.value;
  json["start"] = instance.placement.start;
  json["memory_slices"] = instance.placement.size;
  json["memory_mib"] = profile == nullptr ? 0 : profile->memory.value;
  json["compute_instances"] = Json::array();
  for (const LiveCompute& compute : instance.compute) {
    const auto device = std::ranges::find_if(devices, [&](const MigDevice& one) {
      return one.gpu_uuid == gpu.uuid && one.gpu_instance == instance.id.value &&
             one.compute_instance == compute.id.value;
    });
    json["compute_instances"].push_back(compute_json(profile, compute, *device));
  }
  json["holders"] = processes_json(gpu.holders(instance));
  return json;
}

Json free_json(const Model& model, const LiveGpu& gpu) {
  Json free = Json::object();
  for (const Profile& profile : model.profiles) {
    free[profile.name] = remaining_capacity(model, gpu.layout, profile);
  }
  return free;
}

Json gpu_json(const Snapshot& snapshot, const LiveGpu& gpu, const Devices& devices) {
  Json json = {{"index", gpu.index}, {"uuid", gpu.uuid}, {"name", gpu.name}, {"pci", gpu.pci}};
  json["mig"] = mode_word(gpu.mode);
  json["mig_pending"] = mode_word(gpu.pending);
  json["virtualization"] = virtualization_word(gpu.virtualization);
  json["processes"] = processes_json(gpu.processes);
  if (!gpu.capable()) {
    return json;
  }
  const Model& model = snapshot.model_of(gpu);
  const ModeRule rule = mode_rule(gpu, model);
  json["mig_commit"] = to_string(rule.commit);  // What makes a pending mode the current one.
  json["mig_persists"] = rule.persists;
  const bool enabled = gpu.mode == MigMode::kEnabled;
  json["model"] = model.key;
  json["empty"] = enabled && gpu.instances.empty();  // CUDA cannot use such a GPU.
  json["layout"] = to_notation(model, gpu.layout);
  json["instances"] = Json::array();
  for (const LiveInstance& instance : gpu.instances) {
    json["instances"].push_back(instance_json(model, gpu, instance, devices));
  }
  json["still_fits"] = enabled ? free_json(model, gpu) : Json::object();
  return json;
}

}  // namespace

std::string show_json(const Snapshot& snapshot) {
  Json json = {{"schema", "sectile/show/v1"}};
  json["driver"] = snapshot.driver_version;
  json["nvml"] = snapshot.nvml_version;
  json["gpus"] = Json::array();
  const Devices devices = mig_devices(snapshot);
  for (const LiveGpu& gpu : snapshot.gpus) {
    json["gpus"].push_back(gpu_json(snapshot, gpu, devices));
  }
  json["warnings"] = snapshot.warnings;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace sectile::cli
