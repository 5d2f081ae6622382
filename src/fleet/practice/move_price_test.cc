#include "src/fleet/practice/move_price.h"

#include <gtest/gtest.h>

#include <array>

namespace sectile::internal {
namespace {

constexpr double kAllowed = 0.05;

TEST(MovePriceTest, StaysWhereMovesRunShort) {
  MovePrice price(kAllowed);
  EXPECT_EQ(price.value(), MovePrice::kMost);
  price.learn(std::array{Taught{.moved = 0.03}, Taught{.moved = 0.05}});
  EXPECT_EQ(price.value(), MovePrice::kMost);
}

TEST(MovePriceTest, FallsToNothingWhereTheyDoNotAndRisesAgain) {
  MovePrice price(kAllowed);
  const std::array few = {Taught{.moved = 0.01}, Taught{.moved = 0.05}};  // On average too few.
  price.learn(few);
  EXPECT_EQ(price.value(), MovePrice::kMost - MovePrice::kStep);
  for (int round = 0; round < 20; ++round) {
    price.learn(few);
  }
  EXPECT_EQ(price.value(), 0);
  price.learn(std::array{Taught{.moved = 0.04}});
  EXPECT_EQ(price.value(), MovePrice::kStep);
}

}  // namespace
}  // namespace sectile::internal
