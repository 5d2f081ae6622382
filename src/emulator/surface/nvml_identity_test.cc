#include <functional>
#include <string>
#include <vector>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class IdentityTest : public SurfaceTest {
 protected:
  using TextCall = nvmlReturn_t (*)(nvmlDevice_t, char*, unsigned int);

  static std::string text(TextCall call, nvmlDevice_t device) {
    char buffer[96] = "";
    const nvmlReturn_t result = call(device, buffer, sizeof buffer);
    return result == NVML_SUCCESS ? buffer : nvmlErrorString(result);
  }
};

TEST_F(IdentityTest, MigDevicesAreNamedAfterTheirProfile) {
  EXPECT_EQ(text(nvmlDeviceGetName, gpu(0)), "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(text(nvmlDeviceGetName, mig(0)), "NVIDIA H100 80GB HBM3 MIG 3g.40gb");
  EXPECT_EQ(text(nvmlDeviceGetName, mig(1)), "NVIDIA H100 80GB HBM3 MIG 1g.10gb");
}

TEST_F(IdentityTest, UuidsSayWhatTheyName) {
  EXPECT_EQ(text(nvmlDeviceGetUUID, gpu(0)), "GPU-01234560-89ab-cdef-0123-456789abcdef");
  EXPECT_EQ(text(nvmlDeviceGetUUID, mig(0)).substr(0, 4), "MIG-");
  EXPECT_NE(text(nvmlDeviceGetUUID, mig(0)), text(nvmlDeviceGetUUID, mig(1)));
}

TEST_F(IdentityTest, BuffersMustHoldTheWholeText) {
  char buffer[96];
  EXPECT_EQ(nvmlDeviceGetUUID(gpu(0), buffer, 40), NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(nvmlDeviceGetUUID(gpu(0), buffer, 41), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetName(gpu(0), buffer, 21), NVML_ERROR_INSUFFICIENT_SIZE);
  EXPECT_EQ(nvmlDeviceGetName(gpu(0), nullptr, 96), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(IdentityTest, IndexAndMinorOfMigDevices) {
  unsigned int value = 99;
  EXPECT_EQ(nvmlDeviceGetIndex(mig(1), &value), NVML_SUCCESS);
  EXPECT_EQ(value, 1U);
  EXPECT_EQ(nvmlDeviceGetMinorNumber(gpu(2), &value), NVML_SUCCESS);
  EXPECT_EQ(value, 2U);
  EXPECT_EQ(nvmlDeviceGetMinorNumber(mig(0), &value), NVML_ERROR_NOT_SUPPORTED);
}

TEST_F(IdentityTest, KindOfGpu) {
  nvmlBrandType_t brand{};
  nvmlDeviceArchitecture_t architecture = 0;
  int major = 0;
  int minor = 9;
  unsigned int cores = 0;
  EXPECT_EQ(nvmlDeviceGetBrand(gpu(0), &brand), NVML_SUCCESS);
  EXPECT_EQ(brand, NVML_BRAND_NVIDIA);
  EXPECT_EQ(nvmlDeviceGetArchitecture(mig(0), &architecture), NVML_SUCCESS);
  EXPECT_EQ(architecture, NVML_DEVICE_ARCH_HOPPER);
  EXPECT_EQ(nvmlDeviceGetCudaComputeCapability(gpu(0), &major, &minor), NVML_SUCCESS);
  EXPECT_EQ(major, 9);
  EXPECT_EQ(minor, 0);
  EXPECT_EQ(nvmlDeviceGetNumGpuCores(gpu(0), &cores), NVML_SUCCESS);
  EXPECT_EQ(cores, 132 * 128U);
  EXPECT_EQ(nvmlDeviceGetNumGpuCores(mig(1), &cores), NVML_SUCCESS);
  EXPECT_EQ(cores, 16 * 128U);
}

TEST_F(IdentityTest, BoardsHoldOneGpu) {
  int same = -1;
  unsigned int multi = 9;
  unsigned int one = 0;
  unsigned int other = 0;
  EXPECT_EQ(nvmlDeviceOnSameBoard(gpu(0), gpu(1), &same), NVML_SUCCESS);
  EXPECT_EQ(same, 0);
  EXPECT_EQ(nvmlDeviceOnSameBoard(gpu(0), gpu(0), &same), NVML_SUCCESS);
  EXPECT_EQ(same, 1);
  EXPECT_EQ(nvmlDeviceGetMultiGpuBoard(gpu(0), &multi), NVML_SUCCESS);
  EXPECT_EQ(multi, 0U);
  EXPECT_EQ(nvmlDeviceGetBoardId(gpu(0), &one), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetBoardId(gpu(1), &other), NVML_SUCCESS);
  EXPECT_NE(one, other);
}

TEST_F(IdentityTest, TextsAboutTheBoard) {
  EXPECT_EQ(text(nvmlDeviceGetSerial, gpu(1)), "1650000000001");
  EXPECT_EQ(text(nvmlDeviceGetVbiosVersion, gpu(0)), "94.00.23.00.30");
  EXPECT_EQ(text(nvmlDeviceGetBoardPartNumber, gpu(0)), "900-22330-0000-000");
  EXPECT_EQ(text(nvmlDeviceGetInforomImageVersion, gpu(0)), "G520.0200.00.05");
  char buffer[64];
  EXPECT_EQ(nvmlDeviceGetInforomVersion(gpu(0), NVML_INFOROM_ECC, buffer, 64), NVML_SUCCESS);
  EXPECT_STREQ(buffer, "7.16");
  EXPECT_EQ(nvmlDeviceGetInforomVersion(gpu(0), NVML_INFOROM_POWER, buffer, 64),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceGetInforomVersion(gpu(0), NVML_INFOROM_COUNT, buffer, 64),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetGspFirmwareVersion(gpu(0), buffer), NVML_SUCCESS);
  EXPECT_STREQ(buffer, "580.65.06");
  change_node([](Node& node) { node.gpus.items[1].serial.assign(""); });
  EXPECT_EQ(text(nvmlDeviceGetSerial, gpu(1)), "Not Supported");
}

TEST_F(IdentityTest, PciAddressInEveryVersionsOwnStruct) {
  nvmlPciInfo_t latest{};
  ASSERT_EQ(nvmlDeviceGetPciInfo_v3(mig(0), &latest), NVML_SUCCESS);
  EXPECT_STREQ(latest.busId, "00000000:37:00.0");
  EXPECT_STREQ(latest.busIdLegacy, "0000:37:00.0");
  EXPECT_EQ(latest.bus, 0x37U);
  EXPECT_EQ(latest.pciDeviceId, 0x233010DEU);
  EXPECT_EQ(latest.pciSubSystemId, 0x16C110DEU);

  struct {
    nvmlPciInfo_v1_t info;
    unsigned int after = 0xAAAAAAAA;
  } first{};
  ASSERT_EQ(nvmlDeviceGetPciInfo(gpu(1), &first.info), NVML_SUCCESS);
  EXPECT_STREQ(first.info.busId, "0000:37:00.0");
  EXPECT_EQ(first.info.pciDeviceId, 0x233010DEU);
  EXPECT_EQ(first.after, 0xAAAAAAAA);

  nvmlPciInfo_v2_t second{};
  ASSERT_EQ(nvmlDeviceGetPciInfo_v2(gpu(1), &second), NVML_SUCCESS);
  EXPECT_EQ(second.pciSubSystemId, 0x16C110DEU);

  nvmlPciInfoExt_t extended{};
  EXPECT_EQ(nvmlDeviceGetPciInfoExt(gpu(1), &extended), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  extended.version = nvmlPciInfoExt_v1;
  ASSERT_EQ(nvmlDeviceGetPciInfoExt(gpu(1), &extended), NVML_SUCCESS);
  EXPECT_STREQ(extended.busId, "00000000:37:00.0");
  EXPECT_EQ(extended.baseClass, 3U);
  EXPECT_EQ(extended.subClass, 2U);
}

TEST_F(IdentityTest, HandlesThatNameNothingAreInvalid) {
  unsigned int value = 0;
  nvmlDevice_t stale = mig(1);
  EXPECT_EQ(nvmlDeviceGetIndex(nullptr, &value), NVML_ERROR_INVALID_ARGUMENT);
  change_node([](Node& node) { node.gpus.items[1].instances[7] = {}; });
  EXPECT_EQ(nvmlDeviceGetIndex(stale, &value), NVML_ERROR_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace sectile::emulator
