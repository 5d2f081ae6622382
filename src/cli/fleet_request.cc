#include "src/cli/fleet_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/fleet_file.h"
#include "sectile/text/gpu_spec.h"
#include "src/cli/session.h"

namespace sectile::cli {
namespace {

constexpr double kDefaultLoad = 0.85;
constexpr double kLoadMax = 100;

std::unexpected<Error> refuse(std::string message, std::string next = {}) {
  return fail(ErrorCode::kInvalidArgument, std::move(message), std::move(next));
}

Result<std::vector<FleetGpu>> of_spec(const std::string& text) {
  const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(text, {}, kMaxCountedGpus);
  if (!specs) {
    return fail(specs);
  }
  std::vector<FleetGpu> fleet;
  for (const Model* const model : expand(*specs)) {
    const auto index = static_cast<unsigned>(fleet.size());
    fleet.push_back({.name = fmt::format("gpu{}", index), .index = index, .model = model});
  }
  return fleet;
}

// The parts between commas.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    parts.push_back(text.substr(0, comma));
    text = more ? text.substr(comma + 1) : "";
  }
  return parts;
}

Result<std::int64_t> number(std::string_view digits, std::int64_t most, std::string_view whole) {
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stop != end || value < 1 || value > most) {
    return refuse(fmt::format("'{}' of '{}' is no number from 1 to {}", digits, whole, most));
  }
  return value;
}

// The largest multiple of the mix that the GPUs could hold at once.
Result<std::int64_t> capacity(std::span<const FleetGpu> fleet, std::span<const FleetWant> mix) {
  std::int64_t shares = 0;
  for (const FleetWant& want : mix) {
    shares += want.count;
  }
  if (shares == 0) {
    return refuse("the mix is empty", "give the shares of the arrivals as counts");
  }
  std::int64_t fits = 0;
  std::int64_t too_many = static_cast<std::int64_t>(fleet.size() * kMaxGpuInstances) + 1;
  while (fits + 1 < too_many) {
    const std::int64_t middle = fits + (too_many - fits) / 2;
    std::vector<FleetWant> wants(mix.begin(), mix.end());
    for (FleetWant& want : wants) {
      want.count =
          static_cast<std::int64_t>(static_cast<double>(want.count) / static_cast<double>(shares) *
                                    static_cast<double>(middle));
    }
    const Result<FleetPlan> plan = plan_fleet(fleet, wants, {.goals = {Goal::kUnserved}});
    if (!plan) {
      return fail(plan);
    }
    (plan->serves_all() ? fits : too_many) = middle;
  }
  return fits;
}

// The fleet without what is on it: static layouts are for GPUs that are cut anew.
std::vector<FleetGpu> emptied(std::span<const FleetGpu> fleet) {
  std::vector<FleetGpu> result;
  for (FleetGpu gpu : fleet) {
    if (gpu.healthy && !gpu.drain) {
      gpu.layout = Layout();
      gpu.busy = 0;
      gpu.tenant.clear();
      result.push_back(std::move(gpu));
    }
  }
  return result;
}

Result<double> read_load(const Arguments& arguments) {
  if (!arguments.has("load")) {
    return kDefaultLoad;
  }
  const std::string text = arguments.text("load");
  double load = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), load);
  // Written so that what is no number fails too.
  const bool sound =
      error == std::errc{} && stop == text.data() + text.size() && load > 0 && load <= kLoadMax;
  return sound ? Result<double>(load)
               : refuse(fmt::format("a load of '{}' is not above 0 and at most 100", text),
                        "1 is what the GPUs could just hold; 0.85 is usual");
}

Status no_options(const Arguments& arguments, std::initializer_list<const char*> names,
                  std::string_view action) {
  for (const char* const name : names) {
    if (arguments.has(name)) {
      return refuse(fmt::format("--{} does not belong to fleet {}", name, action),
                    "see sectile fleet --help");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<FleetGpu>> read_fleet(const Arguments& arguments) {
  if (arguments.has("fleet") && arguments.has("gpu")) {
    return refuse("--fleet and --gpu exclude each other", "give one of them");
  }
  if (arguments.has("gpu")) {
    return of_spec(arguments.text("gpu"));
  }
  if (!arguments.has("fleet")) {
    return std::vector<FleetGpu>();
  }
  const std::string file = arguments.text("fleet");
  const Result<std::string> text = read_input(file);
  return text ? parse_fleet(*text, input_name(file)) : fail(text);
}

Result<std::vector<FleetWant>> read_demand(const Arguments& arguments) {
  std::vector<FleetWant> wants;
  if (arguments.has("demand")) {
    const std::string file = arguments.text("demand");
    const Result<std::string> text = read_input(file);
    if (!text) {
      return fail(text);
    }
    Result<std::vector<FleetWant>> of_file = parse_demand(*text, input_name(file));
    if (!of_file) {
      return fail(of_file);
    }
    wants = std::move(*of_file);
  }
  for (const std::string& text : arguments.all("want")) {
    Result<std::vector<FleetWant>> more = parse_fleet_wants(text);
    if (!more) {
      return fail(more);
    }
    for (FleetWant& want : *more) {
      if (arguments.has("larger")) {
        want.larger = arguments.number("larger", 0);
      }
      wants.push_back(std::move(want));
    }
  }
  return wants.empty() ? refuse("nothing is wanted",
                                "say what to serve: --want 600x1g.10gb,90x3g.40gb or --demand FILE")
                       : Result<std::vector<FleetWant>>(std::move(wants));
}

Result<Purchase> parse_purchase(std::string_view text) {
  Purchase purchase;
  std::string_view rest = text;
  if (const std::size_t equals = rest.find('='); equals != std::string_view::npos) {
    const Result<std::int64_t> cost = number(rest.substr(equals + 1), kMaxFleetWeight, text);
    if (!cost) {
      return fail(cost);
    }
    purchase.cost = *cost;
    rest = rest.substr(0, equals);
  }
  const std::size_t digits = std::min(rest.find_first_not_of("-0123456789"), rest.size());
  if (digits > 0 && digits < rest.size() && rest[digits] == 'x') {
    const Result<std::int64_t> count = number(rest.substr(0, digits), kMaxFleetCount, text);
    if (!count) {
      return fail(count);
    }
    purchase.count_max = *count;
    rest = rest.substr(digits + 1);
  }
  const Result<const Model*> model = find_model(rest);
  if (!model) {
    return fail(model);
  }
  purchase.model = *model;
  return purchase;
}

Result<FleetRequest> read_fleet_request(const Arguments& arguments) {
  if (const Status sound = no_options(
          arguments, {"max-unavailable", "no-detours", "offered", "load", "value"}, "plan");
      !sound) {
    return fail(sound);
  }
  FleetRequest request;
  for (const std::string& list : arguments.all("buy")) {
    for (const std::string_view part : split(list)) {
      const Result<Purchase> purchase = parse_purchase(part);
      if (!purchase) {
        return fail(purchase);
      }
      request.purchases.push_back(*purchase);
    }
  }
  if (arguments.has("goals")) {
    request.goals.clear();
    const std::string list = arguments.text("goals");
    for (const std::string_view part : split(list)) {
      const Result<Goal> goal = parse_goal(part);
      if (!goal) {
        return fail(goal);
      }
      request.goals.push_back(*goal);
    }
  }
  return request;
}

Result<StaticRequest> read_static_request(const Arguments& arguments,
                                          std::span<const FleetGpu> fleet,
                                          std::span<const FleetWant> mix) {
  if (const Status sound = no_options(
          arguments, {"max-unavailable", "no-detours", "buy", "goals", "larger"}, "static");
      !sound) {
    return fail(sound);
  }
  if (arguments.has("offered") && arguments.has("load")) {
    return refuse("--offered and --load exclude each other", "give one of them");
  }
  StaticRequest request;
  request.value = arguments.text("value") == "count" ? StaticValue::kCount : StaticValue::kSlices;
  const std::vector<FleetGpu> usable = emptied(fleet);
  for (const FleetGpu& gpu : usable) {
    const auto same = std::ranges::find(request.gpus, gpu.model, &StaticGpus::model);
    if (same == request.gpus.end()) {
      request.gpus.push_back({.model = gpu.model, .count = 1});
    } else {
      ++same->count;
    }
  }
  if (arguments.has("offered")) {
    request.offered = arguments.number("offered", 0);
    return request;
  }
  const Result<double> load = read_load(arguments);
  if (!load) {
    return fail(load);
  }
  const Result<std::int64_t> most = capacity(usable, mix);
  if (!most) {
    return fail(most);
  }
  request.offered = *load * static_cast<double>(std::max<std::int64_t>(*most, 1));
  return request;
}

}  // namespace sectile::cli
