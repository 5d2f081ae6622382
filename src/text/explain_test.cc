#include "sectile/text/explain.h"

#include <gtest/gtest.h>

namespace sectile {
namespace {

TEST(ExplainTest, EmptyTransitionNeedsNoWords) {
  EXPECT_EQ(explain(Transition{}, Model{}, "gpu0"), "");
}

}  // namespace
}  // namespace sectile
