#include <nlohmann/json.hpp>
#include <utility>

#include "sectile/text/json.h"
#include "sectile/text/service_plan.h"
#include "sectile/text/services.h"
#include "src/text/model_tree.h"

namespace sectile {
namespace {

using fleet::ServiceFailure;
using fleet::ServiceInstance;
using fleet::ServiceOption;
using fleet::ServicePlan;
using fleet::ServiceRefusal;
using fleet::ServiceRequest;
using internal::dump;
using nlohmann::ordered_json;

double per_second(fleet::Rate rate) {
  return static_cast<double>(rate.micro) / 1e6;
}

double milliseconds(fleet::Latency latency) {
  return static_cast<double>(latency.nanoseconds) / 1e6;
}

// The GPUs as layouts_json() has them, and in each instance whom it serves.
ordered_json gpus_json(const ServiceRequest& request, const ServicePlan& plan) {
  std::vector<NamedLayout> layouts;
  layouts.reserve(plan.gpus.size());
  for (std::size_t i = 0; i < plan.gpus.size(); ++i) {
    layouts.push_back({.name = "gpu" + std::to_string(i),
                       .model = plan.gpus[i].model,
                       .layout = plan.gpus[i].layout});
  }
  ordered_json gpus = ordered_json::parse(layouts_json(layouts)).at("gpus");
  std::vector<std::size_t> next(plan.gpus.size(), 0);  // Instances are in order, as slots are.
  for (const ServiceInstance& instance : plan.instances) {
    const ServiceOption& option = plan.options[instance.option];
    ordered_json& json = gpus[instance.gpu]["instances"][next[instance.gpu]++];
    json["service"] = request.services[option.service].name;
    json["workload"] = request.services[option.service].workload;
    json["batch"] = option.batch;
    json["processes"] = option.processes;
    json["throughput_per_s"] = per_second(option.throughput);
    json["latency_ms"] = milliseconds(option.latency);
  }
  return gpus;
}

ordered_json services_json(const ServiceRequest& request, const ServicePlan& plan) {
  std::vector<int> instances(request.services.size(), 0);
  for (const ServiceInstance& instance : plan.instances) {
    ++instances[plan.options[instance.option].service];
  }
  ordered_json result = ordered_json::array();
  for (std::size_t s = 0; s < request.services.size(); ++s) {
    const fleet::Service& service = request.services[s];
    result.push_back({{"name", service.name},
                      {"workload", service.workload},
                      {"rate_per_s", per_second(service.rate)},
                      {"headroom_percent", service.headroom_percent},
                      {"target_per_s", per_second(plan.targets[s])},
                      {"capacity_per_s", per_second(plan.capacities[s])},
                      {"latency_ms_max", milliseconds(service.latency_max)},
                      {"instances", instances[s]}});
  }
  return result;
}

ordered_json proof_json(const ServiceRequest& request, const ServicePlan& plan) {
  ordered_json prices = ordered_json::array();
  for (const fleet::ServiceProof::Price& price : plan.proof.prices) {
    const Profile* const profile = price.model->find(price.profile);
    prices.push_back({{"model", price.model->key},
                      {"profile", profile ? profile->name : ""},
                      {"nano_gpus", price.nano}});
  }
  ordered_json scarcities = ordered_json::array();
  for (const fleet::ServiceProof::Scarcity& scarcity : plan.proof.scarcities) {
    scarcities.push_back({{"model", scarcity.model->key}, {"nano_gpus", scarcity.nano}});
  }
  ordered_json cheapest = ordered_json::array();
  for (std::size_t s = 0; s < request.services.size(); ++s) {
    cheapest.push_back(
        {{"service", request.services[s].name}, {"nano_gpus", plan.proof.cheapest[s]}});
  }
  return {{"prices", std::move(prices)},
          {"scarcities", std::move(scarcities)},
          {"services", std::move(cheapest)},
          {"bound_nano_gpus", plan.proof.bound_nano},
          {"nodes", plan.nodes}};
}

ordered_json refusal_json(const ServiceRequest& request, const ServiceRefusal& refusal) {
  ordered_json json = {{"service", request.services[refusal.service].name},
                       {"measured", refusal.measured},
                       {"needs_mps", refusal.mps_would_do},
                       {"latency_ms_below", milliseconds(refusal.latency_allowed)}};
  if (refusal.fastest) {
    const Profile* const profile = refusal.fastest->model->find(refusal.fastest->profile);
    json["fastest"] = {{"model", refusal.fastest->model->key},
                       {"profile", profile ? profile->name : ""},
                       {"batch", refusal.fastest->batch},
                       {"processes", refusal.fastest->processes},
                       {"latency_ms", milliseconds(refusal.fastest->latency)}};
  }
  return json;
}

}  // namespace

std::string service_plan_json(const ServiceRequest& request, const ServicePlan& plan) {
  ordered_json json = {{"schema", "sectile/plan/v1"}, {"feasible", true}};
  json["gpus"] = gpus_json(request, plan);
  json["services"] = services_json(request, plan);
  json["admission"] = to_string(request.admission);
  json["spare"] = to_string(request.spare);
  json["gpus_used"] = plan.gpus.size();
  json["gpus_bound"] = plan.gpus_bound;
  json["proof"] = proof_json(request, plan);
  return dump(json);
}

std::string service_failure_json(const ServiceRequest& request, const ServiceFailure& failure) {
  ordered_json json = {{"schema", "sectile/plan/v1"}, {"feasible", false}};
  std::string summary = explain(request, failure);
  while (summary.ends_with('\n')) {
    summary.pop_back();
  }
  json["summary"] = summary;
  json["refused"] = ordered_json::array();
  for (const ServiceRefusal& refusal : failure.refused) {
    json["refused"].push_back(refusal_json(request, refusal));
  }
  json["gpus_bound"] = failure.gpus_bound;
  json["gpus_found"] = failure.gpus_found;
  json["proven"] = failure.proven;
  return dump(json);
}

}  // namespace sectile
