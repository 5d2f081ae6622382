#include "sectile/text/mig_device.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace sectile {
namespace {

// A 1g.10gb at a start, in a GPU instance with an id.
MigDevice device(const std::string& uuid, int start, unsigned index) {
  return {.uuid = uuid,
          .gpu_uuid = "GPU-aa",
          .gpu_index = 2,
          .index = index,
          .gpu_instance = index + 7,
          .compute_instance = 0,
          .profile = "1g.10gb",
          .placement = {.start = start, .size = 1},
          .compute = {.start = 0, .size = 1}};
}

TEST(MigDeviceTest, HasANameForEveryConsumer) {
  const MigDevice one = device("MIG-1", 3, 4);
  EXPECT_EQ(index_name(one), "2:4");
  EXPECT_EQ(legacy_name(one), "MIG-GPU-aa/11/0");
  EXPECT_EQ(cdi_name(one), "nvidia.com/gpu=2:4");
}

// One word for each change: kind, start, uuid before and after.
std::string changes(const std::vector<MigDevice>& before, const std::vector<MigDevice>& after) {
  std::string text;
  const auto json = nlohmann::json::parse(uuids_json(before, after, "now"));
  for (const auto& change : json["changes"]) {
    const auto uuid = [&](const char* side) {
      return change[side].is_null() ? std::string("-") : change[side]["uuid"].get<std::string>();
    };
    text += (text.empty() ? "" : "; ") + change["change"].get<std::string>() + " " +
            uuid("before") + " " + uuid("after");
  }
  return text;
}

TEST(MigDeviceTest, FollowsDevicesByTheirPlace) {
  EXPECT_EQ(changes({}, {}), "");
  EXPECT_EQ(changes({device("a", 0, 0)}, {device("a", 0, 0)}), "kept a a");
  EXPECT_EQ(changes({device("a", 0, 0)}, {device("b", 0, 0)}), "renamed a b");
  // The UUID stays, but the index shifts when an instance comes before it.
  EXPECT_EQ(changes({device("a", 5, 0)}, {device("b", 1, 0), device("a", 5, 1)}),
            "new - b; renamed a a");
  EXPECT_EQ(changes({device("a", 0, 0), device("b", 1, 1)}, {device("c", 2, 0)}),
            "new - c; gone a -; gone b -");
}

TEST(MigDeviceTest, AnotherProfileGpuOrPartIsAnotherDevice) {
  const MigDevice one = device("a", 0, 0);
  MigDevice other = device("b", 0, 0);
  other.profile = "1g.10gb+me";
  EXPECT_EQ(changes({one}, {other}), "new - b; gone a -");
  other = device("b", 0, 0);
  other.gpu_uuid = "GPU-bb";
  EXPECT_EQ(changes({one}, {other}), "new - b; gone a -");
  other = device("b", 0, 0);
  other.compute.start = 1;
  EXPECT_EQ(changes({one}, {other}), "new - b; gone a -");
}

TEST(MigDeviceTest, TheDocumentNamesItsSchemaAndEveryNotation) {
  const auto json = nlohmann::json::parse(
      uuids_json({}, std::vector{device("MIG-1", 3, 4)}, "2026-01-02T03:04:05Z"));
  EXPECT_EQ(json["schema"], "sectile/uuids/v1");
  EXPECT_EQ(json["changed"], "2026-01-02T03:04:05Z");
  const auto& only = json["devices"][0];
  EXPECT_EQ(only["uuid"], "MIG-1");
  EXPECT_EQ(only["legacy"], "MIG-GPU-aa/11/0");
  EXPECT_EQ(only["index"], "2:4");
  EXPECT_EQ(only["cdi"], "nvidia.com/gpu=2:4");
  EXPECT_EQ(only["gpu_uuid"], "GPU-aa");
  EXPECT_EQ(only["start"], 3);
  EXPECT_EQ(only["size"], 1);
}

}  // namespace
}  // namespace sectile
