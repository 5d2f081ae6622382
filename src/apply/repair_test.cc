#include "sectile/apply/repair.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "sectile/apply/lock.h"
#include "sectile/apply/undo.h"
#include "src/apply/apply_testing.h"
#include "src/apply/layout_testing.h"
#include "src/apply/sqlite.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

// The process is gone, just like that.
struct Crash {};

// Crashes at the Nth moment: before or after an action.
class CrashesAt : public StepObserver {
 public:
  explicit CrashesAt(int moment) : left_(moment) {}
  Status before(const GpuChange&, const Action&) override { return moment(); }
  Status after(const GpuChange&, const Action&, const Status&) override { return moment(); }

 private:
  Status moment() {
    if (--left_ == 0) {
      throw Crash();
    }
    return {};
  }
  int left_;
};

class RepairTest : public testing::Test {
 public:
  RepairTest() {
    state_.directory = directory_;
    fake_.add("h100-80gb-sxm5", old_layout());
    fake_.add("h100-80gb-sxm5").enabled = false;
    fake_.gpus[1].pending = false;
  }

 protected:
  static GpuTarget target(const std::string& uuid, const Layout& layout, bool mig = true) {
    GpuTarget target;
    target.uuid = uuid;
    target.layout = layout;
    target.mig_enabled = mig;
    return target;
  }

  // Both GPUs: one changes its instances, one its mode as well.
  Result<Applied> change_both(StepObserver* observer = nullptr) {
    Node node = fake_.node();
    const ChangePlan plan =
        prepare(node.read().value(), {target("GPU-0", new_layout()), target("GPU-1", new_layout())})
            .value();
    ChangeOptions options;
    options.state = state_;
    options.clock = &clock_;
    options.observer = observer;
    return change(node, plan, options);
  }
  // Whether it was cut off at that moment.
  bool cut_off_at(int moment) {
    CrashesAt crashes(moment);
    try {
      EXPECT_TRUE(change_both(&crashes));
    } catch (const Crash&) {
      return true;
    }
    return false;
  }

  Result<Repaired> repaired(RepairOptions options = {}) {
    options.state = state_;
    options.clock = &clock_;
    return repair([&]() -> Result<Node> { return fake_.node(); }, options);
  }
  Result<Repaired> repaired(RepairWish wish) {
    RepairOptions options;
    options.wish = wish;
    return repaired(options);
  }

  bool is_old() const {
    return fake_.gpus[0].layout() == old_layout() && !fake_.gpus[1].enabled &&
           !fake_.gpus[1].pending;
  }
  bool is_new() const {
    return fake_.gpus[0].layout() == new_layout() && fake_.gpus[1].enabled &&
           fake_.gpus[1].layout() == new_layout();
  }
  ChangeRecord last() {
    StateFile state = StateFile::open(state_).value();
    return Journal(state, clock_).latest(1).value().at(0);
  }
  // As if the machine had been restarted since.
  void restart() {
    StateFile state = StateFile::open(state_).value();
    ASSERT_TRUE(state.database().run("UPDATE change SET boot = 'the boot before'"));
    fake_.gpus[0].instances.clear();
    fake_.gpus[1].instances.clear();
  }
  void occupy(const Placement& placement) { fake_.occupy(fake_.gpus[0], placement, 4711); }

  ScratchFolder folder_ = ScratchFolder::in_memory();
  std::filesystem::path directory_ = folder_.path() / "state";  // Not there yet.
  StateOptions state_;
  FakeNvml fake_;
  FakeClock clock_;
};

TEST_F(RepairTest, WhereNothingWasEverDoneNothingIsTouched) {
  const Result<Repaired> nothing = repaired();
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->found);
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(RepairTest, AFinishedChangeIsLeftAlone) {
  ASSERT_TRUE(change_both());
  EXPECT_FALSE(repaired()->found);
  EXPECT_TRUE(is_new());
}

TEST_F(RepairTest, WhereverItIsCutOffTheOldLayoutOrTheNewOneComesOut) {
  int moment = 1;
  for (;; ++moment) {
    fake_.set(fake_.gpus[0], old_layout());
    fake_.set(fake_.gpus[1], {});
    fake_.gpus[1].enabled = false;
    fake_.gpus[1].pending = false;
    if (!cut_off_at(moment)) {
      break;
    }
    const Result<Repaired> first = repaired();
    ASSERT_TRUE(first) << moment << ": " << first.error().message;
    EXPECT_TRUE(first->found);
    EXPECT_TRUE(is_old() || is_new()) << moment;
    EXPECT_EQ(last().state, is_new() ? ChangeState::kCompleted : ChangeState::kTakenBack);
    const std::size_t destroyed = fake_.destroyed.size();
    const Result<Repaired> second = repaired();
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->found);
    EXPECT_EQ(fake_.destroyed.size(), destroyed);
  }
  EXPECT_GT(moment, 30);
  EXPECT_TRUE(is_new());
}

// Repair itself is cut off, again and again, and each time one moment later.
TEST_F(RepairTest, ARepairThatIsCutOffIsRepaired) {
  ASSERT_TRUE(cut_off_at(14));
  int moment = 0;
  for (bool cut = true; cut;) {
    moment += 1;
    CrashesAt crashes(moment);
    RepairOptions options;
    options.observer = &crashes;
    try {
      cut = !repaired(options);
    } catch (const Crash&) {
      cut = true;
    }
  }
  EXPECT_GT(moment, 1);
  EXPECT_TRUE(is_old());
  EXPECT_EQ(last().state, ChangeState::kTakenBack);
}

TEST_F(RepairTest, WhoUsesANewInstanceKeepsItAndTheNewLayoutIsCompleted) {
  ASSERT_TRUE(cut_off_at(25));
  ASSERT_NE(fake_.gpus[0].find({0, 1}), nullptr);
  occupy({0, 1});
  const Result<Repaired> done = repaired();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->plan.end, ChangeState::kCompleted);
  EXPECT_NE(done->plan.reason.find("pid 4711"), std::string::npos) << done->plan.reason;
  EXPECT_TRUE(is_new());
  EXPECT_EQ(std::ranges::count(fake_.destroyed, "GPU-0 0:1"), 0);
}

// On Ampere the mode goes off with a reset only, and a reset is never done unasked.
TEST_F(RepairTest, WhereTheWayBackNeedsAResetTheNewLayoutIsCompleted) {
  fake_.gpus[1].activates = false;
  fake_.gpus[1].model.mode_needs_reset = true;
  FakeNvml& fake = fake_;
  const ResetFn reset = [&fake](const std::string&) {
    fake.gpus[1].reset();
    return Status{};
  };
  Node node = fake_.node();
  Snapshot now = node.read().value();
  now.models[now.gpus[1].model].mode_needs_reset = true;
  const ChangePlan plan =
      prepare(now, {target("GPU-0", new_layout()), target("GPU-1", new_layout())}).value();
  CrashesAt crashes(9);
  ChangeOptions options;
  options.state = state_;
  options.clock = &clock_;
  options.observer = &crashes;
  options.reset = reset;
  EXPECT_THROW(static_cast<void>(change(node, plan, options).has_value()), Crash);
  ASSERT_TRUE(fake_.gpus[1].enabled);
  const ChangeRecord record = last();
  now = fake_.node().read().value();
  now.models[now.gpus[1].model].mode_needs_reset = true;
  RepairSetting setting;
  setting.boot = this_process().boot;
  const Result<RepairPlan> on = plan_repair(record, now, setting);
  ASSERT_TRUE(on) << on.error().message;
  EXPECT_EQ(on->end, ChangeState::kCompleted);
  EXPECT_NE(on->reason.find("gpu 1 would have to be reset"), std::string::npos) << on->reason;
  setting.may_reset = true;
  EXPECT_EQ(plan_repair(record, now, setting)->end, ChangeState::kTakenBack);
  setting.may_reset = false;
  setting.wish = RepairWish::kTakeBack;
  EXPECT_EQ(plan_repair(record, now, setting).error().code, ErrorCode::kNotRestored);
}

TEST_F(RepairTest, WhoIsInTheWayOfBothIsNamedAndNothingIsTouched) {
  const Layout moved = layout_with(h100(), {{"3g.40gb", 4}, {"1g.10gb", 3}, {"1g.10gb", 0}});
  ASSERT_TRUE(cut_off_at(25));
  fake_.set(fake_.gpus[0], moved);  // 1g.10gb@3 is of neither layout, and 0 only of the new one.
  occupy({3, 1});
  const std::size_t destroyed = fake_.destroyed.size();
  const Error error = repaired().error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_NE(error.message.find("pid 4711"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("2g.20gb@0 is missing"), std::string::npos) << error.message;
  EXPECT_NE(error.next.find("--accept"), std::string::npos);
  EXPECT_EQ(fake_.destroyed.size(), destroyed);
  EXPECT_EQ(fake_.gpus[0].layout(), moved);
  fake_.gpus[0].processes.clear();
  EXPECT_EQ(repaired().error().code, ErrorCode::kNotRestored);  // It is idle, but not ours.
  EXPECT_EQ(fake_.gpus[0].layout(), moved);
  EXPECT_TRUE(repaired(RepairWish::kTakeBack));
  EXPECT_TRUE(is_old());
}

TEST_F(RepairTest, WhatSomebodyPutRightByHandIsAccepted) {
  ASSERT_TRUE(cut_off_at(20));
  fake_.set(fake_.gpus[0], layout_with(h100(), {{"7g.80gb", 0}}));
  const std::size_t destroyed = fake_.destroyed.size();
  const Result<Repaired> done = repaired(RepairWish::kAccept);
  ASSERT_TRUE(done);
  EXPECT_EQ(fake_.destroyed.size(), destroyed);
  EXPECT_EQ(last().state, ChangeState::kAccepted);
  EXPECT_FALSE(repaired()->found);
}

TEST_F(RepairTest, TheNewLayoutIsCompletedIfThatIsAskedFor) {
  ASSERT_TRUE(cut_off_at(5));
  const Result<Repaired> done = repaired(RepairWish::kComplete);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(is_new());
  EXPECT_EQ(last().state, ChangeState::kCompleted);
  EXPECT_GT(done->steps_done, 0);
}

TEST_F(RepairTest, AfterARestartTheEntryIsOnlyClosed) {
  ASSERT_TRUE(cut_off_at(14));
  restart();
  const Result<Repaired> done = repaired();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(last().state, ChangeState::kRestarted);
  EXPECT_NE(done->plan.reason.find("restarted"), std::string::npos);
  EXPECT_NE(done->plan.reason.find("2g.20gb@0 is missing"), std::string::npos);
  EXPECT_TRUE(fake_.gpus[0].instances.empty());
  const Snapshot now = fake_.node().read().value();
  const UndoPlan undo = prepare_undo(now, state_, false).value();
  EXPECT_EQ(undo.plan.changes[0].to, old_layout());
}

TEST_F(RepairTest, AfterARestartTheOldLayoutComesBackIfThatIsAskedFor) {
  ASSERT_TRUE(cut_off_at(14));
  restart();
  ASSERT_TRUE(repaired(RepairWish::kTakeBack));
  EXPECT_TRUE(is_old());
}

TEST_F(RepairTest, AStepThatFailsIsNamedAndTheNextRepairGoesOn) {
  ASSERT_TRUE(cut_off_at(14));
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlDeviceCreateGpuInstanceWithPlacement" ? std::optional(NVML_ERROR_UNKNOWN)
                                                              : std::nullopt;
  };
  const Error error = repaired().error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_NE(error.message.find("not restored: gpu 0: "), std::string::npos) << error.message;
  EXPECT_EQ(last().state, ChangeState::kNotRestored);
  fake_.intercept = {};
  ASSERT_TRUE(repaired());
  EXPECT_TRUE(is_old());
}

TEST_F(RepairTest, AGpuThatIsGoneIsNamed) {
  ASSERT_TRUE(cut_off_at(14));
  fake_.gpus.erase(fake_.gpus.begin());
  const Error error = repaired().error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_NE(error.message.find("GPU-0"), std::string::npos) << error.message;
  EXPECT_TRUE(repaired(RepairWish::kAccept));
}

TEST_F(RepairTest, OnlyLookingTouchesNothing) {
  ASSERT_TRUE(cut_off_at(14));
  const std::size_t destroyed = fake_.destroyed.size();
  RepairOptions options;
  options.only_look = true;
  const Result<Repaired> looked = repaired(options);
  ASSERT_TRUE(looked);
  EXPECT_TRUE(looked->found);
  EXPECT_GT(looked->plan.plan.steps(), 0);
  EXPECT_EQ(fake_.destroyed.size(), destroyed);
  EXPECT_EQ(last().state, ChangeState::kOpen);
}

TEST_F(RepairTest, WhoeverIsAskedMayRefuse) {
  ASSERT_TRUE(cut_off_at(14));
  RepairOptions options;
  options.confirm = [](const ChangeRecord&, const Snapshot&, const RepairPlan&) -> Status {
    return fail(ErrorCode::kFailed, "no");
  };
  EXPECT_EQ(repaired(options).error().message, "no");
  EXPECT_EQ(last().state, ChangeState::kOpen);
}

TEST_F(RepairTest, NothingIsRepairedWhileAChangeIsMade) {
  ASSERT_TRUE(cut_off_at(14));
  const NodeLock lock = NodeLock::acquire(directory_).value();
  EXPECT_EQ(repaired().error().code, ErrorCode::kBusy);
}

class ExitWitness : public Companion {
 public:
  Status exit(const ChangeContext& context, const Result<Applied>&) override {
    exits += 1;
    return context.state.erase("stopped");
  }
  int exits = 0;
};

TEST_F(RepairTest, WhatTheChangeHadStoppedIsLetGo) {
  ASSERT_TRUE(cut_off_at(14));
  ExitWitness witness;
  RepairOptions options;
  options.companions = {&witness};
  ASSERT_TRUE(repaired(options));
  EXPECT_EQ(witness.exits, 1);
  ASSERT_TRUE(repaired(options));
  EXPECT_EQ(witness.exits, 1);
}

class UndoTest : public RepairTest {
 protected:
  Result<UndoPlan> planned(bool forced = false) {
    return prepare_undo(fake_.node().read().value(), state_, forced);
  }
  Result<Applied> undo() {
    const Result<UndoPlan> plan = planned();
    if (!plan) {
      return fail(plan);
    }
    Node node = fake_.node();
    ChangeOptions options;
    options.kind = ChangeKind::kUndo;
    options.undoes = plan->record.id;
    options.state = state_;
    options.clock = &clock_;
    return change(node, plan->plan, options);
  }
};

TEST_F(UndoTest, TakesBackTheLastChangeAndThenItself) {
  EXPECT_EQ(planned().error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(change_both());
  ASSERT_TRUE(undo());
  EXPECT_TRUE(is_old());
  EXPECT_EQ(last().kind, ChangeKind::kUndo);
  EXPECT_EQ(last().undoes, 1);
  ASSERT_TRUE(undo());
  EXPECT_TRUE(is_new());
}

TEST_F(UndoTest, ChangesWithoutEffectAreNotTheLastOne) {
  ASSERT_TRUE(change_both());
  ASSERT_TRUE(undo());
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlComputeInstanceDestroy" ? std::optional(NVML_ERROR_NO_PERMISSION)
                                                : std::nullopt;
  };
  EXPECT_FALSE(change_both());
  fake_.intercept = {};
  EXPECT_TRUE(is_old());
  EXPECT_EQ(planned()->record.kind, ChangeKind::kUndo);
}

TEST_F(UndoTest, ANodeThatChangedSinceIsLeftAloneUnlessForced) {
  ASSERT_TRUE(change_both());
  fake_.set(fake_.gpus[0], layout_with(h100(), {{"7g.80gb", 0}}));
  const Error error = planned().error();
  EXPECT_EQ(error.code, ErrorCode::kStale);
  EXPECT_NE(error.message.find("7g.80gb@0 is there"), std::string::npos) << error.message;
  EXPECT_EQ(planned(true)->plan.changes[0].to, old_layout());
}

TEST_F(UndoTest, WhoIsInTheWayIsNamed) {
  ASSERT_TRUE(change_both());
  occupy({2, 2});
  EXPECT_EQ(planned()->plan.blocked.size(), 1U);
  EXPECT_EQ(undo().error().code, ErrorCode::kBusy);
  EXPECT_TRUE(is_new());
}

TEST_F(UndoTest, AnUnfinishedChangeComesFirst) {
  ASSERT_TRUE(cut_off_at(14));
  const Error error = planned().error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_NE(error.next.find("sectile repair"), std::string::npos);
}

}  // namespace
}  // namespace sectile
