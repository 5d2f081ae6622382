#include <cstring>
#include <string>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class FindTest : public SurfaceTest {};

TEST_F(FindTest, EveryGpuHasAHandleAndNothingElse) {
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetCount_v2(&count), NVML_SUCCESS);
  EXPECT_EQ(count, 3U);
  EXPECT_EQ(nvmlDeviceGetCount(&count), NVML_SUCCESS);
  nvmlDevice_t device = nullptr;
  for (unsigned int index = 0; index < count; ++index) {
    EXPECT_EQ(nvmlDeviceGetHandleByIndex(index, &device), NVML_SUCCESS);
    unsigned int read = 99;
    EXPECT_EQ(nvmlDeviceGetIndex(device, &read), NVML_SUCCESS);
    EXPECT_EQ(read, index);
  }
  EXPECT_EQ(nvmlDeviceGetHandleByIndex_v2(3, &device), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetHandleByIndex_v2(0, nullptr), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetCount_v2(nullptr), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(FindTest, UuidsNameGpusAndMigDevices) {
  for (nvmlDevice_t wanted : {gpu(0), gpu(1), mig(0), mig(1)}) {
    char uuid[NVML_DEVICE_UUID_V2_BUFFER_SIZE];
    ASSERT_EQ(nvmlDeviceGetUUID(wanted, uuid, sizeof uuid), NVML_SUCCESS);
    nvmlDevice_t found = nullptr;
    EXPECT_EQ(nvmlDeviceGetHandleByUUID(uuid, &found), NVML_SUCCESS) << uuid;
    EXPECT_EQ(found, wanted) << uuid;
  }
}

TEST_F(FindTest, OldMigUuidsAreUnderstoodToo) {
  nvmlDevice_t found = nullptr;
  const std::string uuid = "MIG-GPU-01234561-89ab-cdef-0123-456789abcdef/7/0";
  EXPECT_EQ(nvmlDeviceGetHandleByUUID(uuid.c_str(), &found), NVML_SUCCESS);
  EXPECT_EQ(found, mig(1));
}

TEST_F(FindTest, UnknownUuidsAreNotFound) {
  nvmlDevice_t found = nullptr;
  for (const char* uuid : {"", "GPU-", "GPU-01234569-89ab-cdef-0123-456789abcdef", "MIG-",
                           "MIG-GPU-01234561-89ab-cdef-0123-456789abcdef/9/0", "0"}) {
    EXPECT_EQ(nvmlDeviceGetHandleByUUID(uuid, &found), NVML_ERROR_NOT_FOUND) << uuid;
  }
  EXPECT_EQ(nvmlDeviceGetHandleByUUID(nullptr, &found), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetHandleByUUID("GPU-", nullptr), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(FindTest, TaggedUuidsAreTextOrBytes) {
  nvmlDevice_t found = nullptr;
  nvmlUUID_t uuid{};
  EXPECT_EQ(nvmlDeviceGetHandleByUUIDV(&uuid, &found), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  uuid.version = nvmlUUID_v1;
  EXPECT_EQ(nvmlDeviceGetHandleByUUIDV(&uuid, &found), NVML_ERROR_INVALID_ARGUMENT);

  uuid.type = NVML_UUID_TYPE_ASCII;
  std::memcpy(uuid.value.str, "GPU-01234562-89ab-cdef-0123-456789abcdef", 41);
  EXPECT_EQ(nvmlDeviceGetHandleByUUIDV(&uuid, &found), NVML_SUCCESS);
  EXPECT_EQ(found, gpu(2));

  uuid.type = NVML_UUID_TYPE_BINARY;
  const unsigned char bytes[] = {0x01, 0x23, 0x45, 0x61, 0x89, 0xAB, 0xCD, 0xEF,
                                 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF};
  std::memcpy(uuid.value.bytes, bytes, sizeof bytes);
  EXPECT_EQ(nvmlDeviceGetHandleByUUIDV(&uuid, &found), NVML_SUCCESS);
  EXPECT_EQ(found, gpu(1));
  uuid.value.bytes[15] = 0;
  EXPECT_EQ(nvmlDeviceGetHandleByUUIDV(&uuid, &found), NVML_ERROR_NOT_FOUND);

  // 41 characters without a final NUL must not be read past.
  uuid.type = NVML_UUID_TYPE_ASCII;
  std::memset(uuid.value.str, 'x', sizeof uuid.value.str);
  EXPECT_EQ(nvmlDeviceGetHandleByUUIDV(&uuid, &found), NVML_ERROR_NOT_FOUND);
}

TEST_F(FindTest, BusIdsMayHaveAnyNumberOfDigitsInTheDomain) {
  for (const char* id : {"00000000:37:00.0", "0000:37:00.0", "0:37:0.0", "37:00.0"}) {
    nvmlDevice_t found = nullptr;
    EXPECT_EQ(nvmlDeviceGetHandleByPciBusId_v2(id, &found), NVML_SUCCESS) << id;
    EXPECT_EQ(found, gpu(1)) << id;
    EXPECT_EQ(nvmlDeviceGetHandleByPciBusId(id, &found), NVML_SUCCESS) << id;
  }
  nvmlDevice_t found = nullptr;
  for (const char* id : {"0000:38:00.0", "0001:37:00.0", "37:01.0"}) {
    EXPECT_EQ(nvmlDeviceGetHandleByPciBusId_v2(id, &found), NVML_ERROR_NOT_FOUND) << id;
  }
  for (const char* id : {"", ":", "37", "37:00", "37:00.1", "37:00.0 ", "g7:00.0", "0:0:37:00.0",
                         "100000000:37:00.0"}) {
    EXPECT_EQ(nvmlDeviceGetHandleByPciBusId_v2(id, &found), NVML_ERROR_INVALID_ARGUMENT) << id;
  }
  EXPECT_EQ(nvmlDeviceGetHandleByPciBusId_v2(nullptr, &found), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(FindTest, SerialsNameBoards) {
  nvmlDevice_t found = nullptr;
  EXPECT_EQ(nvmlDeviceGetHandleBySerial("1650000000002", &found), NVML_SUCCESS);
  EXPECT_EQ(found, gpu(2));
  EXPECT_EQ(nvmlDeviceGetHandleBySerial("165000000000", &found), NVML_ERROR_NOT_FOUND);
  EXPECT_EQ(nvmlDeviceGetHandleBySerial("", &found), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetHandleBySerial(nullptr, &found), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(FindTest, ALostGpuSaysSoToEveryCall) {
  nvmlDevice_t kept = gpu(2);
  change_node([](Node& node) { node.gpus.items[2].lost = 1; });
  nvmlDevice_t found = nullptr;
  unsigned int value = 0;
  EXPECT_EQ(nvmlDeviceGetHandleByIndex_v2(2, &found), NVML_ERROR_GPU_IS_LOST);
  EXPECT_EQ(nvmlDeviceGetHandleByUUID("GPU-01234562-89ab-cdef-0123-456789abcdef", &found),
            NVML_ERROR_GPU_IS_LOST);
  EXPECT_EQ(nvmlDeviceGetPowerUsage(kept, &value), NVML_ERROR_GPU_IS_LOST);
  EXPECT_EQ(nvmlDeviceGetPowerUsage(gpu(0), &value), NVML_SUCCESS);
}

}  // namespace
}  // namespace sectile::emulator
