#include "sectile/text/unit_states.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

using States = std::vector<UnitState>;

TEST(UnitStatesTest, ReadsWhatSystemctlShows) {
  EXPECT_EQ(parse_unit_states("Id=nvsm.service\nLoadState=not-found\nActiveState=inactive\n\n"
                              "Id=nvidia-dcgm.service\nLoadState=loaded\nActiveState=active\n\n"
                              "Id=a@1.service\nLoadState=loaded\nActiveState=failed\n\n"
                              "Id=b.service\nLoadState=masked\nActiveState=inactive\n")
                .value(),
            (States{{.id = "nvsm.service"},
                    {.id = "nvidia-dcgm.service", .installed = true, .active = true},
                    {.id = "a@1.service", .installed = true},
                    {.id = "b.service"}}));
  EXPECT_EQ(parse_unit_states("").value(), States{});
  EXPECT_EQ(parse_unit_states("\n\n").value(), States{});
}

TEST(UnitStatesTest, WhatIsAboutToRunIsActive) {
  for (const char* word : {"active", "reloading", "activating"}) {
    EXPECT_TRUE(
        parse_unit_states(std::string("Id=a.service\nActiveState=") + word).value()[0].active);
  }
  for (const char* word : {"deactivating", "inactive", "failed", "maintenance", ""}) {
    EXPECT_FALSE(
        parse_unit_states(std::string("Id=a.service\nActiveState=") + word).value()[0].active);
  }
}

// display-manager.service is gdm.service by another name.
TEST(UnitStatesTest, AnAliasIsTheUnitOnce) {
  const std::string one = "Id=gdm.service\nLoadState=loaded\nActiveState=active\n";
  EXPECT_EQ(parse_unit_states(one + "\n" + one).value().size(), 1U);
}

TEST(UnitStatesTest, RefusesWhatSystemctlDoesNotSay) {
  EXPECT_FALSE(parse_unit_states("System has not been booted with systemd"));
  EXPECT_FALSE(parse_unit_states("LoadState=loaded\n"));
  EXPECT_FALSE(parse_unit_states("Id=--now\n"));
  EXPECT_FALSE(parse_unit_states("Id=a.service; rm\n"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxUnitStates; ++i) {
    many += "Id=u" + std::to_string(i) + ".service\n\n";
  }
  EXPECT_FALSE(parse_unit_states(many));
}

TEST(UnitStatesTest, KnowsNamesOfUnits) {
  for (const char* name : {"a.service", "nvidia-dcgm.service", "getty@tty1.service", "x.socket",
                           "dev-disk\\x2d1.service", "a:b_c.timer"}) {
    EXPECT_TRUE(is_unit_name(name)) << name;
  }
  for (const char* name : {"", "a", ".service", "-a.service", "--now.service", "a b.service",
                           "a/b.service", "*.service", "a.mount", "a.service\n", "[a].service"}) {
    EXPECT_FALSE(is_unit_name(name)) << name;
  }
  EXPECT_TRUE(is_unit_name(std::string(247, 'a') + ".service"));
  EXPECT_FALSE(is_unit_name(std::string(248, 'a') + ".service"));
}

}  // namespace
}  // namespace sectile
