#include "tests/faults/run.h"

#include "sectile/apply/change.h"
#include "sectile/apply/clock.h"
#include "sectile/apply/repair.h"
#include "tests/faults/judge.h"

namespace sectile::faults {
namespace {

class NoWait : public Clock {
 public:
  Time now() override { return now_; }
  void sleep(std::chrono::milliseconds time) override { now_ += time; }

 private:
  Time now_{std::chrono::milliseconds(1'772'366'400'000)};
};

Status make(const World& world, Node& node, const ChangePlan& plan, const ResetFn& reset,
            const RunOptions& options) {
  NoWait clock;
  ChangeOptions how;
  how.state = {.directory = world.state_folder(), .vfs = options.vfs};
  how.reset = reset;
  how.clock = &clock;
  const Result<Applied> applied = change(node, plan, how);
  return applied ? Status{} : fail(applied);
}

}  // namespace

Status run_change(const World& world, Node& node, const RunOptions& options) {
  return make(world, node, world.plan(), world.allowed_reset(), options);
}

Status run_repair(const World& world, const RunOptions& options) {
  NoWait clock;
  RepairOptions how;
  how.state = {.directory = world.state_folder(), .vfs = options.vfs};
  how.reset = world.allowed_reset();
  how.clock = &clock;
  const Result<Repaired> repaired = repair([&] { return open_node(options.hook); }, how);
  return repaired ? Status{} : fail(repaired);
}

Status run_again(const World& world) {
  Result<Node> node = open_node();
  if (!node) {
    return fail(node);
  }
  const Result<ChangePlan> plan = world.plan_again(*node);
  return plan ? make(world, *node, *plan, world.reset(), {}) : fail(plan);
}

}  // namespace sectile::faults
