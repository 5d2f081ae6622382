#include "sectile/text/cdi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace sectile {
namespace {

using nlohmann::json;

CdiSpec sound() {
  return {.devices = {{.name = "0:1", .nodes = {"/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap12"}},
                      {.name = "MIG-c6f0-0", .nodes = {"/dev/nvidia0"}},
                      {.name = "all", .nodes = {"/dev/nvidia0"}}},
          .nodes = {"/dev/nvidiactl", "/dev/nvidia-uvm"},
          .libraries = {"/usr/lib/x86_64-linux-gnu/libcuda.so.1"},
          .environment = {"NVIDIA_VISIBLE_DEVICES=void"}};
}

// Whether the object has these members and no others; a member that ends with "?" may be missing.
testing::AssertionResult has_only(const json& object, std::set<std::string> members) {
  if (!object.is_object()) {
    return testing::AssertionFailure() << object << " is no object";
  }
  for (const auto& [key, value] : object.items()) {
    if (members.erase(key) + members.erase(key + "?") == 0) {
      return testing::AssertionFailure() << key << " does not belong in " << object;
    }
  }
  for (const std::string& member : members) {
    if (!member.ends_with('?')) {
      return testing::AssertionFailure() << member << " is missing in " << object;
    }
  }
  return testing::AssertionSuccess();
}

// The rules of CDI's SPEC.md and schema, written down once more and independently of the writer.
void expect_edits(const json& edits) {
  ASSERT_TRUE(has_only(edits, {"env?", "deviceNodes?", "mounts?", "hooks?"}));
  EXPECT_FALSE(edits.empty());
  for (const json& variable : edits.value("env", json::array())) {
    EXPECT_THAT(variable.get<std::string>(), testing::MatchesRegex("[^=]+=.*"));
  }
  for (const json& node : edits.value("deviceNodes", json::array())) {
    ASSERT_TRUE(has_only(node, {"path", "hostPath?", "type?", "major?", "minor?", "fileMode?",
                                "permissions?", "uid?", "gid?"}));
    EXPECT_EQ(node["path"].get<std::string>().front(), '/');
  }
  for (const json& mount : edits.value("mounts", json::array())) {
    ASSERT_TRUE(has_only(mount, {"hostPath", "containerPath", "options?", "type?"}));
    EXPECT_TRUE(mount["options"].is_array());
  }
}

void expect_valid(const json& spec) {
  ASSERT_TRUE(has_only(spec, {"cdiVersion", "kind", "devices", "containerEdits?"}));
  EXPECT_THAT(spec["cdiVersion"].get<std::string>(),
              testing::MatchesRegex("0\\.[5-9]\\.0|1\\.[01]\\.0"));
  EXPECT_THAT(spec["kind"].get<std::string>(),
              testing::MatchesRegex("[a-zA-Z]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?/"
                                    "[a-zA-Z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?"));
  EXPECT_FALSE(spec["devices"].empty());
  std::set<std::string> names;
  for (const json& device : spec["devices"]) {
    ASSERT_TRUE(has_only(device, {"name", "containerEdits"}));
    const std::string name = device["name"];
    EXPECT_THAT(name, testing::MatchesRegex("[a-zA-Z0-9]([a-zA-Z0-9_.:-]*[a-zA-Z0-9])?")) << name;
    EXPECT_TRUE(names.insert(name).second) << name;
    expect_edits(device["containerEdits"]);
  }
  if (spec.contains("containerEdits")) {
    expect_edits(spec["containerEdits"]);
  }
}

TEST(CdiTest, WritesWhatTheSpecificationAsksFor) {
  const json spec = json::parse(cdi_json(sound()).value());
  expect_valid(spec);
  EXPECT_EQ(spec["kind"], "nvidia.com/gpu");
  EXPECT_EQ(spec["devices"].size(), 3U);
  EXPECT_EQ(spec["devices"][0]["containerEdits"]["deviceNodes"][1]["path"],
            "/dev/nvidia-caps/nvidia-cap12");
  EXPECT_EQ(spec["containerEdits"]["mounts"][0]["hostPath"],
            "/usr/lib/x86_64-linux-gnu/libcuda.so.1");
  EXPECT_EQ(spec["containerEdits"]["env"][0], "NVIDIA_VISIBLE_DEVICES=void");
}

TEST(CdiTest, LeavesOutWhatIsEmpty) {
  const json spec = json::parse(cdi_json({.devices = {{.name = "0", .nodes = {"/dev/nvidia0"}}},
                                          .nodes = {},
                                          .libraries = {},
                                          .environment = {}})
                                    .value());
  expect_valid(spec);
  EXPECT_FALSE(spec.contains("containerEdits"));
}

// What is wrong with a spec after `change`; "" if nothing.
template <typename Change>
std::string error_after(const Change& change) {
  CdiSpec spec = sound();
  change(spec);
  const Result<std::string> text = cdi_json(spec);
  return text ? "" : text.error().message;
}

TEST(CdiTest, RefusesWhatRuntimesWouldRefuse) {
  EXPECT_EQ(error_after([](CdiSpec& /*spec*/) {}), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.devices.clear(); }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.devices[1].nodes.clear(); }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.devices[1].name = "0:1"; }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.devices[1].nodes[0] = "dev/nvidia0"; }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.nodes[0] = ""; }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.libraries[0] = "libcuda.so"; }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.environment[0] = "NAME"; }), "");
  EXPECT_NE(error_after([](CdiSpec& spec) { spec.environment[0] = "=x"; }), "");
  EXPECT_TRUE(is_cdi_name("MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f"));
  EXPECT_FALSE(is_cdi_name("MIG-GPU-42e4/1/0"));
  for (const char* name : {"", ":", "0:", "-a", "a b", "a/b", "a=b", "MIG-\n", "ä"}) {
    EXPECT_NE(error_after([&](CdiSpec& spec) { spec.devices[0].name = name; }), "") << name;
  }
}

TEST(CdiTest, ReadsWhatAnySpecIsAbout) {
  const CdiContents ours = parse_cdi(cdi_json(sound()).value(), "f").value();
  EXPECT_EQ(ours.version, "0.5.0");
  EXPECT_EQ(ours.kind, "nvidia.com/gpu");
  EXPECT_EQ(ours.names, (std::vector<std::string>{"0:1", "MIG-c6f0-0", "all"}));
  const CdiContents theirs = parse_cdi(R"(---
cdiVersion: 0.6.0
containerEdits:
  deviceNodes:
  - path: /dev/nvidiactl
  hooks:
  - args: [nvidia-ctk, hook, update-ldcache]
    hookName: createContainer
    path: /usr/bin/nvidia-ctk
devices:
- containerEdits: {deviceNodes: [{path: /dev/nvidia0}]}
  name: "0:0"
kind: nvidia.com/gpu
)",
                                       "f")
                                 .value();
  EXPECT_EQ(theirs.version, "0.6.0");
  EXPECT_EQ(theirs.names, std::vector<std::string>{"0:0"});
  EXPECT_TRUE(parse_cdi("{cdiVersion: 0.5.0, kind: a/b, devices: }", "f")->names.empty());
}

TEST(CdiTest, SaysWhereASpecIsWrong) {
  EXPECT_FALSE(parse_cdi("", "f"));
  EXPECT_FALSE(parse_cdi("kind: a/b", "f"));
  EXPECT_FALSE(parse_cdi("{cdiVersion: 0.5.0, kind: a/b, devices: [{}]}", "f"));
  EXPECT_EQ(
      parse_cdi("{cdiVersion: 0.5.0, kind: a/b, devices: 3}", "f").error().message.substr(0, 2),
      "f:");
}

}  // namespace
}  // namespace sectile
