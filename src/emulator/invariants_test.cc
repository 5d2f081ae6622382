#include "src/emulator/invariants.h"

#include <gtest/gtest.h>

#include <functional>

#include "src/emulator/mig_change.h"
#include "src/emulator/test_node.h"

namespace sectile::emulator {
namespace {

// An A100 with a 3g at 0 (id 1) with two compute instances, and a 1g at 6 (id 13).
std::unique_ptr<Node> sound_node() {
  NodeDescription description = node_of("a100-40gb", 2);
  description.gpus[0].instances = {{.profile = {9}, .start = 0, .compute = {{0}, {1}}},
                                   {.profile = {19}, .start = 6}};
  return build_node(description).value();
}

struct Damage {
  const char* expected;
  std::function<void(Node&)> inflict;
};

Gpu& gpu(Node& node) {
  return node.gpus.items[0];
}

const std::vector<Damage> kDamages = {
    {"count", [](Node& n) { n.gpus.count = 17; }},
    {"count", [](Node& n) { n.processes.count = 0xFFFFFFFF; }},
    {"driver", [](Node& n) { n.driver_version.bytes.fill('x'); }},
    {"driver", [](Node& n) { n.capability = static_cast<Capability>(7); }},
    {"fault",
     [](Node& n) {
       FaultRule rule{};
       rule.effect = static_cast<FaultEffect>(9);
       n.faults.push(rule);
     }},
    {"process",
     [](Node& n) {
       Process process{};
       process.gpu = 9;
       n.processes.push(process);
     }},
    {"tables", [](Node& n) { n.geometries.items[0].profiles.count = 99; }},
    {"tables", [](Node& n) { n.geometries.items[0].profiles.items[0].name.bytes.fill('x'); }},
    {"figures", [](Node& n) { n.geometries.items[0].max_instances = 99; }},
    {"figures", [](Node& n) { n.geometries.items[0].profiles.items[1].max_count = 999; }},
    {"starts", [](Node& n) { n.geometries.items[0].profiles.items[0].starts.items[0] = 3; }},
    {"places",
     [](Node& n) { n.geometries.items[0].profiles.items[0].compute.items[0].spans.items[0] = {}; }},
    {"geometry", [](Node& n) { gpu(n).geometry = 5; }},
    {"geometry or text", [](Node& n) { gpu(n).uuid.bytes.fill('x'); }},
    {"mode", [](Node& n) { gpu(n).current_mode = 2; }},
    {"mode", [](Node& n) { gpu(n).pending_mode = 2; }},
    {"mode", [](Node& n) { gpu(n).toggle = static_cast<ModeToggle>(9); }},
    {"number", [](Node& n) { gpu(n).current_mode = 0; }},
    {"number", [](Node& n) { n.geometries.items[0].max_instances = 1; }},
    {"its profile", [](Node& n) { gpu(n).instances[1].profile = 99; }},
    {"its place", [](Node& n) { gpu(n).instances[1].span.start = 1; }},
    {"its place", [](Node& n) { gpu(n).instances[1].span.size = 2; }},
    {"its id", [](Node& n) { gpu(n).instances[1].span.start = 4; }},
    {"its id", [](Node& n) { gpu(n).swapped = 1; }},
    {"overlap",
     [](Node& n) {
       gpu(n).instances[7] = gpu(n).instances[13];
       gpu(n).instances[7].span.start = 0;
     }},
    {"too many",
     [](Node& n) {
       for (ProfileKind& kind : n.geometries.items[0].profiles.view()) {
         kind.max_count = 0;
       }
     }},
    {"generation used",
     [](Node& n) {
       gpu(n).instances[1].generation = 0;
       gpu(n).instances[13].generation = 0;
     }},
    {"future", [](Node& n) { n.last_generation = 0; }},
    {"compute instance's profile", [](Node& n) { gpu(n).instances[1].compute[0].compute = 50; }},
    {"compute instance's place", [](Node& n) { gpu(n).instances[1].compute[0].span.start = 7; }},
    {"compute instances that overlap",
     [](Node& n) { gpu(n).instances[1].compute[2] = gpu(n).instances[1].compute[0]; }},
    {"larger than",
     [](Node& n) {
       for (ProfileKind& kind : n.geometries.items[0].profiles.view()) {
         for (ComputeKind& compute : kind.compute.view()) {
           compute.slices = 60;
         }
       }
     }},
};

TEST(InvariantsTest, ASoundNodeHasNoDefect) {
  EXPECT_EQ(defect_of(*sound_node()), "");
}

TEST(InvariantsTest, EveryDamageIsFound) {
  for (const Damage& damage : kDamages) {
    const auto node = sound_node();
    damage.inflict(*node);
    EXPECT_NE(defect_of(*node).find(damage.expected), std::string::npos)
        << damage.expected << " was '" << defect_of(*node) << "'";
  }
}

}  // namespace
}  // namespace sectile::emulator
