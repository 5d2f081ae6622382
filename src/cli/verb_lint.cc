// sectile lint: checks a configuration file, no GPU needed.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sectile/text/gpu_spec.h"
#include "src/cli/exit_status.h"
#include "src/cli/lint.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

std::string as_text(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += problem.message;
    text += problem.label.empty() ? "" : fmt::format(" [{}]", problem.label);
    text += problem.next.empty() ? "\n" : fmt::format("\n  next: {}\n", problem.next);
  }
  return printable(text +
                   fmt::format("{} problem{}\n", problems.size(), problems.size() == 1 ? "" : "s"));
}

std::string as_json(const std::vector<Problem>& problems) {
  nlohmann::ordered_json json = {{"schema", "sectile/lint/v1"}};
  json["problems"] = nlohmann::ordered_json::array();
  for (const Problem& problem : problems) {
    json["problems"].push_back({{"malformed", problem.code == ErrorCode::kInvalidArgument},
                                {"label", problem.label},
                                {"message", problem.message},
                                {"next", problem.next}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

int status_of(const std::vector<Problem>& problems) {
  const bool malformed = std::ranges::any_of(
      problems, [](const Problem& problem) { return problem.code != ErrorCode::kUnsatisfiable; });
  if (problems.empty()) {
    return 0;
  }
  return exit_status(malformed ? ErrorCode::kInvalidArgument : ErrorCode::kUnsatisfiable);
}

}  // namespace

Result<int> verb_lint(Session& session) {
  const std::string file = session.arguments.text("FILE");
  std::vector<ConfigGpu> gpus;
  if (session.arguments.has("gpu")) {
    const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(session.arguments.text("gpu"));
    if (!specs) {
      return fail(specs);
    }
    gpus = config_gpus(*specs);
  }
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  const std::vector<Problem> problems = lint(*text, input_name(file), gpus);
  if (session.arguments.text("output") == "json") {
    session.out = as_json(problems);
  } else if (!problems.empty() || !session.quiet) {
    session.out = as_text(problems);
  }
  return status_of(problems);
}

}  // namespace sectile::cli
