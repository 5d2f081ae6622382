#include "src/emulator/surface/error_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sectile/nvml_abi/system.h"

namespace sectile::emulator {
namespace {

TEST(ErrorTextTest, TextsAreThoseThatToolsPrint) {
  EXPECT_STREQ(nvmlErrorString(NVML_SUCCESS), "Success");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_NOT_SUPPORTED), "Not Supported");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_NO_PERMISSION), "Insufficient Permissions");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_NOT_FOUND), "Not Found");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_DRIVER_NOT_LOADED), "Driver Not Loaded");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_GPU_IS_LOST), "GPU is lost");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_LIB_RM_VERSION_MISMATCH),
               "Driver/library version mismatch");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_IN_USE), "In use by another client");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_INSUFFICIENT_RESOURCES), "Insufficient Resources");
  EXPECT_STREQ(nvmlErrorString(NVML_ERROR_UNKNOWN), "Unknown Error");
}

TEST(ErrorTextTest, EveryCodeHasATextOfItsOwnAndOtherNumbersAreUnknown) {
  std::set<std::string> texts;
  for (unsigned int code = 0; code <= NVML_ERROR_RESET_TYPE_NOT_SUPPORTED; ++code) {
    texts.insert(error_text(static_cast<nvmlReturn_t>(code)));
  }
  EXPECT_EQ(texts.size(), NVML_ERROR_RESET_TYPE_NOT_SUPPORTED + 1U);
  for (const unsigned int code : {31U, 998U, 1000U, 0xFFFFFFFFU}) {
    EXPECT_STREQ(error_text(static_cast<nvmlReturn_t>(code)), "Unknown Error");
  }
}

}  // namespace
}  // namespace sectile::emulator
