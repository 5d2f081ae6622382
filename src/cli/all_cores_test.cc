#include "src/cli/all_cores.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace sectile::cli {
namespace {

TEST(AllCoresTest, DoesEachOnce) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
    std::vector<std::atomic<int>> done(count);
    on_all_cores(count, [&](std::size_t number) { ++done[number]; });
    for (const std::atomic<int>& times : done) {
      EXPECT_EQ(times, 1);
    }
  }
}

TEST(AllCoresTest, HandsOnWhatIsThrown) {
  for (const std::size_t bad : {std::size_t{0}, std::size_t{99}}) {
    const auto task = [&](std::size_t number) {
      if (number == bad) {
        throw std::length_error("too long");
      }
    };
    EXPECT_THROW(on_all_cores(100, task), std::length_error);
  }
}

}  // namespace
}  // namespace sectile::cli
