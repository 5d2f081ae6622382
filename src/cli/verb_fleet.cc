// sectile fleet: plans many GPUs.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "sectile/fleet/compact.h"
#include "sectile/text/fleet_report.h"
#include "src/cli/exit_status.h"
#include "src/cli/fleet_output.h"
#include "src/cli/fleet_request.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

// How one answer looks in each format.
struct Formats {
  std::function<std::string()> text;
  std::function<std::string()> json;
  std::function<std::string()> html;
};

Status print(Session& session, const Formats& formats, const NodeLayouts& nodes) {
  const std::string format = session.arguments.text("output", "text");
  session.out = format == "json"         ? formats.json()
                : format == "html"       ? formats.html()
                : format == "yaml"       ? nodes_yaml(nodes)
                : format == "mig-parted" ? nodes_mig_parted(nodes)
                                         : formats.text();
  return session.arguments.has("write") ? write_nodes(nodes, session.arguments.text("write"))
                                        : Status();
}

NodeLayouts layouts_of(std::span<const FleetGpu> fleet, const FleetRequest& request,
                       const FleetPlan& plan) {
  std::vector<Layout> layouts;
  layouts.reserve(fleet.size());
  for (const FleetGpu& gpu : fleet) {
    layouts.push_back(gpu.layout);
  }
  for (const FleetGpuPlan& planned : plan.gpus) {
    layouts[planned.gpu] = planned.layout;
  }
  NodeLayouts nodes = node_layouts(fleet, layouts);
  for (std::size_t i = 0; i < plan.bought.size(); ++i) {
    add_new(nodes, fmt::format("new-{}", i + 1), *request.purchases[plan.bought[i].purchase].model,
            plan.bought[i].layout);
  }
  return nodes;
}

Result<int> plan(Session& session, std::span<const FleetGpu> fleet) {
  const Result<FleetRequest> request = read_fleet_request(session.arguments);
  if (!request) {
    return fail(request);
  }
  if (fleet.empty() && request->purchases.empty()) {
    return fail(ErrorCode::kInvalidArgument, "there is no GPU to plan for",
                "give --fleet FILE, --gpu SPEC, or --buy MODEL for new ones");
  }
  const Result<std::vector<FleetWant>> wants = read_demand(session.arguments);
  if (!wants) {
    return fail(wants);
  }
  const Result<FleetPlan> plan = plan_fleet(fleet, *wants, *request);
  if (!plan) {
    return fail(plan);
  }
  std::vector<OneMore> more;
  if (!plan->serves_all()) {
    Result<std::vector<OneMore>> found = one_more(fleet, *wants, *request);
    if (!found) {
      return fail(found);
    }
    more = std::move(*found);
  }
  const FleetReport report{
      .fleet = fleet, .wants = *wants, .request = *request, .plan = *plan, .one_more = more};
  const Status printed = print(session,
                               {.text = [&] { return fleet_text(report); },
                                .json = [&] { return fleet_json(report); },
                                .html = [&] { return fleet_html(report); }},
                               layouts_of(fleet, *request, *plan));
  if (!printed) {
    return fail(printed);
  }
  return plan->serves_all() ? 0 : exit_status(ErrorCode::kUnsatisfiable);
}

Result<int> compact(Session& session, std::span<const FleetGpu> fleet) {
  for (const char* const name :
       {"gpu", "demand", "want", "larger", "buy", "goals", "offered", "load", "value"}) {
    if (session.arguments.has(name)) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("--{} does not belong to fleet compact", name),
                  "see sectile fleet --help");
    }
  }
  if (!session.arguments.has("fleet")) {
    return fail(ErrorCode::kInvalidArgument, "there is no fleet to compact", "give --fleet FILE");
  }
  const CompactRequest request{.max_unavailable = session.arguments.number("max-unavailable", 1),
                               .allow_detours = !session.arguments.has("no-detours")};
  const Result<Compaction> result = sectile::compact(fleet, request);
  if (!result) {
    return fail(result);
  }
  const CompactReport report{.fleet = fleet, .request = request, .result = *result};
  const Status printed = print(session,
                               {.text = [&] { return compact_text(report); },
                                .json = [&] { return compact_json(report); },
                                .html = [&] { return compact_html(report); }},
                               node_layouts(fleet, result->layouts));
  return printed ? Result<int>(0) : fail(printed);
}

// The GPUs of the fleet with the layouts of the plan, in the order of both.
NodeLayouts static_layouts(std::span<const FleetGpu> fleet, const StaticPlan& plan) {
  std::vector<Layout> layouts;
  std::vector<StaticLayout> left = plan.layouts;
  for (const FleetGpu& gpu : fleet) {
    Layout layout = gpu.layout;
    for (StaticLayout& each : left) {
      if (gpu.healthy && !gpu.drain && each.model == gpu.model && each.count > 0) {
        --each.count;
        layout = each.layout;
        break;
      }
    }
    layouts.push_back(layout);
  }
  return node_layouts(fleet, layouts);
}

Result<int> cut(Session& session, std::span<const FleetGpu> fleet) {
  const Result<std::vector<FleetWant>> mix = read_demand(session.arguments);
  if (!mix) {
    return fail(mix);
  }
  if (fleet.empty()) {
    return fail(ErrorCode::kInvalidArgument, "there is no GPU to cut",
                "give --fleet FILE or --gpu SPEC");
  }
  const Result<StaticRequest> request = read_static_request(session.arguments, fleet, *mix);
  if (!request) {
    return fail(request);
  }
  const Result<StaticPlan> plan = plan_static(*mix, *request);
  if (!plan) {
    return fail(plan);
  }
  const StaticReport report{.mix = *mix, .request = *request, .plan = *plan};
  const Status printed = print(session,
                               {.text = [&] { return static_text(report); },
                                .json = [&] { return static_json(report); },
                                .html = [&] { return static_html(report); }},
                               static_layouts(fleet, *plan));
  return printed ? Result<int>(0) : fail(printed);
}

}  // namespace

Result<int> verb_fleet(Session& session) {
  const std::string action = session.arguments.text("ACTION");
  if (action != "plan" && action != "compact" && action != "static") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is nothing to do with a fleet", action),
                "it is one of plan, compact, static");
  }
  const Result<std::vector<FleetGpu>> fleet = read_fleet(session.arguments);
  if (!fleet) {
    return fail(fleet);
  }
  return action == "plan"      ? plan(session, *fleet)
         : action == "compact" ? compact(session, *fleet)
                               : cut(session, *fleet);
}

}  // namespace sectile::cli
