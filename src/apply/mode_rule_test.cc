#include "sectile/apply/mode_rule.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

struct Case {
  std::string model;
  Virtualization virtualization;
  std::optional<bool> resetless;
  ModeCommit commit;
  bool persists;
};

TEST(ModeRuleTest, ArchitectureAndPlaceDecide) {
  using V = Virtualization;
  const std::optional<bool> untold;
  for (const Case& one : {
           Case{"a100-80gb", V::kNone, false, ModeCommit::kReset, true},
           Case{"a100-80gb", V::kUnknown, untold, ModeCommit::kReset, true},
           Case{"a30-24gb", V::kPassthrough, untold, ModeCommit::kReboot, true},
           Case{"a30-24gb", V::kHost, untold, ModeCommit::kReset, true},
           Case{"h100-80gb-sxm5", V::kNone, untold, ModeCommit::kAtOnce, false},
           Case{"h100-80gb-sxm5", V::kPassthrough, true, ModeCommit::kAtOnce, false},
           Case{"rtx-pro-6000-bw", V::kNone, true, ModeCommit::kAtOnce, false},
           // The driver knows better than the catalogue.
           Case{"a100-80gb", V::kNone, true, ModeCommit::kAtOnce, true},
           Case{"h100-80gb-sxm5", V::kNone, false, ModeCommit::kReset, false},
           Case{"h100-80gb-sxm5", V::kVgpu, true, ModeCommit::kNever, false},
       }) {
    LiveGpu gpu;
    gpu.virtualization = one.virtualization;
    gpu.resetless = one.resetless;
    const ModeRule rule = mode_rule(gpu, *find_model(one.model).value());
    EXPECT_EQ(rule.commit, one.commit) << one.model;
    EXPECT_EQ(rule.persists, one.persists) << one.model;
  }
}

TEST(ModeRuleTest, PeopleAreToldWhatToDo) {
  EXPECT_EQ(commit_text(ModeCommit::kReboot), "this virtual machine is rebooted");
  EXPECT_NE(commit_next(ModeCommit::kReboot).find("reboot"), std::string::npos);
  EXPECT_EQ(commit_text(ModeCommit::kReset), "the GPU is reset");
  EXPECT_NE(commit_next(ModeCommit::kReset).find("--reset"), std::string::npos);
  EXPECT_EQ(to_string(ModeCommit::kAtOnce), "at-once");
  EXPECT_EQ(to_string(ModeCommit::kNever), "never");
}

}  // namespace
}  // namespace sectile
