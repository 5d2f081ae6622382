// sectile doctor: whether this machine is fit for MIG.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sectile/apply/doctor.h"
#include "src/cli/help.h"
#include "src/cli/host.h"
#include "src/cli/live.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIndent = 6;

std::string text_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<6}", to_string(finding.verdict)) +
            wrapped(finding.message, kIndent, kIndent);
    if (!finding.fix.empty()) {
      text += std::string(kIndent, ' ') + "-> " + finding.fix + '\n';
    }
  }
  return text;
}

std::string json_of(const std::vector<Finding>& findings, Verdict worst) {
  Json json = {{"schema", "sectile/doctor/v1"}, {"verdict", to_string(worst)}};
  json["findings"] = Json::array();
  for (const Finding& finding : findings) {
    json["findings"].push_back({{"check", finding.check},
                                {"verdict", to_string(finding.verdict)},
                                {"message", finding.message},
                                {"fix", finding.fix}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string summary(const std::vector<Finding>& findings) {
  const auto count = [&](Verdict verdict) {
    return std::ranges::count(findings, verdict, &Finding::verdict);
  };
  return fmt::format("{} ok, {} to look at, {} failed\n", count(Verdict::kOk),
                     count(Verdict::kWarn), count(Verdict::kFail));
}

std::vector<Finding> examine(const Result<Snapshot>& snapshot, const HostPaths& paths) {
  std::vector<Finding> findings;
  if (snapshot) {
    findings = examine_gpus(*snapshot);
  } else if (snapshot.error().code == ErrorCode::kPermission) {
    findings.push_back({.check = "driver",
                        .verdict = Verdict::kWarn,
                        .message = snapshot.error().message,
                        .fix = snapshot.error().next});
  } else {
    findings = examine_without_driver(snapshot.error(), paths);
  }
  std::ranges::move(examine_machine(snapshot ? &*snapshot : nullptr, paths),
                    std::back_inserter(findings));
  std::ranges::move(examine_state({}), std::back_inserter(findings));
  if (snapshot) {
    std::ranges::move(examine_saved(*snapshot, {}), std::back_inserter(findings));
  }
  return findings;
}

}  // namespace

Result<int> verb_doctor(Session& session) {
  constexpr int kExitUnavailable = 6;
  const HostPaths paths = host_paths();
  const Result<Snapshot> snapshot = read_node(session.arguments.text("nvml"), session.worker);
  const std::vector<Finding> findings = examine(snapshot, paths);
  const Verdict worst = std::ranges::max(findings, {}, &Finding::verdict).verdict;
  if (session.arguments.text("output") == "json") {
    session.out = json_of(findings, worst);
  } else {
    session.out = text_of(findings) + summary(findings);
  }
  if (!snapshot && snapshot.error().code == ErrorCode::kUnavailable && !has_nvidia_gpu(paths)) {
    return kExitUnavailable;
  }
  return worst == Verdict::kFail ? 1 : 0;
}

}  // namespace sectile::cli
