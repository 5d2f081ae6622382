#include "src/device/nvml_error.h"

#include <gtest/gtest.h>

namespace sectile {
namespace {

TEST(NvmlErrorTest, MessagesHaveTheCallTheSubjectTheWordsAndTheNumber) {
  const Error error = nvml_failure("nvmlX", NVML_ERROR_IN_USE, "gpu 0").error();
  EXPECT_EQ(error.code, ErrorCode::kBusy);
  EXPECT_EQ(error.message, "nvmlX, gpu 0: in use by another client (19)");
  EXPECT_FALSE(error.next.empty());
  EXPECT_EQ(nvml_failure("nvmlInit_v2", NVML_ERROR_DRIVER_NOT_LOADED, "").error().message,
            "nvmlInit_v2: driver not loaded (9)");
}

TEST(NvmlErrorTest, CodesSayWhatTheCallerCanDo) {
  EXPECT_EQ(nvml_error_code(NVML_ERROR_NO_PERMISSION), ErrorCode::kPermission);
  EXPECT_EQ(nvml_error_code(NVML_ERROR_INSUFFICIENT_RESOURCES), ErrorCode::kUnsatisfiable);
  EXPECT_EQ(nvml_error_code(NVML_ERROR_NOT_FOUND), ErrorCode::kStale);
  EXPECT_EQ(nvml_error_code(NVML_ERROR_FUNCTION_NOT_FOUND), ErrorCode::kUnavailable);
  EXPECT_EQ(nvml_error_code(NVML_ERROR_GPU_IS_LOST), ErrorCode::kUnavailable);
  EXPECT_EQ(nvml_error_code(NVML_ERROR_UNKNOWN), ErrorCode::kFailed);
}

TEST(NvmlErrorTest, ACodeFromTheFutureIsAnUnknownError) {
  const Error error = nvml_failure("nvmlX", static_cast<nvmlReturn_t>(4711), "").error();
  EXPECT_EQ(error.code, ErrorCode::kFailed);
  EXPECT_EQ(error.message, "nvmlX: unknown error (4711)");
}

}  // namespace
}  // namespace sectile
