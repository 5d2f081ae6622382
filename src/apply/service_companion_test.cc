#include <gmock/gmock.h>

#include "sectile/apply/companions.h"
#include "src/apply/companion_testing.h"
#include "src/apply/fake_systemctl.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ServiceCompanionTest : public CompanionTest {
 protected:
  ServiceCompanionTest() {
    folder_.write("boot_id", "boot-1\n");
    fake_systemctl_.set("nvidia-dcgm.service", "active");
    fake_systemctl_.set("dcgm-exporter.service", "active");
    fake_systemctl_.set("nvsm.service", "active");
    fake_systemctl_.set("kubelet.service", "active");
    fake_systemctl_.set("telegraf.service", "inactive");
  }
  ServiceSettings settings() {
    ServiceSettings settings;
    settings.catalogue = true;
    settings.boot_id_file = folder_.path() / "boot_id";
    return settings;
  }
  Result<Applied> apply_with(const ServiceSettings& settings, const std::string& notation) {
    ServiceCompanion companion(settings);
    return apply_beside(companion, notation);
  }
  // start() of a process that dies then.
  void stop_and_crash(const ServiceSettings& settings) {
    ServiceCompanion companion(settings);
    ASSERT_TRUE(
        in_another_process([&](const ChangeContext& context) { return companion.start(context); }));
  }

  FakeSystemctl fake_systemctl_;
};

TEST_F(ServiceCompanionTest, StopsWhatIsActiveAndStartsExactlyThatAgain) {
  ASSERT_TRUE(apply_with(settings(), "7g.80gb@0"));
  EXPECT_EQ(fake_systemctl_.log(),
            "stop dcgm-exporter.service\nstop nvidia-dcgm.service\n"
            "start nvidia-dcgm.service\nstart dcgm-exporter.service\n");
  EXPECT_EQ(fake_systemctl_.state("nvsm.service"), "active");
  EXPECT_EQ(fake_systemctl_.state("telegraf.service"), "inactive");
  EXPECT_EQ(document("stopped-services"), std::nullopt);
}

TEST_F(ServiceCompanionTest, DoesNothingUnasked) {
  ASSERT_TRUE(apply_with({}, "7g.80gb@0"));
  EXPECT_EQ(fake_systemctl_.log(), "");
}

TEST_F(ServiceCompanionTest, StopsWhatSomebodyNames) {
  ServiceSettings with;
  with.asked = {"kubelet.service", "telegraf.service", "gone.service"};
  with.boot_id_file = folder_.path() / "boot_id";
  ASSERT_TRUE(apply_with(with, "7g.80gb@0"));
  EXPECT_EQ(fake_systemctl_.log(), "stop kubelet.service\nstart kubelet.service\n");
  with.asked = {"--all"};
  EXPECT_EQ(apply_with(with, "3g.40gb@0").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ServiceCompanionTest, StartsWhatWentDownWithAnother) {
  fake_systemctl_.needs("nvsm.service", "nvidia-dcgm.service");
  ASSERT_TRUE(apply_with(settings(), "7g.80gb@0"));
  EXPECT_EQ(fake_systemctl_.state("nvsm.service"), "active");
  EXPECT_THAT(fake_systemctl_.log(), HasSubstr("start nvsm.service\n"));
  EXPECT_THAT(fake_systemctl_.log(), testing::Not(HasSubstr("stop nvsm.service\n")));
}

TEST_F(ServiceCompanionTest, StartsThemAgainAfterAFailure) {
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlDeviceCreateGpuInstanceWithPlacement" ? std::optional(NVML_ERROR_UNKNOWN)
                                                              : std::nullopt;
  };
  ASSERT_FALSE(apply_with(settings(), "7g.80gb@0"));
  EXPECT_EQ(fake_systemctl_.state("nvidia-dcgm.service"), "active");
  EXPECT_EQ(fake_systemctl_.state("dcgm-exporter.service"), "active");
}

TEST_F(ServiceCompanionTest, AServiceThatDoesNotStopStopsTheChange) {
  const Layout before = fake_.gpus[0].layout();
  fake_systemctl_.set_failing("stop", "nvidia-dcgm.service");
  const Result<Applied> applied = apply_with(settings(), "7g.80gb@0");
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("systemctl stop -- nvidia-dcgm.service"));
  EXPECT_EQ(fake_.gpus[0].layout(), before);
  EXPECT_EQ(fake_systemctl_.state("dcgm-exporter.service"), "active");  // That had stopped.
}

TEST_F(ServiceCompanionTest, AServiceThatDoesNotStartIsAWarningAndTheOthersStart) {
  fake_systemctl_.set_failing("start", "nvidia-dcgm.service");
  EXPECT_TRUE(apply_with(settings(), "7g.80gb@0"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("nvidia-dcgm.service")));
  EXPECT_EQ(fake_systemctl_.state("dcgm-exporter.service"), "active");
}

TEST_F(ServiceCompanionTest, ARepairStartsThemAgain) {
  stop_and_crash(settings());
  EXPECT_EQ(fake_systemctl_.state("nvidia-dcgm.service"), "inactive");
  fake_systemctl_.clear_log();
  ServiceSettings repair_settings;
  repair_settings.boot_id_file = folder_.path() / "boot_id";
  ServiceCompanion repair(repair_settings);
  EXPECT_TRUE(exit_after_crash(repair));
  EXPECT_EQ(fake_systemctl_.log(), "start nvidia-dcgm.service\nstart dcgm-exporter.service\n");
  fake_systemctl_.clear_log();
  EXPECT_TRUE(exit_after_crash(repair));  // Once is enough.
  EXPECT_EQ(fake_systemctl_.log(), "");
}

TEST_F(ServiceCompanionTest, MayBeWhoIsInTheWay) {
  fake_.occupy(fake_.gpus[0], fake_.gpus[0].instances[0].placement, 4711);
  EXPECT_EQ(apply_with({}, "7g.80gb@0").error().code, ErrorCode::kBusy);
  // It does not go with the service: nothing is changed, and the service runs again.
  EXPECT_EQ(apply_with(settings(), "7g.80gb@0").error().code, ErrorCode::kBusy);
  EXPECT_EQ(fake_.gpus[0].instances.size(), 2U);
  EXPECT_EQ(fake_systemctl_.state("nvidia-dcgm.service"), "active");
  fake_.intercept = [this](const std::string& /*name*/) -> std::optional<nvmlReturn_t> {
    if (fake_systemctl_.state("nvidia-dcgm.service") == "inactive") {
      fake_.gpus[0].processes.clear();
    }
    return std::nullopt;
  };
  const Result<Applied> applied = apply_with(settings(), "7g.80gb@0");
  EXPECT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(fake_systemctl_.state("nvidia-dcgm.service"), "active");
}

TEST_F(ServiceCompanionTest, AfterARestartOfTheMachineNothingIsStarted) {
  stop_and_crash(settings());
  fake_systemctl_.clear_log();
  folder_.write("boot_id", "boot-2\n");
  ServiceSettings repair_settings;
  repair_settings.boot_id_file = folder_.path() / "boot_id";
  ServiceCompanion repair(repair_settings);
  EXPECT_TRUE(exit_after_crash(repair));
  EXPECT_EQ(fake_systemctl_.log(), "");
  EXPECT_EQ(document("stopped-services"), std::nullopt);
}

TEST_F(ServiceCompanionTest, ADocumentThatNobodyWroteIsRefused) {
  StateFile::open(options_.state).value().put("stopped-services", "boot-1\n--now\n").value();
  ServiceSettings repair_settings;
  repair_settings.boot_id_file = folder_.path() / "boot_id";
  ServiceCompanion repair(repair_settings);
  EXPECT_THAT(exit_after_crash(repair).error().message, HasSubstr("'--now' was stopped"));
  EXPECT_EQ(fake_systemctl_.log(), "");
}

}  // namespace
}  // namespace sectile
