#include <gtest/gtest.h>
#include <unistd.h>

#include "sectile/apply/apply.h"
#include "sectile/apply/lock.h"
#include "src/apply/apply_testing.h"
#include "src/apply/layout_testing.h"
#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

GpuTarget target(const std::string& uuid, const Layout& layout) {
  return {.uuid = uuid,
          .mig_enabled = true,
          .layout = layout,
          .exact_placement = true,
          .mode_only = false};
}

class ExecuteTest : public testing::Test {
 protected:
  static ChangePlan planned(Node& node, const std::vector<GpuTarget>& targets) {
    return prepare(node.read().value(), targets).value();
  }

  Result<Applied> execute(Node& node, const ChangePlan& plan, StepObserver* observer = nullptr,
                          const Progress& progress = {}, const ResetFn& reset = {}) {
    return sectile::execute(node, plan,
                            {.observer = observer,
                             .progress = progress,
                             .reset = reset,
                             .clock = &clock_,
                             .state_directory = {}});
  }

  FakeNvml fake_;
  FakeClock clock_;
  ScratchFolder folder_ = ScratchFolder::in_memory();
  TestVariable variable_{"SECTILE_STATE_DIR", folder_.path() / "state"};
};

TEST_F(ExecuteTest, MakesTheNewLayoutAndTouchesNothingElse) {
  fake_.add("h100-80gb-sxm5", old_layout());
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  std::vector<std::string> told;
  const Result<Applied> applied =
      execute(node, planned(node, {target("GPU-1", new_layout())}), nullptr,
              [&](const std::string& what, int step, int steps) {
                told.push_back(std::to_string(step) + "/" + std::to_string(steps) + " " + what);
              });
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(fake_.gpus[0].layout(), old_layout());
  EXPECT_EQ(fake_.gpus[1].layout(), new_layout());
  EXPECT_EQ(applied->before.gpus[1].layout, old_layout());
  EXPECT_EQ(applied->after.gpus[1].layout, new_layout());
  EXPECT_EQ(applied->steps_done, 10);
  EXPECT_EQ(fake_.destroyed, (std::vector<std::string>{"GPU-1 2:1", "GPU-1 0:2"}));
  ASSERT_EQ(told.size(), 10U);
  EXPECT_EQ(told.front(), "1/10 gpu 1: destroy compute instance 2g.20gb@0 in 2g.20gb@0");
  EXPECT_EQ(told.back().substr(0, 5), "10/10");
}

TEST_F(ExecuteTest, AnEmptyPlanNeedsNoLock) {
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const NodeLock other = NodeLock::acquire().value();
  EXPECT_EQ(execute(node, planned(node, {target("GPU-0", old_layout())}))->steps_done, 0);
}

TEST_F(ExecuteTest, TwoChangesNeverInterleave) {
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  const NodeLock other = NodeLock::acquire().value();
  const Error error = execute(node, plan).error();
  EXPECT_EQ(error.code, ErrorCode::kBusy);
  EXPECT_NE(error.message.find(std::to_string(getpid())), std::string::npos);
  EXPECT_EQ(fake_.gpus[0].layout(), old_layout());
}

TEST_F(ExecuteTest, ANodeThatChangedIsStale) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  fake_.set(gpu, layout_with(h100(), {{"3g.40gb", 4}, {"2g.20gb", 0}}));
  const Error error = execute(node, plan).error();
  EXPECT_EQ(error.code, ErrorCode::kStale);
  EXPECT_EQ(error.message, "gpu 0 changed since it was read: 1g.10gb@2 is missing");
  gpu.uuid = "GPU-5";
  EXPECT_EQ(execute(node, plan).error().code, ErrorCode::kStale);
  EXPECT_TRUE(fake_.destroyed.empty());
}

TEST_F(ExecuteTest, WhatIsInUseIsNamedAndNotTouched) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan idle = planned(node, {target("GPU-0", new_layout())});
  fake_.occupy(gpu, {0, 2}, static_cast<unsigned>(getpid()));
  const ChangePlan busy = planned(node, {target("GPU-0", new_layout())});
  for (const ChangePlan& plan : {idle, busy}) {  // Found again where it came after the plan.
    const Error error = execute(node, plan).error();
    EXPECT_EQ(error.code, ErrorCode::kBusy);
    EXPECT_TRUE(error.message.starts_with("gpu 0: 2g.20gb@0 is in use by pid " +
                                          std::to_string(getpid()) + " ("))
        << error.message;
    EXPECT_NE(error.message.find("apply_test"), std::string::npos);
  }
  EXPECT_TRUE(fake_.destroyed.empty());
  EXPECT_EQ(gpu.layout(), old_layout());
}

TEST_F(ExecuteTest, AProcessThatComesDuringTheChangeMakesItRollBack) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  const Result<Applied> applied =
      execute(node, plan, nullptr, [&](const std::string&, int step, int) {
        if (step == 3) {
          fake_.occupy(gpu, {2, 1}, 4711);
        }
      });
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kRolledBack);
  EXPECT_NE(applied.error().message.find("pid 4711"), std::string::npos);
  EXPECT_TRUE(applied.error().message.ends_with("; the old layout is back"));
  EXPECT_EQ(gpu.layout(), old_layout());
}

TEST_F(ExecuteTest, WhatVanishesAfterItsStepSucceededIsNoSuccess) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  bool vanished = false;
  const Result<Applied> applied =
      execute(node, plan, nullptr, [&](const std::string&, int step, int steps) {
        if (step == steps && !vanished) {
          gpu.find({0, 1})->compute.clear();
          vanished = true;
        }
      });
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kRolledBack);
  EXPECT_TRUE(applied.error().message.starts_with(
      "every step succeeded, but the result is wrong: gpu 0: 1g.10gb@0"))
      << applied.error().message;
  EXPECT_EQ(gpu.layout(), old_layout());
}

// It came from somebody who does not ask for the lock, so it is not ours to take away.
TEST_F(ExecuteTest, AStrangersInstanceIsNamedAndNotDestroyed) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", layout_with(h100(), {{"3g.40gb", 4}}));
  Node node = fake_.node();
  const Layout both = layout_with(h100(), {{"3g.40gb", 4}, {"1g.10gb", 0}});
  const ChangePlan plan = planned(node, {target("GPU-0", both)});
  const Slot bare = Slot::bare(*h100().find_by_name("1g.10gb"), 0);
  const Layout theirs = gpu.layout().with(h100(), bare).value();
  fake_.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    if (name != "nvmlDeviceCreateGpuInstanceWithPlacement") {
      return std::nullopt;
    }
    fake_.set(gpu, theirs);
    return NVML_ERROR_INSUFFICIENT_RESOURCES;
  };
  const Error error = execute(node, plan).error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_NE(error.message.find("1g.10gb@0[] is there"), std::string::npos) << error.message;
  EXPECT_TRUE(fake_.destroyed.empty());
}

TEST_F(ExecuteTest, WhatIsGoneAlreadyIsNotMistakenForItsGpuInstance) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  const Error error = execute(node, plan, nullptr, [&](const std::string&, int step, int) {
                        if (step == 1) {
                          gpu.find({0, 2})->compute.clear();
                        }
                      }).error();
  EXPECT_NE(error.message.find("it is gone already"), std::string::npos) << error.message;
  EXPECT_TRUE(fake_.destroyed.empty());
}

TEST_F(ExecuteTest, AModeThatIsPendingByNowIsStale) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  gpu.pending = false;
  EXPECT_EQ(execute(node, plan).error().code, ErrorCode::kStale);
}

TEST_F(ExecuteTest, AllGpusOrNone) {
  fake_.add("h100-80gb-sxm5", old_layout());
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan =
      planned(node, {target("GPU-0", new_layout()), target("GPU-1", new_layout())});
  int creations = 0;
  fake_.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    const bool fails = name == "nvmlDeviceCreateGpuInstanceWithPlacement" && ++creations == 5;
    return fails ? std::optional(NVML_ERROR_INSUFFICIENT_RESOURCES) : std::nullopt;
  };
  EXPECT_EQ(execute(node, plan).error().code, ErrorCode::kRolledBack);
  EXPECT_EQ(fake_.gpus[0].layout(), old_layout());
  EXPECT_EQ(fake_.gpus[1].layout(), old_layout());
}

TEST_F(ExecuteTest, WhatCannotBeRestoredIsNamed) {
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlDeviceCreateGpuInstanceWithPlacement" ? std::optional(NVML_ERROR_UNKNOWN)
                                                              : std::nullopt;
  };
  const Error error = execute(node, plan).error();
  EXPECT_EQ(error.code, ErrorCode::kNotRestored);
  EXPECT_NE(error.message.find("not restored: gpu 0: 2g.20gb@0 is missing, 1g.10gb@2 is missing"),
            std::string::npos)
      << error.message;
  EXPECT_NE(error.next.find("GPU-0: 3g.40gb@4 2g.20gb@0 1g.10gb@2"), std::string::npos)
      << error.next;
}

TEST_F(ExecuteTest, IfTheFirstStepFailsItsOwnErrorIsTheAnswer) {
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlComputeInstanceDestroy" ? std::optional(NVML_ERROR_NO_PERMISSION)
                                                : std::nullopt;
  };
  const Error error = execute(node, plan).error();
  EXPECT_EQ(error.code, ErrorCode::kPermission);
  EXPECT_EQ(error.next, "run as root");
}

TEST_F(ExecuteTest, ModesGoOnBeforeAndOffAfterTheInstances) {
  fake_.add("h100-80gb-sxm5").enabled = false;
  fake_.gpus[0].pending = false;
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  GpuTarget off = target("GPU-1", {});
  off.mig_enabled = false;
  const Result<Applied> applied =
      execute(node, planned(node, {off, target("GPU-0", new_layout())}));
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_TRUE(fake_.gpus[0].enabled);
  EXPECT_EQ(fake_.gpus[0].layout(), new_layout());
  EXPECT_FALSE(fake_.gpus[1].enabled);
}

TEST_F(ExecuteTest, AModeThatGoesOnIsTakenBackIfTheInstancesFail) {
  FakeNvml::Gpu& gpu = fake_.add("h100-80gb-sxm5");
  gpu.enabled = false;
  gpu.pending = false;
  Node node = fake_.node();
  const ChangePlan plan = planned(node, {target("GPU-0", new_layout())});
  int creations = 0;
  fake_.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
    const bool fails = name == "nvmlDeviceCreateGpuInstanceWithPlacement" && ++creations >= 3;
    return fails ? std::optional(NVML_ERROR_UNKNOWN) : std::nullopt;
  };
  EXPECT_EQ(execute(node, plan).error().code, ErrorCode::kRolledBack);
  EXPECT_FALSE(gpu.enabled);
  EXPECT_FALSE(gpu.pending);
}

class PendingTest : public ExecuteTest {
 protected:
  PendingTest() {
    FakeNvml::Gpu& gpu = fake_.add("a100-40gb");
    gpu.enabled = false;
    gpu.pending = false;
    gpu.activates = false;
    fake_.add("h100-80gb-sxm5", old_layout());
  }
  std::vector<GpuTarget> targets() const {
    const Model& a100 = *find_model("a100-40gb").value();
    return {target("GPU-0", Layout().with(a100, Slot(*a100.find_by_name("7g.40gb"), 0)).value()),
            target("GPU-1", new_layout())};
  }
};

TEST_F(PendingTest, AModeThatNeedsAResetStopsEverythingBeforeIt) {
  Node node = fake_.node();
  const Error error = execute(node, planned(node, targets())).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.message,
            "the new MIG mode of gpu 0 (GPU-0: the driver says 'in use by another client') is "
            "pending until the GPU is reset; nothing else was changed");
  EXPECT_NE(error.next.find("nvidia-smi -r -i GPU-0"), std::string::npos);
  EXPECT_TRUE(fake_.gpus[0].pending);
  EXPECT_EQ(fake_.gpus[1].layout(), old_layout());

  fake_.gpus[0].reset();
  EXPECT_TRUE(execute(node, planned(node, targets())));
  EXPECT_EQ(fake_.gpus[0].layout().size(), 1U);
  EXPECT_EQ(fake_.gpus[1].layout(), new_layout());
}

TEST_F(PendingTest, AResetOnRequestCompletesIt) {
  Node node = fake_.node();
  std::vector<std::string> resets;
  const Result<Applied> applied =
      execute(node, planned(node, targets()), nullptr, {}, [&](const std::string& uuid) {
        resets.push_back(uuid);
        fake_.gpus[0].reset();
        return Status{};
      });
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(resets, std::vector<std::string>{"GPU-0"});
}

TEST_F(PendingTest, AModeThatMayStayPendingIsTriedBeforeTheOthers) {
  fake_.set(fake_.gpus[1], {});
  fake_.gpus[1].enabled = false;
  fake_.gpus[1].pending = false;
  std::swap(fake_.gpus[0], fake_.gpus[1]);  // The one that needs no reset has the lower index.
  Node node = fake_.node();
  const Error error = execute(node, planned(node, targets())).error();
  EXPECT_NE(error.message.find("nothing else was changed"), std::string::npos) << error.message;
  EXPECT_FALSE(fake_.gpus[0].enabled);
}

TEST_F(PendingTest, AGpuThatIsInUseIsNotReset) {
  Node node = fake_.node();
  bool was_reset = false;
  const Error error =
      execute(
          node, planned(node, targets()), nullptr,
          [&](const std::string& what, int, int) {
            if (what == "gpu 0: switch MIG on") {
              fake_.gpus[0].processes.push_back({4711, 0, NVML_INVALID_INSTANCE_ID, 0});
            }
          },
          [&](const std::string&) {
            was_reset = true;
            return Status{};
          })
          .error();
  EXPECT_EQ(error.code, ErrorCode::kBusy);
  EXPECT_NE(error.message.find("pid 4711"), std::string::npos) << error.message;
  EXPECT_FALSE(was_reset);
}

TEST_F(PendingTest, AResetThatFailsRollsBack) {
  Node node = fake_.node();
  const ResetFn fails = [](const std::string&) -> Status {
    return fail(ErrorCode::kFailed, "nvidia-smi: no");
  };
  const Error error = execute(node, planned(node, targets()), nullptr, {}, fails).error();
  EXPECT_NE(error.message.find("nvidia-smi: no"), std::string::npos);
  EXPECT_FALSE(fake_.gpus[0].pending);
  EXPECT_EQ(fake_.gpus[1].layout(), old_layout());
}

TEST_F(PendingTest, AModeThatGoesOffLateLeavesTheRestDone) {
  fake_.gpus[0].enabled = true;
  fake_.gpus[0].pending = true;
  Node node = fake_.node();
  std::vector<GpuTarget> wanted = targets();
  wanted[0].mig_enabled = false;
  const Error error = execute(node, planned(node, wanted)).error();
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("what else was done stays"), std::string::npos);
  EXPECT_EQ(fake_.gpus[1].layout(), new_layout());
  EXPECT_FALSE(fake_.gpus[0].pending);
}

class Recorder : public StepObserver {
 public:
  Status before(const GpuChange&, const Action&) override {
    lines += "b";
    return ++count == refuse_at ? Status(fail(ErrorCode::kFailed, "disk full")) : Status{};
  }
  Status after(const GpuChange&, const Action&, const Status& outcome) override {
    lines += outcome ? "a" : "x";
    return {};
  }
  std::string lines;
  int count = 0;
  int refuse_at = 0;
};

TEST_F(ExecuteTest, TheObserverSeesEachStepBeforeAndAfter) {
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  Recorder journal;
  ASSERT_TRUE(execute(node, planned(node, {target("GPU-0", new_layout())}), &journal));
  EXPECT_EQ(journal.lines, "babababababababababa");
}

TEST_F(ExecuteTest, AnObserverThatRefusesStopsTheChangeAndSeesTheUndo) {
  fake_.add("h100-80gb-sxm5", old_layout());
  Node node = fake_.node();
  Recorder journal;
  journal.refuse_at = 3;
  const Error error =
      execute(node, planned(node, {target("GPU-0", new_layout())}), &journal).error();
  EXPECT_EQ(error.code, ErrorCode::kRolledBack);
  EXPECT_NE(error.message.find("disk full"), std::string::npos);
  EXPECT_EQ(journal.lines, "bababbaba");
  EXPECT_EQ(fake_.gpus[0].layout(), old_layout());
}

}  // namespace
}  // namespace sectile
