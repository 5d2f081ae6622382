#include <gmock/gmock.h>

#include "sectile/apply/cdi_files.h"
#include "sectile/apply/companions.h"
#include "sectile/apply/mig_devices.h"
#include "src/apply/companion_testing.h"
#include "src/apply/test_variable.h"

namespace sectile {
namespace {

using testing::HasSubstr;

class NameCompanionTest : public CompanionTest {
 protected:
  NameSettings settings() {
    return {.paths = HostPaths::under(folder_.path()), .cdi = false, .say = {}};
  }
  std::string uuids() const { return folder_.read("state/uuids.json"); }
};

TEST_F(NameCompanionTest, WritesWhatBecameOfEveryDevice) {
  NameCompanion companion(settings());
  const Result<Applied> applied = apply_beside(companion, "3g.40gb@4 1g.10gb@0");
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(uuids(), uuids_json(mig_devices(applied->before), mig_devices(applied->after),
                                to_text(clock_.now())));
  EXPECT_THAT(uuids(), HasSubstr("\"kept\""));
  EXPECT_THAT(uuids(), HasSubstr("\"gone\""));
  EXPECT_THAT(uuids(), HasSubstr("\"new\""));
}

TEST_F(NameCompanionTest, WritesAfterAFailureToo) {
  NameCompanion companion(settings());
  fake_.intercept = [](const std::string& name) -> std::optional<nvmlReturn_t> {
    return name == "nvmlGpuInstanceDestroy" ? std::optional(NVML_ERROR_IN_USE) : std::nullopt;
  };
  ASSERT_FALSE(apply_beside(companion, "7g.80gb@0"));
  EXPECT_THAT(uuids(), HasSubstr("\"profile\": \"3g.40gb\""));
}

TEST_F(NameCompanionTest, IsWrittenByARepair) {
  NameCompanion companion(settings());
  EXPECT_TRUE(exit_after_crash(companion));
  EXPECT_THAT(uuids(), HasSubstr("\"kept\""));
}

TEST_F(NameCompanionTest, ASpecThatCannotBeWrittenIsAWarning) {
  NameSettings with = settings();
  with.cdi = true;  // And there is no mig-minors.
  const TestVariable path("PATH", "/no/such/directory");
  NameCompanion companion(with);
  EXPECT_TRUE(apply_beside(companion, "3g.40gb@4"));
  EXPECT_THAT(warnings_, testing::ElementsAre(HasSubstr("mig-minors")));
  EXPECT_THAT(uuids(), HasSubstr("sectile/uuids/v1"));
}

}  // namespace
}  // namespace sectile
