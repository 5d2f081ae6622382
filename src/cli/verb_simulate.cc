// sectile simulate: what would become of a demand on a fleet.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sectile/fleet/comparison.h"
#include "sectile/text/simulation_report.h"
#include "src/cli/all_cores.h"
#include "src/cli/session.h"
#include "src/cli/simulation_request.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

// A way at a load on one stream.
struct Task {
  std::size_t load = 0;
  std::size_t way = 0;
  int run = 0;
};

// One line that is written over and over, on a terminal only.
class ProgressBar {
 public:
  ProgressBar(const Session& session, std::size_t tasks)
      : shown_(session.terminal && !session.quiet && tasks > 1), tasks_(tasks) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ProgressBar(ProgressBar&&) = delete;
  ProgressBar& operator=(ProgressBar&&) = delete;
  ~ProgressBar() {
    if (shown_) {
      (void)write_all(STDERR_FILENO, "\r\033[K");
    }
  }

  void done() {
    const std::size_t finished = ++finished_;
    if (!shown_) {
      return;
    }
    constexpr std::size_t kCells = 40;
    const std::size_t full = kCells * finished / tasks_;
    (void)write_all(STDERR_FILENO, fmt::format("\r[{}{}] {} of {} runs", std::string(full, '#'),
                                               std::string(kCells - full, '.'), finished, tasks_));
  }

 private:
  bool shown_;
  std::size_t tasks_;
  std::size_t finished_ = 0;
};

// Spreads the runs over the cores. Each is a pure function of its task, so the order is of no
// consequence.
class Simulations {
 public:
  Simulations(const Session& session, const SimulationRequest& request)
      : request_(request), tasks_(tasks_of(request)), bar_(session, tasks_.size()) {
    outcomes_.resize(tasks_.size());
  }

  Result<std::vector<SimulationOutcome>> run() {
    on_all_cores(tasks_.size(), [this](std::size_t number) { carry_out(number); });
    if (error_) {
      return std::unexpected(*error_);
    }
    return std::move(outcomes_);
  }

  const std::vector<Task>& tasks() const { return tasks_; }

 private:
  static std::vector<Task> tasks_of(const SimulationRequest& request) {
    std::vector<Task> tasks;
    for (std::size_t load = 0; load < request.loads.size(); ++load) {
      for (std::size_t way = 0; way < request.loads[load].ways.size(); ++way) {
        for (int run = 0; run < request.runs; ++run) {
          tasks.push_back({.load = load, .way = way, .run = run});
        }
      }
    }
    return tasks;
  }

  void carry_out(std::size_t number) {
    if (stop_) {
      return;
    }
    Result<SimulationOutcome> outcome = attempt(tasks_[number]);
    const std::lock_guard lock(mutex_);
    if (outcome) {
      outcomes_[number] = *std::move(outcome);
      bar_.done();
    } else if (!error_) {
      error_ = outcome.error();
      stop_ = true;
    }
  }

  Result<SimulationOutcome> attempt(const Task& task) const {
    try {
      return simulated(task);
    } catch (const std::exception& error) {  // Of memory.
      return fail(ErrorCode::kFailed, fmt::format("the simulation stopped: {}", error.what()),
                  "simulate a smaller fleet or fewer lifetimes");
    }
  }

  Result<SimulationOutcome> simulated(const Task& task) const {
    const LoadTrial& trial = request_.loads[task.load];
    const Result<RequestStream> stream =
        trial.stream(request_.seed + static_cast<std::uint64_t>(task.run));
    if (!stream) {
      return fail(stream);
    }
    if (const Status sound = check_stream(*stream); !sound) {
      return fail(sound);
    }
    const Result<std::unique_ptr<LossFleet>> fleet = trial.ways[task.way].make();
    if (!fleet) {
      return fail(fleet);
    }
    return simulate(*stream, request_.ground->total_slices(), **fleet, request_.queueing);
  }

  const SimulationRequest& request_;
  std::vector<Task> tasks_;
  std::vector<SimulationOutcome> outcomes_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;  // Of what follows, while threads run.
  std::optional<Error> error_;
  ProgressBar bar_;
};

SimulationReport report_of(const SimulationRequest& request) {
  SimulationReport report{.fleet = request.fleet,
                          .demand = request.demand,
                          .gpus = request.ground->gpu_count(),
                          .total_slices = request.ground->total_slices(),
                          .queueing = request.queueing,
                          .runs = request.runs,
                          .seed = request.seed,
                          .time_unit = request.time_unit,
                          .comparisons = {},
                          .notes = request.notes};
  for (const Want& want : request.ground->wants()) {
    report.wants.push_back(describe(FleetWant{.what = want.what, .name = want.name}));
  }
  for (const LoadTrial& trial : request.loads) {
    Comparison& comparison = report.comparisons.emplace_back(Comparison{.load = trial.load});
    for (const Way& way : trial.ways) {
      comparison.candidates.push_back({.name = way.name});
    }
  }
  return report;
}

}  // namespace

Result<int> verb_simulate(Session& session) {
  const Result<SimulationRequest> request = read_simulation(session.arguments);
  if (!request) {
    return fail(request);
  }
  Simulations simulations(session, *request);
  Result<std::vector<SimulationOutcome>> outcomes = simulations.run();
  if (!outcomes) {
    return fail(outcomes);
  }
  SimulationReport report = report_of(*request);
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    const Task& task = simulations.tasks()[i];
    report.comparisons[task.load].candidates[task.way].runs.push_back(std::move((*outcomes)[i]));
  }
  const std::string format = session.arguments.text("output", "text");
  session.out = format == "json"   ? simulation_json(report)
                : format == "csv"  ? simulation_csv(report)
                : format == "html" ? simulation_html(report)
                                   : simulation_text(report);
  return 0;
}

}  // namespace sectile::cli
