#include <array>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class ModeTest : public SurfaceTest {};

TEST_F(ModeTest, SettingsLastAndOtherProcessesSeeThem) {
  nvmlEnableState_t persistence{};
  EXPECT_EQ(nvmlDeviceGetPersistenceMode(gpu(0), &persistence), NVML_SUCCESS);
  EXPECT_EQ(persistence, NVML_FEATURE_ENABLED);
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(gpu(0), NVML_FEATURE_DISABLED), NVML_SUCCESS);
  nvmlShutdown();
  ASSERT_EQ(nvmlInit_v2(), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetPersistenceMode(gpu(0), &persistence), NVML_SUCCESS);
  EXPECT_EQ(persistence, NVML_FEATURE_DISABLED);
  EXPECT_EQ(nvmlDeviceGetPersistenceMode(gpu(2), &persistence), NVML_SUCCESS);
  EXPECT_EQ(persistence, NVML_FEATURE_ENABLED);
}

TEST_F(ModeTest, MigDevicesHaveAComputeModeOfTheirOwn) {
  nvmlComputeMode_t mode{};
  EXPECT_EQ(nvmlDeviceSetComputeMode(mig(0), NVML_COMPUTEMODE_EXCLUSIVE_PROCESS), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetComputeMode(mig(0), &mode), NVML_SUCCESS);
  EXPECT_EQ(mode, NVML_COMPUTEMODE_EXCLUSIVE_PROCESS);
  for (nvmlDevice_t other : {gpu(1), mig(1)}) {
    EXPECT_EQ(nvmlDeviceGetComputeMode(other, &mode), NVML_SUCCESS);
    EXPECT_EQ(mode, NVML_COMPUTEMODE_DEFAULT);
  }
}

TEST_F(ModeTest, WhatCannotBeSet) {
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(mig(0), NVML_FEATURE_ENABLED), NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(gpu(0), static_cast<nvmlEnableState_t>(2)),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceSetComputeMode(gpu(0), NVML_COMPUTEMODE_EXCLUSIVE_THREAD),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceSetComputeMode(gpu(0), NVML_COMPUTEMODE_COUNT), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceSetComputeMode(nullptr, NVML_COMPUTEMODE_DEFAULT),
            NVML_ERROR_INVALID_ARGUMENT);
  set_capability("none");
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(gpu(0), NVML_FEATURE_DISABLED), NVML_ERROR_NO_PERMISSION);
  EXPECT_EQ(nvmlDeviceSetComputeMode(gpu(0), NVML_COMPUTEMODE_PROHIBITED),
            NVML_ERROR_NO_PERMISSION);
  nvmlComputeMode_t mode{};
  EXPECT_EQ(nvmlDeviceGetComputeMode(gpu(0), &mode), NVML_SUCCESS);
  EXPECT_EQ(mode, NVML_COMPUTEMODE_DEFAULT);
}

TEST_F(ModeTest, SuperchipsShareTheirPageTables) {
  nvmlDeviceAddressingMode_t mode{};
  EXPECT_EQ(nvmlDeviceGetAddressingMode(gpu(0), &mode), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  mode.version = nvmlDeviceAddressingMode_v1;
  EXPECT_EQ(nvmlDeviceGetAddressingMode(gpu(0), &mode), NVML_SUCCESS);
  EXPECT_EQ(mode.value, NVML_DEVICE_ADDRESSING_MODE_HMM);
  change_node([](Node& node) { node.geometries.items[0].key.assign("gh200-144gb"); });
  EXPECT_EQ(nvmlDeviceGetAddressingMode(gpu(0), &mode), NVML_SUCCESS);
  EXPECT_EQ(mode.value, NVML_DEVICE_ADDRESSING_MODE_ATS);
}

TEST_F(ModeTest, FieldsAnswerEachForItself) {
  std::array<nvmlFieldValue_t, 5> fields{};
  fields[0].fieldId = NVML_FI_DEV_IS_RESETLESS_MIG_SUPPORTED;
  fields[1].fieldId = NVML_FI_DEV_IS_MIG_MODE_INDEPENDENT_MIG_QUERY_CAPABLE;
  fields[2].fieldId = NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION;
  fields[3].fieldId = 74;
  fields[4].fieldId = NVML_FI_MAX;
  ASSERT_EQ(nvmlDeviceGetFieldValues(gpu(0), 5, fields.data()), NVML_SUCCESS);
  EXPECT_EQ(fields[0].nvmlReturn, NVML_SUCCESS);
  EXPECT_EQ(fields[0].valueType, NVML_VALUE_TYPE_UNSIGNED_INT);
  EXPECT_EQ(fields[0].value.uiVal, 1U);
  EXPECT_EQ(fields[1].value.uiVal, 1U);
  EXPECT_EQ(fields[2].valueType, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG);
  EXPECT_EQ(fields[3].nvmlReturn, NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(fields[4].nvmlReturn, NVML_ERROR_INVALID_ARGUMENT);
  change_node([](Node& node) {
    node.driver_branch = 535;
    node.gpus.items[0].toggle = ModeToggle::kResetIfIdle;
  });
  ASSERT_EQ(nvmlDeviceGetFieldValues(gpu(0), 2, fields.data()), NVML_SUCCESS);
  EXPECT_EQ(fields[0].value.uiVal, 0U);
  EXPECT_EQ(fields[1].value.uiVal, 0U);
  EXPECT_EQ(nvmlDeviceGetFieldValues(gpu(0), 0, fields.data()), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetFieldValues(gpu(0), -1, fields.data()), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetFieldValues(gpu(0), 1, nullptr), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(ModeTest, VersionsAreTheNodesAndSomeWorkBeforeInit) {
  char text[80];
  int cuda = 0;
  EXPECT_EQ(nvmlSystemGetDriverVersion(text, sizeof text), NVML_SUCCESS);
  EXPECT_STREQ(text, "580.65.06");
  nvmlSystemDriverBranchInfo_t branch{};
  EXPECT_EQ(nvmlSystemGetDriverBranch(&branch, 80), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  branch.version = nvmlSystemDriverBranchInfo_v1;
  EXPECT_EQ(nvmlSystemGetDriverBranch(&branch, 80), NVML_SUCCESS);
  EXPECT_STREQ(branch.branch, "r580_00");
  nvmlShutdown();
  EXPECT_EQ(nvmlSystemGetDriverVersion(text, sizeof text), NVML_ERROR_UNINITIALIZED);
  EXPECT_EQ(nvmlSystemGetNVMLVersion(text, sizeof text), NVML_SUCCESS);
  EXPECT_STREQ(text, "13.580.65.06");
  EXPECT_EQ(nvmlSystemGetNVMLVersion(text, 12), NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(nvmlSystemGetCudaDriverVersion_v2(&cuda), NVML_SUCCESS);
  EXPECT_EQ(cuda, 13000);
}

TEST_F(ModeTest, ConfidentialComputingIsOff) {
  nvmlConfComputeSystemState_t state{};
  unsigned int accepting = 0;
  EXPECT_EQ(nvmlSystemGetConfComputeState(&state), NVML_SUCCESS);
  EXPECT_EQ(state.ccFeature, 0U);
  EXPECT_EQ(nvmlSystemGetConfComputeGpusReadyState(&accepting), NVML_SUCCESS);
  EXPECT_EQ(accepting, 1U);
  nvmlSystemConfComputeSettings_t settings{};
  EXPECT_EQ(nvmlSystemGetConfComputeSettings(&settings), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  settings.version = nvmlSystemConfComputeSettings_v1;
  EXPECT_EQ(nvmlSystemGetConfComputeSettings(&settings), NVML_SUCCESS);
}

}  // namespace
}  // namespace sectile::emulator
