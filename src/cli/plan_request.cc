#include "src/cli/plan_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "sectile/text/config.h"
#include "sectile/text/want_notation.h"
#include "src/cli/session.h"

namespace sectile::cli {
namespace {

constexpr std::string_view kStrategyOptions[] = {"profile", "profile-set", "parts", "fill"};

Result<std::vector<Want>> wants_of_file(const std::string& file) {
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  const Result<Config> config = load_config(*text, input_name(file));
  if (!config) {
    return fail(config);
  }
  if (const auto* workloads = std::get_if<WorkloadConfig>(&*config)) {
    if (const Status plannable = check_plannable(*workloads); !plannable) {
      return fail(plannable);
    }
    return workloads->workloads;
  }
  return fail(ErrorCode::kInvalidArgument, input_name(file) + " holds layouts, not wants",
              "plan reads kind: Workloads; to compare layouts with this machine: sectile diff -f");
}

Result<PlanWish> read_wants(const Arguments& arguments) {
  std::vector<Want> wants;
  if (arguments.has("config-file")) {
    Result<std::vector<Want>> of_file = wants_of_file(arguments.text("config-file"));
    if (!of_file) {
      return fail(of_file);
    }
    wants = std::move(*of_file);
  }
  for (const std::string& text : arguments.all("want")) {
    const Result<std::vector<Want>> more = parse_wants(text);
    if (!more) {
      return fail(more);
    }
    wants.insert(wants.end(), more->begin(), more->end());
  }
  return wants;
}

std::vector<std::string> split_labels(const std::string& text) {
  std::vector<std::string> labels;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find_first_of(", ", begin), text.size());
    if (end > begin) {
      labels.push_back(text.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return labels;
}

Result<PlanWish> read_strategy(const Arguments& arguments) {
  StrategyWish wish;
  // A layout alone says enough.
  const Result<Strategy> strategy = parse_strategy(arguments.text("strategy", "custom"));
  if (!strategy) {
    return fail(strategy);
  }
  wish.strategy = *strategy;
  wish.layout = arguments.text("layout");
  if ((wish.strategy == Strategy::kCustom) != arguments.has("layout")) {
    return fail(ErrorCode::kInvalidArgument, "--layout and --strategy custom belong together",
                "for example: --strategy custom --layout '3g.40gb 2g.20gb 2g.20gb'");
  }
  if (arguments.has("profile")) {
    wish.options.profile = arguments.text("profile");
  }
  if (arguments.has("parts")) {
    wish.options.parts = arguments.number("parts", 0);
  }
  wish.options.profile_set = split_labels(arguments.text("profile-set"));
  wish.options.fill = arguments.has("fill");
  return wish;
}

}  // namespace

Result<PlanWish> read_plan_wish(const Arguments& arguments) {
  const bool wants = arguments.has("want") || arguments.has("config-file");
  const bool strategy = arguments.has("strategy") || arguments.has("layout");
  if (wants && strategy) {
    return fail(ErrorCode::kInvalidArgument, "wants and a strategy exclude each other",
                "give --want (or -f FILE), or --strategy");
  }
  for (const std::string_view option : kStrategyOptions) {
    if (!strategy && arguments.has(option)) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("--{} belongs to --strategy", option),
                  "see sectile plan --help");
    }
  }
  if (!wants && !strategy) {
    return fail(ErrorCode::kInvalidArgument, "nothing to plan",
                "say what must fit (--want 2x3g.40gb,1x1g.10gb) or how to cut (--strategy mixed)");
  }
  return wants ? read_wants(arguments) : read_strategy(arguments);
}

}  // namespace sectile::cli
