#include "sectile/apply/mig_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/text/notation.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

using testing::ElementsAre;

Layout layout(const std::string& notation) {
  return parse_layout(*find_model("h100-80gb-sxm5").value(), notation).value();
}

// "0:1 3g.40gb@4", in order.
std::vector<std::string> names(const Snapshot& snapshot) {
  std::vector<std::string> result;
  for (const MigDevice& device : mig_devices(snapshot)) {
    result.push_back(index_name(device) + " " + device.profile + "@" +
                     std::to_string(device.placement.start));
  }
  return result;
}

TEST(MigDevicesTest, AreCountedByIdAndNamedByWhatTheyAre) {
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", layout("3g.40gb@4 2g.20gb@0[1c 1c]"));
  fake.add("h100-80gb-sxm5", layout("1g.10gb@6[]"));
  fake.add("h100-80gb-sxm5", layout("7g.80gb@0"));
  // Ids say no placement: the instance behind gets the lower one.
  for (FakeNvml::Instance& instance : fake.gpus[0].instances) {
    instance.id = instance.placement.start == 4 ? 1 : 3;
  }
  const Snapshot snapshot = fake.node().read().value();
  EXPECT_THAT(names(snapshot), ElementsAre("0:0 3g.40gb@4", "0:1 1c.2g.20gb@0", "0:2 1c.2g.20gb@0",
                                           "2:0 7g.80gb@0"));
  const MigDevice last = mig_devices(snapshot).back();
  EXPECT_EQ(last.gpu_uuid, snapshot.gpus[2].uuid);
  EXPECT_EQ(last.uuid, snapshot.gpus[2].instances[0].compute[0].uuid);
  EXPECT_EQ(last.gpu_instance, snapshot.gpus[2].instances[0].id.value);
}

TEST(MigDevicesTest, AreWrittenToAFileWithWhatBecameOfThem) {
  const ScratchFolder folder;
  FakeNvml fake;
  fake.add("h100-80gb-sxm5", layout("3g.40gb@4"));
  const Snapshot before = fake.node().read().value();
  fake.set(fake.gpus[0], layout("3g.40gb@4 2g.20gb@0"));
  const Snapshot after = fake.node().read().value();
  ASSERT_TRUE(write_uuids(folder.path() / "state", before, after, "2026-01-02T03:04:05Z"));
  EXPECT_EQ(folder.read("state/uuids.json"),
            uuids_json(mig_devices(before), mig_devices(after), "2026-01-02T03:04:05Z"));
}

}  // namespace
}  // namespace sectile
