#include "src/cli/simulation_demand.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "sectile/text/want_notation.h"
#include "src/cli/session.h"

namespace sectile::cli {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t");
  const std::size_t to = text.find_last_not_of(" \t");
  return from == std::string_view::npos ? "" : std::string(text.substr(from, to - from + 1));
}

std::unexpected<Error> wrong_mix(const std::string& part) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no part of a mix", part),
              "write WANT=SHARE, such as --mix '1g.10gb=.5,3g.40gb=.3,>=60GiB=.2', or uniform");
}

// The plain profiles, each as often as the others: what published comparisons use.
SimulationDemand uniform(const Model& model) {
  SimulationDemand demand;
  for (const Profile& profile : model.profiles) {
    if (profile.media == Media::kPlain && !profile.graphics && !profile.double_memory()) {
      demand.wants.push_back({.what = ByProfile{profile.name}});
      demand.shares.push_back(1);
    }
  }
  return demand;
}

Result<SimulationDemand> read_mix(const std::string& text, const Model& model) {
  if (text == "uniform") {
    return uniform(model);
  }
  SimulationDemand demand;
  for (const std::string& part : listed(text)) {
    const std::size_t equals = part.rfind('=');
    if (equals == std::string::npos) {
      return wrong_mix(part);
    }
    const Result<Want> want = parse_want(trimmed(part.substr(0, equals)));
    const std::string number = trimmed(part.substr(equals + 1));
    double share = 0;
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, share);
    if (!want || want->count != 1 || error != std::errc{} || stop != end || !std::isfinite(share) ||
        share < 0) {
      return wrong_mix(part);
    }
    demand.wants.push_back(*want);
    demand.shares.push_back(share);
  }
  if (!(std::accumulate(demand.shares.begin(), demand.shares.end(), 0.0) > 0)) {
    return fail(ErrorCode::kInvalidArgument, "the shares of the mix are all 0");
  }
  return demand;
}

SimulationDemand of_trace(Trace trace) {
  SimulationDemand demand;
  demand.wants = trace.wants;
  demand.shares.assign(trace.wants.size(), 0);
  demand.under_way.assign(trace.wants.size(), 0);
  for (const SimulatedRequest& request : trace.requests) {
    demand.shares[request.want] += 1;
    demand.under_way[request.want] += request.lifetime;
  }
  const double all = std::accumulate(demand.under_way.begin(), demand.under_way.end(), 0.0);
  demand.mean_lifetime = all / static_cast<double>(trace.requests.size());
  demand.trace = std::move(trace);
  return demand;
}

Result<SimulationDemand> read_trace_file(const std::string& file) {
  const Result<std::string> text = read_input(file, kMaxTraceBytes);
  if (!text) {
    return fail(text);
  }
  Result<Trace> trace = read_trace(*text, input_name(file));
  if (!trace) {
    return fail(trace);
  }
  const std::size_t requests = trace->requests.size();
  SimulationDemand demand = of_trace(*std::move(trace));
  demand.text = fmt::format("{} requests of {}", requests, input_name(file));
  return demand;
}

}  // namespace

std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    parts.push_back(trimmed(text.substr(0, comma)));
    text = more ? text.substr(comma + 1) : "";
  }
  return parts;
}

Result<SimulationDemand> read_simulation_demand(const Arguments& arguments,
                                                std::span<const StaticGpus> gpus) {
  if (arguments.has("trace") == arguments.has("mix")) {
    return fail(ErrorCode::kInvalidArgument,
                arguments.has("mix") ? "--trace and --mix exclude each other"
                                     : "nothing is asked of the fleet",
                "give one of --mix uniform, --mix '1g.10gb=.5,3g.40gb=.5' and --trace FILE");
  }
  if (arguments.has("trace")) {
    return read_trace_file(arguments.text("trace"));
  }
  const std::string text = arguments.text("mix");
  Result<SimulationDemand> demand = read_mix(text, *gpus.front().model);
  if (demand) {
    demand->text = "mix " + text;
    demand->under_way = demand->shares;
  }
  return demand;
}

}  // namespace sectile::cli
