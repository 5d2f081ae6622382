#include "src/cli/who_json.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string_view>

namespace sectile::cli {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json time_or_null(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  std::array<char, 32> text{};
  if (seconds <= 0 || gmtime_r(&time, &parts) == nullptr) {
    return nullptr;
  }
  text.at(std::strftime(text.data(), text.size() - 1, "%Y-%m-%dT%H:%M:%SZ", &parts)) = '\0';
  return text.data();
}

std::string_view name_of(HoldKind kind) {
  switch (kind) {
    case HoldKind::kProcess:
      return "process";
    case HoldKind::kInstance:
      return "instance-file";
    case HoldKind::kDevice:
      return "device-file";
    case HoldKind::kDisplay:
      return "display-file";
    case HoldKind::kControl:
      return "control-file";
    case HoldKind::kKernel:
      return "kernel-module";
  }
  return {};  // Not reached; g++ wants it.
}

Json blocks_json(const Hold& hold) {
  const Obstruction what = obstruction(hold);
  Json blocks = Json::array();
  if (what.destroy) {
    blocks.push_back("destroy");
  }
  if (what.mode) {
    blocks.push_back("mode");
  }
  if (what.reset) {
    blocks.push_back("reset");
  }
  return blocks;
}

Json hold_json(const Snapshot& snapshot, const Hold& hold) {
  Json json = {{"kind", name_of(hold.kind)}, {"gpu", text_or_null(hold.gpu)}};
  json["gpu_instance"] = hold.gpu_instance ? Json(hold.gpu_instance->value) : Json(nullptr);
  json["compute_instance"] =
      hold.compute_instance ? Json(hold.compute_instance->value) : Json(nullptr);
  const LiveGpu* gpu = snapshot.find(hold.gpu);
  json["instance"] = gpu != nullptr && hold.gpu_instance
                         ? Json(instance_text(snapshot, *gpu, *hold.gpu_instance))
                         : Json(nullptr);
  json["file"] = text_or_null(hold.file);
  json["count"] = hold.count;
  json["memory_mib"] = hold.memory.value;
  json["blocks"] = blocks_json(hold);
  return json;
}

Json origin_json(const ProcessOrigin& origin) {
  Json json = {{"unit", text_or_null(origin.unit)}, {"session", origin.session}};
  json["container"] = text_or_null(origin.container);
  json["runtime"] = text_or_null(origin.runtime);
  json["slurm_job"] = text_or_null(origin.slurm_job);
  json["slurm_step"] = text_or_null(origin.slurm_step);
  json["pod_uid"] = text_or_null(origin.pod);
  json["pod_namespace"] = text_or_null(origin.pod_namespace);
  json["pod_name"] = text_or_null(origin.pod_name);
  json["qos"] = text_or_null(origin.qos);
  return json;
}

Json holder_json(const Snapshot& snapshot, const Holder& holder) {
  Json json = {{"pid", holder.pid == 0 ? Json(nullptr) : Json(holder.pid)}};
  json["started"] = time_or_null(holder.started);
  json["start_ticks"] = holder.start_time;
  json["user"] = text_or_null(holder.user);
  json["uid"] = holder.pid == 0 || !holder.visible ? Json(nullptr) : Json(holder.uid);
  json["command"] = holder.command;
  json["visible"] = holder.visible;
  json["client"] = text_or_null(holder.client);
  json["system"] = holder.system;
  json["origin"] = origin_json(holder.origin);
  json["free"] = holder.way;
  json["holds"] = Json::array();
  for (const Hold& hold : holder.holds) {
    json["holds"].push_back(hold_json(snapshot, hold));
  }
  return json;
}

}  // namespace

std::string who_json(const Snapshot& snapshot, const Subject& subject, const Holders& holders) {
  Json json = {{"schema", "sectile/who/v1"}};
  json["gpus"] = Json::array();
  for (const LiveGpu* gpu : subject.gpus) {
    json["gpus"].push_back({{"index", gpu->index}, {"uuid", gpu->uuid}, {"name", gpu->name}});
  }
  json["holders"] = Json::array();
  for (const Holder& holder : holders.holders) {
    json["holders"].push_back(holder_json(snapshot, holder));
  }
  json["gaps"] = holders.gaps;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace sectile::cli
