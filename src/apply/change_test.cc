#include "sectile/apply/change.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "sectile/apply/lock.h"
#include "src/apply/apply_testing.h"
#include "src/apply/layout_testing.h"
#include "src/base/scratch_folder.h"
#include "src/base/surely.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

Layout full() {
  return layout_with(h100(), {{"3g.40gb", 4}, {"2g.20gb", 0}});
}
Layout thinned() {
  return layout_with(h100(), {{"3g.40gb", 4}, {"1g.10gb", 0}});
}

// Writes down what it is called for, and fails where it is told to.
class Witness : public Companion {
 public:
  Witness(std::string name, std::vector<std::string>& calls)
      : name_(std::move(name)), calls_(calls) {}

  Status start(const ChangeContext& context) override {
    EXPECT_GT(context.change, 0);
    return called("start");
  }
  bool makes_way() const override { return makes_way_; }
  Status make_way(const ChangeContext&, const std::vector<BlockedInstance>& blocked) override {
    EXPECT_FALSE(blocked.empty());
    if (frees_ != nullptr) {
      frees_->processes.clear();
    }
    return called("make_way");
  }
  Status before_mode(const ChangeContext&) override { return called("before_mode"); }
  Status before_config(const ChangeContext&) override { return called("before_config"); }
  Status after_success(const ChangeContext&, const Applied& applied) override {
    EXPECT_GT(applied.change, 0);
    return called("after_success");
  }
  Status exit(const ChangeContext&, const Result<Applied>& outcome) override {
    return called(outcome ? "exit" : "exit after failure");
  }

  std::string fails_at;
  bool makes_way_ = false;
  FakeNvml::Gpu* frees_ = nullptr;

 private:
  Status called(const std::string& what) {
    calls_.push_back(name_ + " " + what);
    return what == fails_at ? Status(fail(ErrorCode::kFailed, name_ + " cannot " + what))
                            : Status{};
  }
  std::string name_;
  std::vector<std::string>& calls_;
};

class ChangeTest : public testing::Test {
 public:
  ChangeTest() {
    options_.state.directory = directory_;
    options_.clock = &clock_;
    options_.companions = {&first_, &second_};
    fake_.add("h100-80gb-sxm5", full());
  }

 protected:
  ChangePlan planned(const Layout& layout = thinned(), bool mig = true) {
    GpuTarget target;
    target.uuid = "GPU-0";
    target.layout = layout;
    target.mig_enabled = mig;
    return prepare(fake_.node().read().value(), {target}).value();
  }
  Result<Applied> changed(const ChangePlan& plan) {
    Node node = fake_.node();
    return change(node, plan, options_);
  }

 public:
  ChangeRecord last() {
    StateFile state = StateFile::open(options_.state).value();
    return Journal(state, clock_).latest(1).value().at(0);
  }
  std::vector<StepRecord> steps_of(std::int64_t id) {
    StateFile state = StateFile::open(options_.state).value();
    return Journal(state, clock_).steps(id).value();
  }

 protected:
  void break_creation() {
    fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
      return name == "nvmlDeviceCreateGpuInstanceWithPlacement" ? std::optional(NVML_ERROR_UNKNOWN)
                                                                : std::nullopt;
    };
  }

  ScratchFolder folder_ = ScratchFolder::in_memory();
  fs::path directory_ = folder_.path() / "state";  // Not there yet.
  FakeNvml fake_;
  FakeClock clock_;
  std::vector<std::string> calls_;
  Witness first_{"one", calls_};
  Witness second_{"two", calls_};
  ChangeOptions options_;
};

TEST_F(ChangeTest, IsJournalledWithWhatWasAndWhatIs) {
  const Result<Applied> applied = changed(planned());
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_TRUE(applied->warnings.empty());
  const ChangeRecord record = last();
  EXPECT_EQ(record.id, applied->change);
  EXPECT_EQ(record.state, ChangeState::kDone);
  EXPECT_TRUE(record.finished);
  EXPECT_EQ(layout_of(h100(), record.before.gpus.at(0)).value(), full());
  EXPECT_EQ(layout_of(h100(), record.target.gpus.at(0)).value(), thinned());
  const NodeImage after = surely(record.after);
  EXPECT_EQ(layout_of(h100(), after.gpus.at(0)).value(), thinned());
  EXPECT_FALSE(after.gpus[0].instances[0].compute[0].uuid.empty());
  std::vector<std::string> what;
  for (const StepRecord& step : steps_of(record.id)) {
    EXPECT_TRUE(step.ended);
    EXPECT_FALSE(step.failure);
    what.push_back(step.kind);
  }
  EXPECT_EQ(what, (std::vector<std::string>{"destroy-compute", "destroy-instance",
                                            "create-instance", "create-compute"}));
}

TEST_F(ChangeTest, CompanionsAreCalledInOrder) {
  ASSERT_TRUE(changed(planned({}, false)));
  EXPECT_EQ(calls_, (std::vector<std::string>{"one start", "two start", "one before_mode",
                                              "two before_mode", "one before_config",
                                              "two before_config", "one after_success",
                                              "two after_success", "two exit", "one exit"}));
}

TEST_F(ChangeTest, NoModeMeansNoCallBeforeIt) {
  ASSERT_TRUE(changed(planned()));
  EXPECT_EQ(std::ranges::count(calls_, "one before_mode"), 0);
  EXPECT_EQ(std::ranges::count(calls_, "one before_config"), 1);
}

TEST_F(ChangeTest, ACompanionThatCannotStartStopsTheChangeAndIsLetGo) {
  second_.fails_at = "start";
  EXPECT_EQ(changed(planned()).error().message, "two cannot start");
  EXPECT_EQ(calls_, (std::vector<std::string>{"one start", "two start", "two exit after failure",
                                              "one exit after failure"}));
  EXPECT_TRUE(fake_.destroyed.empty());
  EXPECT_EQ(last().state, ChangeState::kFailed);
  calls_.clear();
  first_.fails_at = "start";
  EXPECT_FALSE(changed(planned()));
  EXPECT_EQ(calls_, (std::vector<std::string>{"one start", "one exit after failure"}));
}

TEST_F(ChangeTest, ACompanionThatRefusesInTheMiddleHasTheModeTakenBack) {
  fake_.gpus[0].enabled = false;
  fake_.gpus[0].pending = false;
  fake_.set(fake_.gpus[0], {});
  second_.fails_at = "before_config";
  const Error error = changed(planned()).error();
  EXPECT_EQ(error.code, ErrorCode::kRolledBack) << error.message;
  EXPECT_FALSE(fake_.gpus[0].enabled);
  EXPECT_EQ(last().state, ChangeState::kRolledBack);
  EXPECT_EQ(calls_.back(), "one exit after failure");
}

TEST_F(ChangeTest, WhatFailsAfterSuccessIsAWarning) {
  std::vector<std::string> warned;
  options_.warn = [&](const std::string& what) { warned.push_back(what); };
  first_.fails_at = "after_success";
  second_.fails_at = "exit";
  const Result<Applied> applied = changed(planned());
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->warnings,
            (std::vector<std::string>{"one cannot after_success", "two cannot exit"}));
  EXPECT_EQ(warned, applied->warnings);
  EXPECT_EQ(last().state, ChangeState::kDone);
  EXPECT_EQ(fake_.gpus[0].layout(), thinned());
}

TEST_F(ChangeTest, WhoeverMakesWayIsAskedWhenSomebodyIsInIt) {
  fake_.occupy(fake_.gpus[0], {0, 2}, 4711);
  const ChangePlan plan = planned();
  ASSERT_EQ(plan.blocked.size(), 1U);
  EXPECT_EQ(changed(plan).error().code, ErrorCode::kBusy);
  EXPECT_TRUE(calls_.empty());
  EXPECT_FALSE(fs::exists(directory_));
  second_.makes_way_ = true;  // Only says so.
  EXPECT_EQ(changed(plan).error().code, ErrorCode::kBusy);
  EXPECT_EQ(std::ranges::count(calls_, "two make_way"), 1);
  EXPECT_EQ(std::ranges::count(calls_, "one make_way"), 0);
  EXPECT_TRUE(fake_.destroyed.empty());
  second_.frees_ = &fake_.gpus[0];
  EXPECT_TRUE(changed(plan));
}

TEST_F(ChangeTest, NobodyInTheWayNeedsNobodyToMakeWay) {
  first_.makes_way_ = true;
  ASSERT_TRUE(changed(planned()));
  EXPECT_EQ(std::ranges::count(calls_, "one make_way"), 0);
}

TEST_F(ChangeTest, WhatFailsAndIsTakenBackIsInTheJournal) {
  int creations = 0;
  fake_.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    const bool fails = name == "nvmlDeviceCreateGpuInstanceWithPlacement" && ++creations <= 4;
    return fails ? std::optional(NVML_ERROR_UNKNOWN) : std::nullopt;
  };
  EXPECT_EQ(changed(planned()).error().code, ErrorCode::kRolledBack);
  EXPECT_EQ(clock_.slept.size(), 3U);  // It was tried four times.
  const ChangeRecord record = last();
  EXPECT_EQ(record.state, ChangeState::kRolledBack);
  EXPECT_NE(record.message.find("the old layout is back"), std::string::npos);
  const std::vector<StepRecord> steps = steps_of(record.id);
  ASSERT_EQ(steps.size(), 5U);
  EXPECT_TRUE(steps[2].failure);
  EXPECT_EQ(steps[3].purpose, Purpose::kUndo);
  EXPECT_EQ(steps[4].what, "create compute instance 2g.20gb@0 in 2g.20gb@0");
  EXPECT_TRUE(changed(planned()));
}

TEST_F(ChangeTest, NothingStartsWhileAnEarlierChangeIsNotFinished) {
  break_creation();
  const Error error = changed(planned()).error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_EQ(last().state, ChangeState::kNotRestored);
  fake_.intercept = {};
  const std::size_t destroyed = fake_.destroyed.size();
  calls_.clear();
  const Error refused = changed(planned()).error();
  EXPECT_EQ(refused.code, ErrorCode::kNotRestored);
  EXPECT_NE(refused.message.find("change 1 ("), std::string::npos) << refused.message;
  EXPECT_NE(refused.message.find("2026-03-01T12:00:00Z"), std::string::npos) << refused.message;
  EXPECT_NE(refused.next.find("sectile repair"), std::string::npos);
  EXPECT_EQ(fake_.destroyed.size(), destroyed);
  EXPECT_TRUE(calls_.empty());
}

TEST_F(ChangeTest, TheLayoutIsInTheJournalBeforeAnythingIsTouched) {
  class Looks : public StepObserver {
   public:
    explicit Looks(ChangeTest& test) : test_(test) {}
    Status before(const GpuChange&, const Action& action) override {
      const ChangeRecord record = test_.last();
      EXPECT_EQ(record.state, ChangeState::kOpen);
      EXPECT_EQ(layout_of(h100(), record.before.gpus.at(0)).value(), full());
      const std::vector<StepRecord> steps = test_.steps_of(record.id);
      EXPECT_EQ(steps.back().what, action.what);
      EXPECT_FALSE(steps.back().ended);
      seen += 1;
      return {};
    }
    Status after(const GpuChange&, const Action&, const Status&) override { return {}; }
    int seen = 0;

   private:
    ChangeTest& test_;
  } looks(*this);
  options_.observer = &looks;
  ASSERT_TRUE(changed(planned()));
  EXPECT_EQ(looks.seen, 4);
}

TEST_F(ChangeTest, AModeThatWaitsForAResetIsPending) {
  fake_.set(fake_.gpus[0], {});
  fake_.gpus[0].enabled = false;
  fake_.gpus[0].pending = false;
  fake_.gpus[0].activates = false;
  EXPECT_EQ(changed(planned()).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(last().state, ChangeState::kPending);
  fake_.gpus[0].reset();
  EXPECT_TRUE(changed(planned()));
}

TEST_F(ChangeTest, AnEmptyPlanLeavesNoTrace) {
  EXPECT_TRUE(changed(planned(full())));
  EXPECT_FALSE(fs::exists(directory_));
  EXPECT_TRUE(calls_.empty());
}

TEST_F(ChangeTest, WithoutAStateFileNothingIsTouched) {
  fs::create_directories(directory_);
  fs::create_directory(directory_ / "state.db");
  EXPECT_EQ(changed(planned()).error().code, ErrorCode::kPermission);
  EXPECT_TRUE(fake_.destroyed.empty());
}

}  // namespace
}  // namespace sectile
