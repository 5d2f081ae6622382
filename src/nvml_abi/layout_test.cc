// Sizes, offsets and version tags of the ABI, as laid out by gcc on x86-64 from nvml.h. Whatever is
// wrong here would be wrong in every client, so the compiler checks it.
#include <gtest/gtest.h>

#include <cstddef>

#include "sectile/nvml_abi/nvml.h"

namespace {

#define SECTILE_AT(type, member, offset) static_assert(offsetof(type, member) == (offset))
#define SECTILE_SIZE(type, size) static_assert(sizeof(type) == (size))

SECTILE_SIZE(nvmlReturn_t, 4);
SECTILE_SIZE(nvmlDevice_t, 8);

SECTILE_SIZE(nvmlGpuInstancePlacement_t, 8);
SECTILE_AT(nvmlGpuInstancePlacement_t, size, 4);
SECTILE_SIZE(nvmlComputeInstancePlacement_t, 8);
SECTILE_AT(nvmlComputeInstancePlacement_t, size, 4);

SECTILE_SIZE(nvmlGpuInstanceProfileInfo_t, 48);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, isP2pSupported, 4);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, sliceCount, 8);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, instanceCount, 12);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, multiprocessorCount, 16);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, copyEngineCount, 20);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, decoderCount, 24);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, encoderCount, 28);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, jpegCount, 32);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, ofaCount, 36);
SECTILE_AT(nvmlGpuInstanceProfileInfo_t, memorySizeMB, 40);

SECTILE_SIZE(nvmlGpuInstanceProfileInfo_v2_t, 152);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, id, 4);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, isP2pSupported, 8);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, sliceCount, 12);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, instanceCount, 16);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, multiprocessorCount, 20);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, copyEngineCount, 24);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, decoderCount, 28);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, encoderCount, 32);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, jpegCount, 36);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, ofaCount, 40);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, memorySizeMB, 48);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v2_t, name, 56);
static_assert(nvmlGpuInstanceProfileInfo_v2 == 0x02000098);

SECTILE_SIZE(nvmlGpuInstanceProfileInfo_v3_t, 152);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, id, 4);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, sliceCount, 8);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, instanceCount, 12);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, multiprocessorCount, 16);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, copyEngineCount, 20);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, decoderCount, 24);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, encoderCount, 28);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, jpegCount, 32);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, ofaCount, 36);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, memorySizeMB, 40);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, name, 48);
SECTILE_AT(nvmlGpuInstanceProfileInfo_v3_t, capabilities, 144);
static_assert(nvmlGpuInstanceProfileInfo_v3 == 0x03000098);

SECTILE_SIZE(nvmlGpuInstanceInfo_t, 24);
SECTILE_AT(nvmlGpuInstanceInfo_t, id, 8);
SECTILE_AT(nvmlGpuInstanceInfo_t, profileId, 12);
SECTILE_AT(nvmlGpuInstanceInfo_t, placement, 16);

SECTILE_SIZE(nvmlComputeInstanceProfileInfo_t, 36);
SECTILE_AT(nvmlComputeInstanceProfileInfo_t, sliceCount, 4);
SECTILE_AT(nvmlComputeInstanceProfileInfo_t, sharedOfaCount, 32);
SECTILE_SIZE(nvmlComputeInstanceProfileInfo_v2_t, 136);
SECTILE_AT(nvmlComputeInstanceProfileInfo_v2_t, id, 4);
SECTILE_AT(nvmlComputeInstanceProfileInfo_v2_t, name, 40);
static_assert(nvmlComputeInstanceProfileInfo_v2 == 0x02000088);
SECTILE_SIZE(nvmlComputeInstanceProfileInfo_v3_t, 140);
SECTILE_AT(nvmlComputeInstanceProfileInfo_v3_t, name, 40);
SECTILE_AT(nvmlComputeInstanceProfileInfo_v3_t, capabilities, 136);
static_assert(nvmlComputeInstanceProfileInfo_v3 == 0x0300008C);

SECTILE_SIZE(nvmlComputeInstanceInfo_v1_t, 24);
SECTILE_SIZE(nvmlComputeInstanceInfo_t, 32);
SECTILE_AT(nvmlComputeInstanceInfo_t, gpuInstance, 8);
SECTILE_AT(nvmlComputeInstanceInfo_t, id, 16);
SECTILE_AT(nvmlComputeInstanceInfo_t, profileId, 20);
SECTILE_AT(nvmlComputeInstanceInfo_t, placement, 24);

SECTILE_SIZE(nvmlDeviceAttributes_v1_t, 24);
SECTILE_SIZE(nvmlDeviceAttributes_t, 40);
SECTILE_AT(nvmlDeviceAttributes_t, sharedOfaCount, 20);
SECTILE_AT(nvmlDeviceAttributes_t, gpuInstanceSliceCount, 24);
SECTILE_AT(nvmlDeviceAttributes_t, computeInstanceSliceCount, 28);
SECTILE_AT(nvmlDeviceAttributes_t, memorySizeMB, 32);

SECTILE_SIZE(nvmlMemory_t, 24);
SECTILE_SIZE(nvmlMemory_v2_t, 40);
SECTILE_AT(nvmlMemory_v2_t, total, 8);
SECTILE_AT(nvmlMemory_v2_t, reserved, 16);
SECTILE_AT(nvmlMemory_v2_t, free, 24);
SECTILE_AT(nvmlMemory_v2_t, used, 32);
static_assert(nvmlMemory_v2 == 0x02000028);
SECTILE_SIZE(nvmlBAR1Memory_t, 24);
SECTILE_SIZE(nvmlUtilization_t, 8);

SECTILE_SIZE(nvmlPciInfo_v1_t, 32);
SECTILE_SIZE(nvmlPciInfo_v2_t, 52);
SECTILE_SIZE(nvmlPciInfo_t, 68);
SECTILE_AT(nvmlPciInfo_t, domain, 16);
SECTILE_AT(nvmlPciInfo_t, bus, 20);
SECTILE_AT(nvmlPciInfo_t, device, 24);
SECTILE_AT(nvmlPciInfo_t, pciDeviceId, 28);
SECTILE_AT(nvmlPciInfo_t, pciSubSystemId, 32);
SECTILE_AT(nvmlPciInfo_t, busId, 36);
SECTILE_SIZE(nvmlPciInfoExt_v1_t, 64);
SECTILE_AT(nvmlPciInfoExt_v1_t, pciDeviceId, 16);
SECTILE_AT(nvmlPciInfoExt_v1_t, baseClass, 24);
SECTILE_AT(nvmlPciInfoExt_v1_t, busId, 32);
static_assert(nvmlPciInfoExt_v1 == 0x01000040);

SECTILE_SIZE(nvmlProcessInfo_v1_t, 16);
SECTILE_AT(nvmlProcessInfo_v1_t, usedGpuMemory, 8);
SECTILE_SIZE(nvmlProcessInfo_t, 24);
SECTILE_AT(nvmlProcessInfo_t, gpuInstanceId, 16);
SECTILE_AT(nvmlProcessInfo_t, computeInstanceId, 20);
SECTILE_SIZE(nvmlProcessDetail_v1_t, 32);
SECTILE_AT(nvmlProcessDetail_v1_t, usedGpuCcProtectedMemory, 24);
SECTILE_SIZE(nvmlProcessDetailList_v1_t, 24);
SECTILE_AT(nvmlProcessDetailList_v1_t, mode, 4);
SECTILE_AT(nvmlProcessDetailList_v1_t, numProcArrayEntries, 8);
SECTILE_AT(nvmlProcessDetailList_v1_t, procArray, 16);
static_assert(nvmlProcessDetailList_v1 == 0x01000018);
SECTILE_SIZE(nvmlProcessUtilizationSample_t, 32);

SECTILE_SIZE(nvmlEventData_v1_t, 24);
SECTILE_SIZE(nvmlEventData_t, 32);
SECTILE_AT(nvmlEventData_t, eventType, 8);
SECTILE_AT(nvmlEventData_t, eventData, 16);
SECTILE_AT(nvmlEventData_t, gpuInstanceId, 24);
SECTILE_AT(nvmlEventData_t, computeInstanceId, 28);

SECTILE_SIZE(nvmlUUID_v1_t, 52);
SECTILE_AT(nvmlUUID_v1_t, value, 8);
static_assert(nvmlUUID_v1 == 0x01000034);

SECTILE_SIZE(nvmlFieldValue_t, 40);
SECTILE_SIZE(nvmlGpuFabricInfo_t, 28);
SECTILE_SIZE(nvmlGpuFabricInfo_v2_t, 36);
static_assert(nvmlGpuFabricInfo_v2 == 0x02000024);
SECTILE_SIZE(nvmlGpuFabricInfoV_t, 40);
static_assert(nvmlGpuFabricInfo_v3 == 0x03000028);

// One translation unit with every header, and one test so that the program is not empty.
TEST(NvmlAbiTest, VersionedProfileStructsAreToldApartByTagNotBySize) {
  EXPECT_EQ(sizeof(nvmlGpuInstanceProfileInfo_v2_t), sizeof(nvmlGpuInstanceProfileInfo_v3_t));
  EXPECT_NE(nvmlGpuInstanceProfileInfo_v2, nvmlGpuInstanceProfileInfo_v3);
}

}  // namespace
