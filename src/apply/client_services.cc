#include "sectile/apply/client_services.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sectile/apply/program.h"

namespace sectile {
namespace {

// Source: NVIDIA's MIG user guide, "deployment considerations" (nvsm and DCGM hold handles; only
// A100 and A30 are reset); nvidia-mig-manager's hooks (nvsm, DCGM and its exporter, kubelet);
// DCGM's guide (it sees new instances only when it is started again).
constexpr std::string_view kNvsm = "watches a DGX through handles on every GPU";
constexpr std::string_view kExporter = "asks DCGM about instances that go";
constexpr std::string_view kDcgm =
    "holds handles on every GPU, and sees new instances only when started again";
constexpr std::string_view kPolls = "asks the driver about every GPU again and again";
constexpr std::string_view kDisplay = "the desktop: everybody who is logged in there is thrown out";

constexpr ClientService kServices[] = {
    {"display-manager.service", StopFor::kAsked, kDisplay},
    {"kubelet.service", StopFor::kAsked, "starts pods, which may use the GPUs"},
    {"telegraf.service", StopFor::kAsked, kPolls},
    {"netdata.service", StopFor::kAsked, kPolls},
    {"zabbix-agent2.service", StopFor::kAsked, kPolls},
    {"dcgm-exporter.service", StopFor::kInstances, kExporter},
    {"nvidia-dcgm-exporter.service", StopFor::kInstances, kExporter},
    {"nvidia_gpu_exporter.service", StopFor::kReset, kPolls},
    {"nvsm-notifier.service", StopFor::kReset, kNvsm},
    {"nvsm-api-gateway.service", StopFor::kReset, kNvsm},
    {"nvsm-mqtt.service", StopFor::kReset, kNvsm},
    {"nvsm-core.service", StopFor::kReset, kNvsm},
    {"nvsm.service", StopFor::kReset, kNvsm},
    {"nvidia-dcgm.service", StopFor::kInstances, kDcgm},
    {"dcgm.service", StopFor::kInstances, kDcgm},
    {"nvidia-fabricmanager.service", StopFor::kAsked,
     "runs the NVSwitches: jobs on several GPUs break without it"},
    {"nvidia-persistenced.service", StopFor::kReset, "keeps every GPU open"},
};

constexpr std::chrono::seconds kAskLimit(20);

Program systemctl(std::vector<std::string> words, std::chrono::milliseconds limit) {
  words.insert(words.begin(), "systemctl");
  return {.words = std::move(words), .environment = std::nullopt, .directory = {}, .limit = limit};
}

Status run(std::vector<std::string> words, std::chrono::milliseconds limit) {
  const Result<std::string> done = run_to_success(systemctl(std::move(words), limit));
  return done ? Status{} : Status(fail(done));
}

}  // namespace

std::span<const ClientService> client_services() {
  return kServices;
}

std::vector<std::string> services_to_stop(const ChangePlan& plan, bool catalogue,
                                          std::span<const std::string> asked) {
  std::vector<std::string> units(asked.begin(), asked.end());
  const bool resets = std::ranges::any_of(
      plan.changes, [](const GpuChange& change) { return change.needs_reset && change.set_mode; });
  for (const ClientService& service : kServices) {
    const bool needed =
        service.stop_for == StopFor::kInstances || (service.stop_for == StopFor::kReset && resets);
    const std::string unit(service.unit);
    if (catalogue && needed && std::ranges::find(units, unit) == units.end()) {
      units.push_back(unit);
    }
  }
  return units;
}

Result<std::vector<UnitState>> Systemctl::states(std::span<const std::string> units) const {
  if (units.empty()) {
    return std::vector<UnitState>{};  // Without names it would show itself.
  }
  std::vector<std::string> words = {"show", "--no-pager", "--property=Id,LoadState,ActiveState",
                                    "--"};
  words.insert(words.end(), units.begin(), units.end());
  const Result<ProgramEnd> shown = run_program(systemctl(std::move(words), kAskLimit));
  if (!shown) {
    return fail(ErrorCode::kUnavailable, shown.error().message,
                "services can be stopped and started only where systemd runs the machine");
  }
  if (shown->status != 0) {
    return fail(ErrorCode::kUnavailable, "systemctl show failed: " + shown->output,
                "services can be stopped and started only where systemd runs the machine");
  }
  Result<std::vector<UnitState>> states = parse_unit_states(shown->output);
  if (states) {
    std::erase_if(*states, [](const UnitState& state) { return !state.installed; });
  }
  return states;
}

Status Systemctl::stop(const std::string& unit) const {
  return run({"stop", "--", unit}, limit_);
}

Status Systemctl::start(const std::string& unit) const {
  return starting() ? run({"start", "--no-block", "--", unit}, limit_)
                    : run({"start", "--", unit}, limit_);
}

bool Systemctl::starting() const {
  // The status says only whether all is well.
  const Result<ProgramEnd> said = run_program(systemctl({"is-system-running"}, kAskLimit));
  return said && (said->output == "initializing\n" || said->output == "starting\n");
}

}  // namespace sectile
