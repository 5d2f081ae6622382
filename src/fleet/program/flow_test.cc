#include "src/fleet/program/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sectile::fleet::program {
namespace {

using testing::ElementsAre;

TEST(FlowTest, TakesTheCheapestWayAsFarAsItReaches) {
  // Node 0 gives 5; node 1 takes up to 3 at cost 1, node 2 up to 9 at cost 4.
  const auto flow = cheapest_flow({5, -3, -9}, {{.from = 0, .to = 2, .capacity = 9, .cost = 4},
                                                {.from = 0, .to = 1, .capacity = 9, .cost = 1}});
  ASSERT_TRUE(flow.has_value());
  EXPECT_THAT(*flow, ElementsAre(2, 3));
}

TEST(FlowTest, GivesWayWhereThatIsCheaperForAll) {
  // Both like node 2, and only one fits: the one that loses less goes to node 3.
  const auto flow = cheapest_flow({1, 1, -1, -1}, {{.from = 0, .to = 2, .capacity = 1, .cost = 0},
                                                   {.from = 0, .to = 3, .capacity = 1, .cost = 2},
                                                   {.from = 1, .to = 2, .capacity = 1, .cost = 0},
                                                   {.from = 1, .to = 3, .capacity = 1, .cost = 9}});
  ASSERT_TRUE(flow.has_value());
  EXPECT_THAT(*flow, ElementsAre(0, 1, 1, 0));
}

TEST(FlowTest, WhatHasNoRoomIsUnsatisfiable) {
  EXPECT_EQ(cheapest_flow({2, -1}, {{.from = 0, .to = 1, .capacity = 5, .cost = 0}}).error().code,
            ErrorCode::kUnsatisfiable);
  EXPECT_EQ(cheapest_flow({2, -5}, {{.from = 0, .to = 1, .capacity = 1, .cost = 0}}).error().code,
            ErrorCode::kUnsatisfiable);
}

}  // namespace
}  // namespace sectile::fleet::program
