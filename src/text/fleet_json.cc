#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sectile/text/fleet_file.h"
#include "sectile/text/fleet_report.h"
#include "sectile/text/notation.h"
#include "src/text/model_tree.h"

namespace sectile {
namespace {

using internal::dump;
using nlohmann::ordered_json;

ordered_json objective_json(const Objective& objective) {
  return {{"value", objective.value},
          {"bound", objective.bound},
          {"optimal", objective.optimal()},
          {"proof", to_string(objective.proof)}};
}

ordered_json goals_json(const FleetPlan& plan) {
  ordered_json result = ordered_json::array();
  for (const GoalOutcome& goal : plan.goals) {
    ordered_json one = {{"goal", to_string(goal.goal)}};
    one.update(objective_json(goal.objective));
    result.push_back(std::move(one));
  }
  return result;
}

std::string profile_name(const Model& model, ProfileId id) {
  const Profile* const profile = model.find(id);
  return profile ? profile->name : "";
}

ordered_json wants_json(const FleetReport& report) {
  ordered_json result = ordered_json::array();
  for (std::size_t i = 0; i < report.wants.size(); ++i) {
    const WantOutcome& outcome = report.plan.wants[i];
    ordered_json by = ordered_json::array();
    for (const WantOutcome::By& each : outcome.by) {
      by.push_back({{"model", each.model->key},
                    {"profile", profile_name(*each.model, each.profile)},
                    {"profile_id", each.profile.value},
                    {"count", each.count}});
    }
    result.push_back({{"name", report.wants[i].name},
                      {"want", describe(report.wants[i])},
                      {"count", report.wants[i].count},
                      {"served", outcome.served},
                      {"unserved", outcome.unserved},
                      {"by", std::move(by)}});
  }
  return result;
}

ordered_json serves_json(const Model& model, const std::vector<FleetServing>& serves) {
  ordered_json result = ordered_json::array();
  for (const FleetServing& serving : serves) {
    result.push_back({{"want", serving.want},
                      {"profile", profile_name(model, serving.slot.profile())},
                      {"profile_id", serving.slot.profile().value},
                      {"start", serving.slot.placement().start},
                      {"created", serving.created}});
  }
  return result;
}

ordered_json instance_json(const FleetGpu& gpu, const Slot& slot) {
  return {{"gpu", gpu.name},
          {"node", gpu.node},
          {"profile", profile_name(*gpu.model, slot.profile())},
          {"profile_id", slot.profile().value},
          {"start", slot.placement().start}};
}

}  // namespace

std::string fleet_json(const FleetReport& report) {
  ordered_json json = {{"schema", "sectile/fleet-plan/v1"},
                       {"serves_all", report.plan.serves_all()},
                       {"optimal", report.plan.optimal()},
                       {"goals", goals_json(report.plan)},
                       {"wants", wants_json(report)}};
  json["gpus"] = ordered_json::array();
  for (const FleetGpuPlan& planned : report.plan.gpus) {
    const FleetGpu& gpu = report.fleet[planned.gpu];
    json["gpus"].push_back({{"name", gpu.name},
                            {"node", gpu.node},
                            {"index", gpu.index},
                            {"model", gpu.model->key},
                            {"before", to_notation(gpu)},
                            {"layout", to_notation(*gpu.model, planned.layout)},
                            {"destroyed", planned.destroyed},
                            {"serves", serves_json(*gpu.model, planned.serves)}});
  }
  json["bought"] = ordered_json::array();
  for (const BoughtGpus& bought : report.plan.bought) {
    const Model& model = *report.request.purchases[bought.purchase].model;
    json["bought"].push_back({{"model", model.key},
                              {"count", bought.count},
                              {"layout", to_notation(model, bought.layout)},
                              {"serves", serves_json(model, bought.serves)}});
  }
  json["one_more"] = ordered_json::array();
  for (const OneMore& more : report.one_more) {
    json["one_more"].push_back({{"model", more.model->key}, {"unserved", more.unserved}});
  }
  return dump(json);
}

std::string compact_json(const CompactReport& report) {
  const Compaction& result = report.result;
  ordered_json json = {{"schema", "sectile/fleet-compact/v1"},
                       {"gpus_before", result.gpus_before},
                       {"gpus", objective_json(result.gpus)},
                       {"moves", objective_json(result.moves)},
                       {"max_unavailable", report.request.max_unavailable},
                       {"waves", result.waves},
                       {"detours", result.detours},
                       {"stops", result.stops}};
  json["order"] = ordered_json::array();
  for (const Move& move : result.order) {
    json["order"].push_back({{"wave", move.wave},
                             {"from", instance_json(report.fleet[move.from_gpu], move.from)},
                             {"to", instance_json(report.fleet[move.to_gpu], move.to)},
                             {"detour", move.detour},
                             {"stops_first", move.stops_first},
                             {"stop_wave", move.stop_wave}});
  }
  json["gpus_after"] = ordered_json::array();
  for (std::size_t i = 0; i < report.fleet.size(); ++i) {
    const FleetGpu& gpu = report.fleet[i];
    json["gpus_after"].push_back({{"name", gpu.name},
                                  {"node", gpu.node},
                                  {"index", gpu.index},
                                  {"model", gpu.model->key},
                                  {"before", to_notation(gpu)},
                                  {"layout", to_notation(*gpu.model, result.layouts[i])}});
  }
  return dump(json);
}

std::string static_json(const StaticReport& report) {
  const StaticPlan& plan = report.plan;
  ordered_json json = {{"schema", "sectile/fleet-static/v1"},
                       {"accepted_count", plan.outcome.accepted_count},
                       {"accepted_slices", plan.outcome.accepted_slices},
                       {"lost_millionths", objective_json(plan.lost)},
                       {"offered_millionths", plan.offered}};
  json["wants"] = ordered_json::array();
  for (std::size_t i = 0; i < report.mix.size(); ++i) {
    const StaticWant& want = plan.outcome.wants[i];
    json["wants"].push_back({{"name", report.mix[i].name},
                             {"want", describe(report.mix[i])},
                             {"offered", want.offered},
                             {"instances", want.instances},
                             {"loss", want.loss}});
  }
  json["layouts"] = ordered_json::array();
  for (const StaticLayout& each : plan.layouts) {
    json["layouts"].push_back({{"model", each.model->key},
                               {"count", each.count},
                               {"layout", to_notation(*each.model, each.layout)}});
  }
  return dump(json);
}

}  // namespace sectile
