// For tests of the NVML surface: an emulated node of three H100s in a state directory of its own,
// and NVML initialised on it.
//
//     GPU 0: MIG off, this process on it with 1000 MiB
//     GPU 1: MIG on, 3g.40gb@4 (GI 2) with one CI 0, this process in it with 500 MiB;
//            1g.10gb@0 (GI 7) with CI 0
//     GPU 2: MIG off, idle
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/nvml_abi/nvml.h"
#include "src/base/scratch_folder.h"
#include "src/emulator/geometry_copy.h"
#include "src/emulator/session.h"
#include "src/emulator/slots.h"
#include "src/emulator/state.h"
#include "src/emulator/store.h"

namespace sectile::emulator {

inline constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

inline Gpu test_gpu(std::uint32_t index) {
  Gpu gpu{};
  gpu.uuid.assign("GPU-0123456" + std::to_string(index) + "-89ab-cdef-0123-456789abcdef");
  gpu.serial.assign("165000000000" + std::to_string(index));
  gpu.minor = index;
  gpu.pci_bus = 0x17 + index * 0x20;
  gpu.pci_subsystem = 0x16C110DE;
  gpu.numa_node = index / 2;
  gpu.toggle = ModeToggle::kImmediate;
  gpu.persistence_mode = 1;
  return gpu;
}

// Puts a GPU instance with one compute instance, which fills it, on a GPU.
inline void put_instance(Node& node, Gpu& gpu, std::uint32_t profile_id, std::uint32_t start) {
  const Geometry& geometry = node.geometry_of(gpu);
  const std::uint32_t profile = find_profile(geometry, profile_id).value_or(kNoId);
  const ProfileKind& kind = geometry.profiles.items.at(profile);
  const Span span{.start = start, .size = kind.memory_slices};
  GpuInstance& instance = gpu.instances.at(tree_id(geometry, false, span).value_or(kNoId));
  instance.exists = 1;
  instance.generation = ++node.last_generation;
  instance.profile = profile;
  instance.span = span;
  ComputeInstance& compute = instance.compute[0];
  compute.exists = 1;
  compute.generation = ++node.last_generation;
  while (kind.compute.items.at(compute.compute).fills == 0) {
    ++compute.compute;
  }
  compute.span = kind.compute.items.at(compute.compute).spans.items[0];
}

inline Process test_process(std::uint32_t gpu, std::uint64_t memory) {
  Process process{};
  process.pid = static_cast<std::uint32_t>(::getpid());
  process.gpu = gpu;
  process.gpu_instance = kNoId;
  process.compute_instance = kNoId;
  process.memory = memory;
  return process;
}

inline std::unique_ptr<Node> test_node() {
  auto node = std::make_unique<Node>();
  node->driver_branch = 580;
  node->driver_version.assign("580.65.06");
  node->nvml_version.assign("13.580.65.06");
  node->cuda_version = 13000;
  node->geometries.push(pack(*find_model("h100-80gb-sxm5").value()).value());
  for (std::uint32_t index = 0; index < 3; ++index) {
    node->gpus.push(test_gpu(index));
  }
  Gpu& mig = node->gpus.items[1];
  mig.current_mode = mig.pending_mode = 1;
  put_instance(*node, mig, 9, 4);
  put_instance(*node, mig, 19, 0);
  node->processes.push(test_process(0, 1000));
  Process tenant = test_process(1, 500);
  tenant.gpu_instance = 2;
  tenant.compute_instance = 0;
  node->processes.push(tenant);
  return node;
}

// Sets an environment variable, or takes it away: no thread of these tests reads one meanwhile.
inline void set_variable(const char* name, const char* value) {
  if (value != nullptr) {
    ::setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe)
  } else {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  }
}

class SurfaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::unique_ptr<Node> node = test_node();
    const Status created = Store::create(state(), *node);
    ASSERT_TRUE(created) << created.error().message;
    set_variable(kStateVariable, state().c_str());
    set_capability("config");
    ASSERT_EQ(nvmlInit_v2(), NVML_SUCCESS);
  }

  void TearDown() override {
    while (nvmlShutdown() == NVML_SUCCESS) {
    }
    set_variable(kStateVariable, nullptr);
    set_variable(kCapabilityVariable, nullptr);
  }

  std::string state() const { return folder_.path() / "state"; }

  static void set_capability(const char* name) { set_variable(kCapabilityVariable, name); }

  // Changes the node as another process would.
  template <typename Change>
  void change_node(const Change& change) {
    Store store = Store::open(state()).value();
    ASSERT_EQ(store.write([&](Node& node) {
      change(node);
      return NVML_SUCCESS;
    }),
              NVML_SUCCESS);
  }

  static nvmlDevice_t gpu(unsigned int index) {
    nvmlDevice_t device = nullptr;
    EXPECT_EQ(nvmlDeviceGetHandleByIndex_v2(index, &device), NVML_SUCCESS);
    return device;
  }

  // MIG device `index` of GPU 1: 0 is the 3g.40gb, since GI 2 comes before GI 7.
  static nvmlDevice_t mig(unsigned int index) {
    nvmlDevice_t device = nullptr;
    EXPECT_EQ(nvmlDeviceGetMigDeviceHandleByIndex(gpu(1), index, &device), NVML_SUCCESS);
    return device;
  }

 private:
  ScratchFolder folder_;
};

}  // namespace sectile::emulator
