#include "src/emulator/surface/arguments.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace sectile::emulator {
namespace {

TEST(ArgumentsTest, TextNeedsRoomForItsFinalNul) {
  std::array<char, 6> buffer;
  buffer.fill('x');
  EXPECT_EQ(copy_text("hello", buffer.data(), 5), NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(buffer[0], 'x');
  EXPECT_EQ(copy_text("hello", buffer.data(), 6), NVML_SUCCESS);
  EXPECT_STREQ(buffer.data(), "hello");
  EXPECT_EQ(copy_text("hello", buffer.data(), 0), NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(copy_text("hello", nullptr, 6), NVML_ERROR_INVALID_ARGUMENT);
}

TEST(ArgumentsTest, TextInAStructIsCutAndTheRestIsCleared) {
  char array[4] = {'x', 'x', 'x', 'x'};
  fill_text("abcdef", array);
  EXPECT_STREQ(array, "abc");
  fill_text("a", array);
  EXPECT_EQ(array[2], '\0');
}

TEST(ArgumentsTest, ArraysAreFilledOnlyIfAllFitsAndTheCountSaysHowMuchThereIs) {
  const std::vector<int> from{1, 2, 3};
  const auto same = [](int value) { return value; };
  std::array<int, 4> array{};

  unsigned int count = 2;
  EXPECT_EQ(give_all(from, &count, array.data(), same), NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(array[0], 0);

  count = 3;
  EXPECT_EQ(give_all(from, &count, array.data(), same), NVML_SUCCESS);
  EXPECT_EQ(array, (std::array{1, 2, 3, 0}));

  count = 4;
  EXPECT_EQ(give_all(from, &count, array.data(), same), NVML_SUCCESS);
  EXPECT_EQ(count, 3U);
}

TEST(ArgumentsTest, NoRoomIsAQuestionForTheCount) {
  const auto same = [](int value) { return value; };
  unsigned int count = 0;
  EXPECT_EQ(give_all(std::vector<int>{7}, &count, static_cast<int*>(nullptr), same),
            NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(count, 1U);
  count = 0;
  EXPECT_EQ(give_all(std::vector<int>{}, &count, static_cast<int*>(nullptr), same), NVML_SUCCESS);
  count = 1;
  EXPECT_EQ(give_all(std::vector<int>{}, &count, static_cast<int*>(nullptr), same),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(give_all(std::vector<int>{}, nullptr, static_cast<int*>(nullptr), same),
            NVML_ERROR_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace sectile::emulator
