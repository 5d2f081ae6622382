#include "src/emulator/surface/library.h"

#include <new>

#include "src/emulator/surface/entry.h"
#include "src/emulator/surface/surface_test_support.h"

// Defined by a stub.
extern "C" nvmlReturn_t nvmlDeviceGetVgpuCapabilities(nvmlDevice_t device, unsigned int capability,
                                                      unsigned int* result);

namespace sectile::emulator {
namespace {

class LibraryTest : public SurfaceTest {};

TEST_F(LibraryTest, ShutdownsAreCountedAgainstInits) {
  unsigned int count = 0;
  EXPECT_EQ(nvmlInit(), NVML_SUCCESS);
  EXPECT_EQ(nvmlInitWithFlags(0), NVML_SUCCESS);
  EXPECT_EQ(nvmlShutdown(), NVML_SUCCESS);
  EXPECT_EQ(nvmlShutdown(), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetCount_v2(&count), NVML_SUCCESS);
  EXPECT_EQ(nvmlShutdown(), NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceGetCount_v2(&count), NVML_ERROR_UNINITIALIZED);
  EXPECT_EQ(nvmlShutdown(), NVML_ERROR_UNINITIALIZED);
}

TEST_F(LibraryTest, StubsAnswerUninitializedBeforeInitAndNotSupportedAfter) {
  EXPECT_EQ(nvmlDeviceGetVgpuCapabilities(nullptr, 0, nullptr), NVML_ERROR_NOT_SUPPORTED);
  nvmlShutdown();
  EXPECT_EQ(nvmlDeviceGetVgpuCapabilities(nullptr, 0, nullptr), NVML_ERROR_UNINITIALIZED);
}

TEST_F(LibraryTest, WithoutANodeTheDriverIsNotLoaded) {
  nvmlShutdown();
  set_variable(kStateVariable, nullptr);
  EXPECT_EQ(nvmlInit_v2(), NVML_ERROR_DRIVER_NOT_LOADED);
  set_variable(kStateVariable, "/nonexistent");
  EXPECT_EQ(nvmlInit_v2(), NVML_ERROR_DRIVER_NOT_LOADED);
  unsigned int count = 0;
  EXPECT_EQ(nvmlDeviceGetCount_v2(&count), NVML_ERROR_UNINITIALIZED);
}

TEST_F(LibraryTest, NoGpusIsAnErrorUnlessTheCallerSaysOtherwise) {
  change_node([](Node& node) { node.gpus.count = node.processes.count = 0; });
  nvmlShutdown();
  EXPECT_EQ(nvmlInit_v2(), NVML_ERROR_GPU_NOT_FOUND);
  EXPECT_EQ(nvmlInitWithFlags(NVML_INIT_FLAG_NO_GPUS), NVML_SUCCESS);
  unsigned int count = 7;
  EXPECT_EQ(nvmlDeviceGetCount_v2(&count), NVML_SUCCESS);
  EXPECT_EQ(count, 0U);
}

TEST_F(LibraryTest, ScriptedFaultsReplaceACallOrItsAnswer) {
  const auto fault = [&](FaultEffect effect, nvmlReturn_t result) {
    change_node([&](Node& node) {
      FaultRule rule{};
      rule.call.assign("nvmlDeviceSetPersistenceMode");
      rule.has_result = 1;
      rule.result = result;
      rule.effect = effect;
      node.faults.count = 0;
      node.faults.push(rule);
    });
  };
  const auto persistence = [&] {
    nvmlEnableState_t mode{};
    EXPECT_EQ(nvmlDeviceGetPersistenceMode(gpu(0), &mode), NVML_SUCCESS);
    return mode;
  };
  fault(FaultEffect::kNone, NVML_ERROR_TIMEOUT);
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(gpu(0), NVML_FEATURE_DISABLED), NVML_ERROR_TIMEOUT);
  EXPECT_EQ(persistence(), NVML_FEATURE_ENABLED);
  fault(FaultEffect::kNone, NVML_SUCCESS);
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(gpu(0), NVML_FEATURE_DISABLED), NVML_SUCCESS);
  EXPECT_EQ(persistence(), NVML_FEATURE_ENABLED);
  fault(FaultEffect::kDone, NVML_ERROR_UNKNOWN);
  EXPECT_EQ(nvmlDeviceSetPersistenceMode(gpu(0), NVML_FEATURE_DISABLED), NVML_ERROR_UNKNOWN);
  EXPECT_EQ(persistence(), NVML_FEATURE_DISABLED);
}

TEST(EntryTest, ExceptionsBecomeReturnCodes) {
  const auto out_of_memory = []() -> nvmlReturn_t { throw std::bad_alloc(); };
  const auto other = []() -> nvmlReturn_t { throw 7; };  // NOLINT(*-throw-by-value*)
  EXPECT_EQ(entry_before_init("x", out_of_memory), NVML_ERROR_MEMORY);
  EXPECT_EQ(entry_before_init("x", other), NVML_ERROR_UNKNOWN);
}

}  // namespace
}  // namespace sectile::emulator
