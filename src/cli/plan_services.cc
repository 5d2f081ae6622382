#include "src/cli/plan_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sectile/fleet/service.h"
#include "sectile/text/config_gpu.h"
#include "sectile/text/gpu_spec.h"
#include "sectile/text/measurements.h"
#include "sectile/text/service_plan.h"
#include "sectile/text/services.h"
#include "src/cli/measurement_files.h"
#include "src/cli/plan_picture.h"

namespace sectile::cli {
namespace {

using fleet::GpuSupply;
using fleet::ServiceRequest;

constexpr std::string_view kOthers[] = {"want",    "config-file", "strategy",
                                        "profile", "profile-set", "parts",
                                        "fill",    "layout",      "replace"};

// All that a request points to.
struct Inputs {
  ServiceConfig services;
  Measurements measurements;
  std::vector<GpuSupply> gpus;
  fleet::Admission admission = fleet::kPlainAdmission;
  fleet::Spare spare = fleet::Spare::kNone;
  bool mps = true;

  ServiceRequest request() const {
    return {.services = services.services,
            .measurements = measurements.points(),
            .gpus = gpus,
            .admission = admission,
            .mps = mps,
            .spare = spare};
  }
};

// Those of --gpu, each model once with its number.
Result<std::vector<GpuSupply>> given_gpus(const std::string& spec) {
  const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(spec);
  if (!specs) {
    return fail(specs);
  }
  std::vector<GpuSupply> gpus;
  for (const GpuSpec& each : *specs) {
    const auto known = std::ranges::find(gpus, each.model, &GpuSupply::model);
    if (known == gpus.end()) {
      gpus.push_back({.model = each.model, .count_max = each.count});
    } else {
      known->count_max = known->count_max.value_or(0) + each.count;
    }
  }
  return gpus;
}

// Otherwise as many as it takes of every model on which one of the services was measured.
std::vector<GpuSupply> measured_gpus(const Inputs& inputs) {
  std::set<std::string_view> workloads;
  for (const fleet::Service& service : inputs.services.services) {
    workloads.insert(service.workload);
  }
  std::vector<GpuSupply> gpus;
  for (const fleet::Measurement& point : inputs.measurements.points()) {
    const bool known = std::ranges::find(gpus, point.model, &GpuSupply::model) != gpus.end();
    if (!known && workloads.contains(point.workload)) {
      gpus.push_back({.model = point.model});
    }
  }
  if (gpus.empty() && !inputs.measurements.points().empty()) {
    gpus.push_back({.model = inputs.measurements.points().front().model});
  }
  return gpus;
}

Status read_rules(const Arguments& arguments, Inputs& inputs) {
  inputs.mps = !arguments.has("no-mps");
  inputs.spare = inputs.services.spare;
  inputs.admission = inputs.services.admission.value_or(fleet::kPlainAdmission);
  if (arguments.has("admission")) {
    const Result<fleet::Admission> admission = parse_admission(arguments.text("admission"));
    if (!admission) {
      return fail(admission);
    }
    inputs.admission = *admission;
  }
  if (arguments.has("spare")) {
    const Result<fleet::Spare> spare = parse_spare(arguments.text("spare"));
    if (!spare) {
      return fail(spare);
    }
    inputs.spare = *spare;
  }
  return {};
}

Result<Inputs> read_inputs(const Arguments& arguments) {
  for (const std::string_view other : kOthers) {
    if (arguments.has(other)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("--services and --{} exclude each other", other),
                  "services choose their instances themselves");
    }
  }
  if (!arguments.has("measurements")) {
    return fail(ErrorCode::kInvalidArgument, "--services needs --measurements",
                "give the folder with what was measured; see docs/formats/measurements.md");
  }
  Inputs inputs;
  const std::string file = arguments.text("services");
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  std::optional<std::string> scenario;
  if (arguments.has("scenario")) {
    scenario = arguments.text("scenario");
  }
  Result<ServiceConfig> services = parse_services(*text, input_name(file), scenario);
  if (!services) {
    return fail(services);
  }
  inputs.services = std::move(*services);
  Result<Measurements> measurements = read_measurements(arguments.text("measurements"));
  if (!measurements) {
    return fail(measurements);
  }
  inputs.measurements = std::move(*measurements);
  if (const Status rules = read_rules(arguments, inputs); !rules) {
    return fail(rules);
  }
  Result<std::vector<GpuSupply>> gpus =
      arguments.has("gpu") ? given_gpus(arguments.text("gpu")) : measured_gpus(inputs);
  if (!gpus) {
    return fail(gpus);
  }
  inputs.gpus = std::move(*gpus);
  return inputs;
}

Picture picture(const ServiceRequest& request, const fleet::ServicePlan& plan) {
  Picture picture{.gpus = {}, .exported = {}, .strategy = {}, .merge = true};
  std::vector<GpuSpec> specs;
  specs.reserve(plan.gpus.size());
  for (const fleet::ServiceGpu& gpu : plan.gpus) {
    specs.push_back({.model = gpu.model, .count = 1});
  }
  const std::vector<ConfigGpu> configs = config_gpus(specs);
  for (std::size_t i = 0; i < plan.gpus.size(); ++i) {
    picture.gpus.push_back({.title = configs[i].uuid,
                            .model = plan.gpus[i].model,
                            .layout = plan.gpus[i].layout,
                            .owners = service_owners(request, plan, i),
                            .notes = {}});
    picture.exported.push_back(
        {.gpu = configs[i], .mig_enabled = true, .layout = plan.gpus[i].layout});
  }
  return picture;
}

std::string without_end(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

std::unexpected<Error> refuse(Session& session, const ServiceRequest& request,
                              const fleet::ServiceFailure& failure) {
  if (session.arguments.text("output") == "json") {
    session.out = service_failure_json(request, failure);
  }
  const std::string why = without_end(explain(request, failure));
  if (failure.refused.empty()) {
    return fail(ErrorCode::kUnsatisfiable, fmt::format("the GPUs do not suffice: {}", why),
                "give more GPUs with --gpu, or leave it out to ask how many it takes");
  }
  return fail(ErrorCode::kUnsatisfiable,
              fmt::format("{} of {} services cannot be had\n\n{}", failure.refused.size(),
                          request.services.size(), why),
              "allow more latency, measure smaller batches, or larger instances");
}

}  // namespace

Result<int> plan_for_services(Session& session) {
  const Result<Inputs> inputs = read_inputs(session.arguments);
  if (!inputs) {
    return fail(inputs);
  }
  const ServiceRequest request = inputs->request();
  if (const Status sound = fleet::check(request); !sound) {
    return fail(sound);
  }
  const auto plan = fleet::plan_services(request);
  if (!plan) {
    return refuse(session, request, plan.error());
  }
  // Not on trust: the plan is looked at once more before anybody acts on it.
  if (const Status holds = fleet::verify(request, *plan); !holds) {
    return fail(holds);
  }
  const std::string format = session.arguments.text("output", "text");
  if (format == "json") {
    session.out = service_plan_json(request, *plan);
    return 0;
  }
  const Picture drawn = picture(request, *plan);
  if (format != "text") {
    session.say("note: only text and json say which instance is whose");
    session.out = render(session, drawn);
    return 0;
  }
  session.out = render(session, drawn);
  session.out += '\n' + explain(request, *plan, session.arguments.has("explain"));
  return 0;
}

}  // namespace sectile::cli
