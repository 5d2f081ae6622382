#include <gmock/gmock.h>

#include "sectile/apply/companions.h"
#include "src/apply/companion_testing.h"
#include "src/apply/test_variable.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HookCompanionTest : public CompanionTest {
 protected:
  // A hook at each point, which writes down that it ran, whether NVML is open, and its environment.
  HookSettings settings() {
    HookSettings settings;
    for (std::size_t i = 0; i < kHookPoints; ++i) {
      settings.hooks.hooks.at(i).push_back(
          {.command = "/bin/sh",
           .arguments = {"-c", "echo $SECTILE_HOOK >>log; env >env.$SECTILE_HOOK"},
           .environment = {{"OWN", "own"}, {"MIG_PARTED_SELECTED_CONFIG", "of the file"}},
           .directory = folder_.path()});
    }
    settings.variables = {{"MIG_PARTED_SELECTED_CONFIG", "teaching"}};
    settings.say = [this](const std::string& line) { said_.push_back(line); };
    return settings;
  }
  static void fail_at(HookSettings& settings, HookPoint point) {
    settings.hooks.hooks.at(static_cast<std::size_t>(point)).front().arguments.back() +=
        "; echo no; exit 3";
  }
  Result<Applied> apply_with(HookSettings settings, const std::string& notation,
                             bool mig_enabled = true) {
    HookCompanion companion(std::move(settings));
    return apply_beside(companion, notation, mig_enabled);
  }
  std::string log() const { return folder_.read("log"); }
  // The value of a variable in the environment of the hook; "-" if it had none.
  std::string variable(const std::string& hook, const std::string& name) const {
    std::istringstream lines(folder_.read("env." + hook));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(name + "=")) {
        return line.substr(name.size() + 1);
      }
    }
    return "-";
  }

  std::vector<std::string> said_;
};

TEST_F(HookCompanionTest, RunsEveryHookAtItsPointAndNoOther) {
  ASSERT_TRUE(apply_with(settings(), "3g.40gb@4 1g.10gb@0"));
  EXPECT_EQ(log(), "apply-start\npre-apply-config\napply-exit\n");  // The mode stays.
  std::filesystem::remove(folder_.path() / "log");
  ASSERT_TRUE(apply_with(settings(), "", false));
  EXPECT_THAT(log(), testing::StartsWith("apply-start\n"));
  EXPECT_THAT(log(), HasSubstr("pre-apply-mode\n"));
  EXPECT_THAT(log(), testing::EndsWith("apply-exit\n"));
}

TEST_F(HookCompanionTest, GivesThemTheirOwnVariablesAndOursAndNothingElse) {
  const TestVariable ours("HOOK_TEST", "ours");
  ASSERT_TRUE(apply_with(settings(), "3g.40gb@4"));
  for (const char* hook : {"apply-start", "pre-apply-config", "apply-exit"}) {
    EXPECT_EQ(variable(hook, "OWN"), "own");
    EXPECT_EQ(variable(hook, "MIG_PARTED_SELECTED_CONFIG"), "teaching") << hook;
    EXPECT_EQ(variable(hook, "SECTILE_HOOK"), hook);
    EXPECT_EQ(variable(hook, "SECTILE_GPUS"), fake_.gpus[0].uuid);
    EXPECT_EQ(variable(hook, "SECTILE_CHANGE"), "1");
    EXPECT_EQ(variable(hook, "SECTILE_UUIDS_FILE"), folder_.path() / "state" / "uuids.json");
    EXPECT_EQ(variable(hook, "HOOK_TEST"), "-");
    EXPECT_EQ(variable(hook, "HOME"), "-");
  }
  EXPECT_EQ(variable("apply-start", "SECTILE_RESULT"), "-");
  EXPECT_EQ(variable("apply-exit", "SECTILE_RESULT"), "success");
}

TEST_F(HookCompanionTest, AHookThatFailsStopsTheChangeAndTheLastOnesRun) {
  const Layout before = fake_.gpus[0].layout();
  for (const HookPoint point : {HookPoint::kApplyStart, HookPoint::kPreApplyConfig}) {
    std::filesystem::remove(folder_.path() / "log");
    HookSettings with = settings();
    fail_at(with, point);
    const Result<Applied> applied = apply_with(with, "7g.80gb@0");
    ASSERT_FALSE(applied);
    EXPECT_THAT(applied.error().message,
                HasSubstr("the " + std::string(name_of(point)) + " hook failed: "));
    EXPECT_THAT(applied.error().message, HasSubstr("status 3: no"));
    EXPECT_EQ(fake_.gpus[0].layout(), before);
    EXPECT_THAT(log(), testing::EndsWith("apply-exit\n"));
    EXPECT_NE(variable("apply-exit", "SECTILE_RESULT"), "success");
    EXPECT_EQ(document("apply-exit-hooks"), std::nullopt);
  }
}

TEST_F(HookCompanionTest, AfterAFailedStepTheLastHooksLearnOfIt) {
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlDeviceCreateGpuInstanceWithPlacement" ? std::optional(NVML_ERROR_UNKNOWN)
                                                              : std::nullopt;
  };
  ASSERT_FALSE(apply_with(settings(), "3g.40gb@4 1g.10gb@0"));
  EXPECT_EQ(log(), "apply-start\npre-apply-config\napply-exit\n");
  EXPECT_NE(variable("apply-exit", "SECTILE_RESULT"), "success");
}

TEST_F(HookCompanionTest, AFailedLastHookIsAWarningAndTheOthersRun) {
  HookSettings with = settings();
  fail_at(with, HookPoint::kApplyExit);
  with.hooks.hooks[3].push_back(with.hooks.hooks[3].front());
  EXPECT_TRUE(apply_with(with, "3g.40gb@4"));
  EXPECT_EQ(log(), "apply-start\npre-apply-config\napply-exit\napply-exit\n");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("the apply-exit hook failed")));
  EXPECT_THAT(said_, ElementsAre(HasSubstr("the apply-exit hook failed")));
}

TEST_F(HookCompanionTest, ShowsOutputOnlyWhenAsked) {
  HookSettings with = settings();
  with.hooks.hooks[0].front().arguments = {"-c", "echo hello"};
  ASSERT_TRUE(apply_with(with, "3g.40gb@4"));
  EXPECT_THAT(said_, IsEmpty());
  with.show_output = true;
  ASSERT_TRUE(apply_with(with, "7g.80gb@0"));
  EXPECT_THAT(said_, ElementsAre("apply-start: hello\n"));
}

// A process that dies between start and exit; the repair knows only the state file.
TEST_F(HookCompanionTest, TheLastHooksRunInARepair) {
  {
    HookCompanion companion(settings());
    Node node = fake_.node();
    const Snapshot now = node.read().value();
    StateFile state = StateFile::open(options_.state).value();
    const ChangePlan plan;
    const Progress progress;
    ASSERT_TRUE(companion.start({.node = node,
                                 .plan = plan,
                                 .before = now,
                                 .state = state,
                                 .change = 7,
                                 .clock = clock_,
                                 .progress = progress}));
  }
  EXPECT_EQ(log(), "apply-start\n");
  HookCompanion repair;
  EXPECT_TRUE(exit_after_crash(repair));
  EXPECT_EQ(log(), "apply-start\napply-exit\n");
  EXPECT_EQ(variable("apply-exit", "OWN"), "own");
  EXPECT_EQ(variable("apply-exit", "MIG_PARTED_SELECTED_CONFIG"), "teaching");
  EXPECT_EQ(variable("apply-exit", "SECTILE_RESULT"), "rolled-back");
  EXPECT_TRUE(exit_after_crash(repair));  // Once is enough.
  EXPECT_EQ(log(), "apply-start\napply-exit\n");
}

TEST_F(HookCompanionTest, AProgramThatIsNotThereIsAFailedHook) {
  HookSettings with = settings();
  with.hooks.hooks[0].front().command = "/no/such/hook";
  const Result<Applied> applied = apply_with(with, "7g.80gb@0");
  EXPECT_THAT(applied.error().message, HasSubstr("cannot run '/no/such/hook'"));
}

}  // namespace
}  // namespace sectile
