#include <thread>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class EventTest : public SurfaceTest {
 protected:
  void SetUp() override {
    SurfaceTest::SetUp();
    ASSERT_EQ(nvmlEventSetCreate(&set_), NVML_SUCCESS);
  }

  // As the emulated driver does when something happens.
  void happen(std::uint64_t type, std::uint64_t data, std::uint32_t gpu_index) {
    change_node([&](Node& node) {
      const std::uint64_t sequence = ++node.last_event;
      node.events[sequence % kMaxEvents] = {.sequence = sequence,
                                            .type = type,
                                            .data = data,
                                            .gpu = gpu_index,
                                            .gpu_instance = 2,
                                            .compute_instance = 0};
    });
  }

  nvmlReturn_t wait(nvmlEventData_t& data) const { return nvmlEventSetWait_v2(set_, &data, 0); }

  nvmlEventSet_t set_ = nullptr;
};

TEST_F(EventTest, ASetGetsWhatItRegisteredForOnceAndInOrder) {
  ASSERT_EQ(nvmlDeviceRegisterEvents(gpu(1), nvmlEventTypeXidCriticalError, set_), NVML_SUCCESS);
  nvmlEventData_t data{};
  EXPECT_EQ(wait(data), NVML_ERROR_TIMEOUT);
  happen(nvmlEventTypeXidCriticalError, 79, 1);
  happen(nvmlEventMigConfigChange, 0, 1);
  happen(nvmlEventTypeXidCriticalError, 13, 0);
  happen(nvmlEventTypeXidCriticalError, 31, 1);
  ASSERT_EQ(wait(data), NVML_SUCCESS);
  EXPECT_EQ(data.device, gpu(1));
  EXPECT_EQ(data.eventType, nvmlEventTypeXidCriticalError);
  EXPECT_EQ(data.eventData, 79U);
  EXPECT_EQ(data.gpuInstanceId, 2U);
  EXPECT_EQ(data.computeInstanceId, 0U);
  ASSERT_EQ(wait(data), NVML_SUCCESS);
  EXPECT_EQ(data.eventData, 31U);
  EXPECT_EQ(wait(data), NVML_ERROR_TIMEOUT);
}

TEST_F(EventTest, WhatHappenedBeforeRegisteringIsPast) {
  happen(nvmlEventMigConfigChange, 0, 1);
  ASSERT_EQ(nvmlDeviceRegisterEvents(gpu(1), nvmlEventMigConfigChange, set_), NVML_SUCCESS);
  nvmlEventData_t data{};
  EXPECT_EQ(wait(data), NVML_ERROR_TIMEOUT);
}

TEST_F(EventTest, SetsHearOfEventsEachForThemselves) {
  nvmlEventSet_t other = nullptr;
  ASSERT_EQ(nvmlEventSetCreate(&other), NVML_SUCCESS);
  for (nvmlEventSet_t set : {set_, other}) {
    ASSERT_EQ(nvmlDeviceRegisterEvents(gpu(1), nvmlEventMigConfigChange, set), NVML_SUCCESS);
  }
  happen(nvmlEventMigConfigChange, 0, 1);
  nvmlEventData_t data{};
  EXPECT_EQ(wait(data), NVML_SUCCESS);
  EXPECT_EQ(nvmlEventSetWait_v2(other, &data, 0), NVML_SUCCESS);
}

TEST_F(EventTest, WhoReadsTooSlowlyMissesTheOldest) {
  ASSERT_EQ(nvmlDeviceRegisterEvents(gpu(1), nvmlEventTypeClock, set_), NVML_SUCCESS);
  for (std::uint64_t i = 1; i <= kMaxEvents + 3; ++i) {
    happen(nvmlEventTypeClock, i, 1);
  }
  nvmlEventData_t data{};
  ASSERT_EQ(wait(data), NVML_SUCCESS);
  EXPECT_EQ(data.eventData, 4U);
}

TEST_F(EventTest, AWaitEndsWhenSomethingHappens) {
  ASSERT_EQ(nvmlDeviceRegisterEvents(gpu(1), nvmlEventMigConfigChange, set_), NVML_SUCCESS);
  std::jthread other([&] { happen(nvmlEventMigConfigChange, 7, 1); });
  nvmlEventData_t data{};
  EXPECT_EQ(nvmlEventSetWait_v2(set_, &data, 60'000), NVML_SUCCESS);
  EXPECT_EQ(data.eventData, 7U);
}

TEST_F(EventTest, TheUnversionedWaitWrites24Bytes) {
  ASSERT_EQ(nvmlDeviceRegisterEvents(gpu(1), nvmlEventMigConfigChange, set_), NVML_SUCCESS);
  happen(nvmlEventMigConfigChange, 7, 1);
  struct {
    nvmlEventData_v1_t data{};
    unsigned int after = 0xAAAAAAAA;
  } old;
  EXPECT_EQ(nvmlEventSetWait(set_, &old.data, 0), NVML_SUCCESS);
  EXPECT_EQ(old.data.eventData, 7U);
  EXPECT_EQ(old.after, 0xAAAAAAAA);
}

TEST_F(EventTest, WhatCannotBeRegisteredOrWaitedFor) {
  nvmlEventData_t data{};
  EXPECT_EQ(nvmlDeviceRegisterEvents(mig(0), nvmlEventTypeXidCriticalError, set_),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceRegisterEvents(gpu(0), nvmlEventTypePowerSourceChange, set_),
            NVML_ERROR_NOT_SUPPORTED);
  EXPECT_EQ(nvmlDeviceRegisterEvents(gpu(0), nvmlEventTypeXidCriticalError, nullptr),
            NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlEventSetWait_v2(nullptr, &data, 0), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlEventSetWait_v2(set_, nullptr, 0), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlEventSetFree(set_), NVML_SUCCESS);
  EXPECT_EQ(nvmlEventSetFree(set_), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(wait(data), NVML_ERROR_INVALID_ARGUMENT);
  unsigned long long types = 0;
  EXPECT_EQ(nvmlDeviceGetSupportedEventTypes(gpu(0), &types), NVML_SUCCESS);
  EXPECT_NE(types & nvmlEventTypeXidCriticalError, 0U);
  EXPECT_NE(types & nvmlEventMigConfigChange, 0U);
}

TEST_F(EventTest, ShutdownForgetsTheSets) {
  ASSERT_EQ(nvmlShutdown(), NVML_SUCCESS);
  ASSERT_EQ(nvmlInit_v2(), NVML_SUCCESS);
  EXPECT_EQ(nvmlEventSetFree(set_), NVML_ERROR_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace sectile::emulator
