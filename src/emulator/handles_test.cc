#include "src/emulator/handles.h"

#include <gtest/gtest.h>

#include <random>

#include "sectile/base/check.h"
#include "src/emulator/test_node.h"

namespace sectile::emulator {
namespace {

TEST(HandlesTest, NameWhatTheyWereMadeOf) {
  NodeDescription description = node_of("a100-40gb", 2);
  description.gpus[0].instances = {{.profile = {9}, .compute = {{0}, {0}}}, {.profile = {20}}};
  const auto node = build_node(description).value();
  for (std::uint32_t gpu = 0; gpu < 2; ++gpu) {
    const auto whole = find_device(*node, gpu_device_handle(gpu));
    SECTILE_CHECK(whole.has_value());
    EXPECT_EQ(whole->gpu_index, gpu);
    for (const Named& instance : gpu_instances(*node, gpu)) {
      const auto found = find_gpu_instance(*node, gpu_instance_handle(instance));
      SECTILE_CHECK(found.has_value());
      EXPECT_EQ(found->gi_id, instance.gi_id);
    }
    const std::vector<Named> devices = mig_devices(*node, gpu);
    EXPECT_EQ(devices.size(), 3U);
    for (const Named& device : devices) {
      const auto found = find_device(*node, mig_device_handle(device));
      SECTILE_CHECK(found.has_value());
      EXPECT_EQ(found->ci, device.ci);
      const auto compute = find_compute_instance(*node, compute_instance_handle(device));
      SECTILE_CHECK(compute.has_value());
      EXPECT_EQ(compute->ci, device.ci);
      EXPECT_EQ(find_by_uuid(*node, uuid_of(device)), mig_device_handle(device));
    }
  }
  EXPECT_FALSE(find_device(*node, gpu_device_handle(2)));
}

TEST(HandlesTest, MigDevicesAreNamedWithoutAttributes) {
  NodeDescription description = node_of("a100-40gb");
  description.gpus[0].instances = {{.profile = {20}}};
  const auto node = build_node(description).value();
  EXPECT_EQ(name_of(*node, mig_devices(*node, 0)[0]), "NVIDIA A100-SXM4-40GB MIG 1g.5gb");
}

TEST(HandlesTest, NothingElseIsAHandle) {
  NodeDescription description = node_of("a100-40gb");
  description.gpus[0].instances = {{.profile = {9}}};
  const auto node = build_node(description).value();
  std::mt19937_64 random(3);
  const auto real = reinterpret_cast<std::uint64_t>(gpu_device_handle(0));
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t value = i % 2 == 0 ? random() : real ^ (1ULL << random() % 64);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what a hostile client may pass.
    EXPECT_FALSE(find_device(*node, reinterpret_cast<nvmlDevice_t>(value))) << std::hex << value;
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    EXPECT_FALSE(find_gpu_instance(*node, reinterpret_cast<nvmlGpuInstance_t>(value)));
  }
}

TEST(HandlesTest, UuidsAreOfVersionFive) {
  // RFC 4122's form, and every place another one.
  const std::string uuid = uuid_from("one");
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '5');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  EXPECT_NE(uuid, uuid_from("two"));
  EXPECT_EQ(uuid, uuid_from("one"));
}

}  // namespace
}  // namespace sectile::emulator
