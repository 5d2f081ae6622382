#include "sectile/apply/repair.h"

#include <optional>
#include <ranges>
#include <utility>

#include "sectile/apply/lock.h"
#include "src/apply/surroundings.h"
#include "src/apply/transaction.h"

namespace sectile {
namespace {

// One run of repair() on one entry, under the lock.
class Repair {
 public:
  Repair(Node& node, const RepairOptions& options, StateFile& state, ChangeRecord record)
      : node_(node),
        options_(options),
        state_(state),
        clock_(options.clock != nullptr ? *options.clock : system_clock()),
        journal_(state, clock_),
        record_(std::move(record)) {}

  Result<Repaired> run() {
    const Result<Snapshot> now = read_patiently(node_);
    if (!now) {
      return fail(now);
    }
    Result<RepairPlan> plan = plan_repair(
        record_, *now,
        {.wish = options_.wish, .boot = this_process().boot, .may_reset = !!options_.reset});
    if (!plan) {
      return fail(plan);
    }
    if (options_.only_look) {
      return Repaired{.found = true, .record = record_, .plan = *std::move(plan), .steps_done = 0};
    }
    if (options_.confirm && !plan->plan.empty()) {
      if (const Status agreed = options_.confirm(record_, *now, *plan); !agreed) {
        return fail(agreed);
      }
    }
    const ChangeContext context{.node = node_,
                                .plan = plan->plan,
                                .before = *now,
                                .state = state_,
                                .change = record_.id,
                                .clock = clock_,
                                .progress = options_.progress};
    const Result<Applied> outcome = carry_out(context);
    for (Companion* const companion : options_.companions | std::views::reverse) {
      warn(companion->exit(context, outcome));
    }
    return close(*std::move(plan), outcome);
  }

 private:
  Result<Applied> carry_out(const ChangeContext& context) {
    if (context.plan.empty()) {
      return Applied{.before = context.before,
                     .after = context.before,
                     .steps_done = 0,
                     .change = record_.id,
                     .warnings = {}};
    }
    for (Companion* const companion : options_.companions) {
      if (const Status ready = companion->start(context); !ready) {
        return fail(ready);
      }
    }
    Surroundings surroundings(journal_, context, options_.companions, options_.observer);
    const ExecuteOptions options{.observer = &surroundings,
                                 .progress = options_.progress,
                                 .reset = options_.reset,
                                 .clock = &clock_};
    Result<Applied> outcome = Transaction(node_, context.plan, options,
                                          {.purpose = Purpose::kRepair, .takes_back = false})
                                  .run();
    if (outcome) {
      outcome->change = record_.id;
      for (Companion* const companion : options_.companions) {
        warn(companion->after_success(context, *outcome));
      }
    }
    return outcome;
  }

  Result<Repaired> close(RepairPlan plan, const Result<Applied>& outcome) {
    if (!outcome) {
      return std::unexpected(left_over(plan, outcome.error()));
    }
    const std::optional<NodeImage> after = image_of_concerned(outcome->after);
    if (const Status closed = journal_.finish(record_.id, plan.end, plan.reason, after); !closed) {
      return fail(closed);
    }
    return Repaired{.found = true,
                    .record = record_,
                    .plan = std::move(plan),
                    .steps_done = outcome->steps_done};
  }

  NodeImage image_of_concerned(const Snapshot& now) const {
    NodeImage image = image_of(now);
    std::erase_if(image.gpus,
                  [&](const GpuImage& gpu) { return record_.before.find(gpu.uuid) == nullptr; });
    return image;
  }

  // What was done stays: it is on the way to where the next repair goes.
  Error left_over(const RepairPlan& plan, const Error& cause) {
    const bool back = plan.end == ChangeState::kTakenBack;
    const Result<Snapshot> now = read_patiently(node_);
    const std::string left = now ? differences(*now, back ? record_.before : record_.target)
                                 : "the node cannot be read: " + now.error().message;
    Error error{ErrorCode::kNotRestored,
                cause.message + (back ? "; not restored: " : "; not completed: ") + left,
                (cause.next.empty() ? "" : cause.next + "; then ") + "`sectile repair` again"};
    warn(journal_.finish(record_.id, ChangeState::kNotRestored, error.message, std::nullopt));
    return error;
  }

  void warn(const Status& status) const {
    if (!status && options_.warn) {
      options_.warn(status.error().message);
    }
  }

  Node& node_;
  const RepairOptions& options_;
  StateFile& state_;
  Clock& clock_;
  Journal journal_;
  ChangeRecord record_;
};

// Whether there is a state file at all. One that cannot be read is for who opens it to write.
bool nothing_was_written(const StateOptions& options) {
  const Result<std::optional<StateFile>> there = StateFile::open_to_read(options);
  return there && !*there;
}

}  // namespace

Result<Repaired> repair(const std::function<Result<Node>()>& open, const RepairOptions& options) {
  if (nothing_was_written(options.state)) {
    return Repaired{};
  }
  const Result<NodeLock> lock = NodeLock::acquire(options.state.directory);
  if (!lock) {
    return fail(lock);
  }
  Result<StateFile> state = StateFile::open(options.state);
  if (!state) {
    return fail(state);
  }
  const Result<std::optional<ChangeRecord>> found = Journal(*state, system_clock()).unfinished();
  if (!found) {
    return fail(found);
  }
  const std::optional<ChangeRecord>& record = *found;
  if (!record) {
    return Repaired{};
  }
  Result<Node> node = open();
  if (!node) {
    return fail(node);
  }
  return Repair(*node, options, *state, *record).run();
}

}  // namespace sectile
