#include "sectile/apply/client_services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "src/apply/fake_systemctl.h"
#include "src/apply/test_variable.h"

namespace sectile {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Names = std::vector<std::string>;

ChangePlan plan(bool set_mode, bool needs_reset) {
  GpuChange change;
  change.set_mode = set_mode ? std::optional(true) : std::nullopt;
  change.needs_reset = needs_reset;
  return {.changes = {change}, .blocked = {}};
}

TEST(ClientServicesTest, TheCatalogueIsSound) {
  std::set<std::string_view> names;
  for (const ClientService& service : client_services()) {
    EXPECT_TRUE(is_unit_name(service.unit)) << service.unit;
    EXPECT_TRUE(names.insert(service.unit).second) << service.unit;
    EXPECT_FALSE(service.why.empty()) << service.unit;
  }
}

TEST(ClientServicesTest, OnlyAResetNeedsThoseStoppedThatKeepGpusOpen) {
  const Names instances = services_to_stop(plan(false, false), true, {});
  EXPECT_THAT(instances, Contains("nvidia-dcgm.service"));
  EXPECT_THAT(instances, Contains("dcgm-exporter.service"));
  EXPECT_THAT(instances, Not(Contains("nvsm.service")));
  EXPECT_THAT(instances, Not(Contains("nvidia-persistenced.service")));
  EXPECT_EQ(services_to_stop(plan(true, false), true, {}), instances);  // Hopper: no reset.
  EXPECT_EQ(services_to_stop(plan(false, true), true, {}), instances);  // Nothing to reset.
  const Names reset = services_to_stop(plan(true, true), true, {});
  for (const char* unit : {"nvsm.service", "nvsm-core.service", "nvidia-persistenced.service",
                           "nvidia-dcgm.service", "dcgm-exporter.service"}) {
    EXPECT_THAT(reset, Contains(unit));
  }
}

TEST(ClientServicesTest, PeopleAndJobsAreOnlyStoppedWhenAsked) {
  const Names asked = {"display-manager.service", "nvidia-dcgm.service", "my.service"};
  for (const bool mode : {true, false}) {
    const Names units = services_to_stop(plan(mode, mode), true, {});
    for (const char* unit :
         {"display-manager.service", "kubelet.service", "nvidia-fabricmanager.service"}) {
      EXPECT_THAT(units, Not(Contains(unit)));
    }
  }
  EXPECT_EQ(services_to_stop(plan(true, true), false, asked), asked);
  const Names both = services_to_stop(plan(false, false), true, asked);
  EXPECT_EQ(Names(both.begin(), both.begin() + 3), asked);
  EXPECT_EQ(std::ranges::count(both, "nvidia-dcgm.service"), 1);
}

TEST(SystemctlTest, KnowsWhatRuns) {
  FakeSystemctl fake;
  fake.set("a.service", "active");
  fake.set("b.service", "inactive");
  fake.set("gdm.service", "active");
  fake.alias("display-manager.service", "gdm.service");
  const auto states = Systemctl().states(
      Names{"gone.service", "display-manager.service", "a.service", "gdm.service", "b.service"});
  ASSERT_TRUE(states) << states.error().message;
  EXPECT_THAT(*states,
              ElementsAre(UnitState{"gdm.service", true, true}, UnitState{"a.service", true, true},
                          UnitState{"b.service", true, false}));
  EXPECT_THAT(Systemctl().states(Names{}).value(), IsEmpty());
}

TEST(SystemctlTest, StopsAndStarts) {
  FakeSystemctl fake;
  fake.set("a.service", "active");
  EXPECT_TRUE(Systemctl().stop("a.service"));
  EXPECT_EQ(fake.state("a.service"), "inactive");
  EXPECT_TRUE(Systemctl().start("a.service"));
  EXPECT_EQ(fake.state("a.service"), "active");
  EXPECT_EQ(fake.log(), "stop a.service\nstart a.service\n");
}

TEST(SystemctlTest, DoesNotWaitWhileTheMachineStarts) {
  FakeSystemctl fake;
  for (const char* state : {"starting", "initializing"}) {
    fake.set_running(state);
    fake.clear_log();
    EXPECT_TRUE(Systemctl().start("a.service"));
    EXPECT_EQ(fake.log(), "start --no-block a.service\n");
  }
  for (const char* state : {"running", "degraded", "maintenance", "offline"}) {
    fake.set_running(state);
    EXPECT_FALSE(Systemctl().starting()) << state;
  }
}

TEST(SystemctlTest, SaysWhatFailed) {
  FakeSystemctl fake;
  fake.set("a.service", "active");
  fake.set_failing("stop", "a.service");
  const Status stopped = Systemctl().stop("a.service");
  EXPECT_THAT(stopped.error().message,
              HasSubstr("'systemctl stop -- a.service' failed with status 1: Job for a.service"));
}

TEST(SystemctlTest, WithoutSystemdNothingCanBeStopped) {
  const TestVariable path("PATH", "/no/such/directory");
  const auto states = Systemctl().states(Names{"a.service"});
  const bool starting = Systemctl().starting();
  EXPECT_EQ(states.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(starting);
}

}  // namespace
}  // namespace sectile
