#include "src/cli/emulated_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kHead = "apiVersion: sectile/v1\nkind: EmulatedNode\n";

TEST(EmulatedNodeTest, ReadsEverything) {
  const Result<EmulatedNode> node = parse_emulated_node(std::string(kHead) + R"(driver: 580
gpus:
  - model: h100-80gb-sxm5
    count: 2
    swapped: true
    layout: 3g.40gb@4 2g.20gb@0
    processes:
      - {on: 3g.40gb@4, command: python train.py, memory: 9GiB}
  - model: a30-24gb
    processes: [{command: make}]
  - {model: a100-80gb, mig: true}
faults:
  - call=nvmlDeviceSetMigMode return=IN_USE
  - call=* delay=1ms
)",
                                                        "node.yaml");
  ASSERT_TRUE(node) << node.error().message;
  EXPECT_EQ(node->driver, "580");
  ASSERT_EQ(node->gpus.size(), 3U);
  const EmulatedGpu& first = node->gpus[0];
  EXPECT_EQ(first.model->key, "h100-80gb-sxm5");
  EXPECT_EQ(first.count, 2);
  EXPECT_TRUE(first.swapped);
  EXPECT_TRUE(first.mig_enabled);
  EXPECT_EQ(first.layout.size(), 2U);
  ASSERT_EQ(first.processes.size(), 1U);
  EXPECT_EQ(first.processes[0].instance, (Placement{.start = 4, .size = 4}));
  EXPECT_EQ(first.processes[0].command, "python train.py");
  EXPECT_EQ(first.processes[0].memory, MiB{9216});
  EXPECT_FALSE(node->gpus[1].mig_enabled);
  EXPECT_FALSE(node->gpus[1].processes.at(0).instance);
  EXPECT_TRUE(node->gpus[2].mig_enabled);
  EXPECT_EQ(node->faults, "call=nvmlDeviceSetMigMode return=IN_USE\ncall=* delay=1ms\n");
}

TEST(EmulatedNodeTest, RefusesAtThePlace) {
  struct Case {
    std::string text;  // After the head, which has two lines.
    std::string where;
    std::string message;
  };
  for (const auto& [text, where, message] : std::vector<Case>{
           {"", "f:", "gpus"},
           {"gpus: []\n", "f:3:", "0 GPUs"},
           {"gpus:\n  - model: a30\n    count: 17\n", "f:5:", "count"},
           {"gpus:\n  - {model: a30, count: 9}\n  - {model: a30, count: 9}\n", "f:4:", "18 GPUs"},
           {"gpus:\n  - model: rtx-4090\n", "f:4:", "rtx-4090"},
           {"gpus:\n  - modle: a30\n", "f:4:", "model"},
           {"gpus:\n  - model: a30\n    colour: red\n", "f:5:", "colour"},
           {"gpus:\n  - model: a30\n    layout: 7g.80gb\n", "f:5:", "7g.80gb"},
           {"gpus:\n  - model: a30\n    mig: false\n    layout: 4g.24gb\n", "f:5:", "layout"},
           {"gpus:\n  - model: a30\n    mig: perhaps\n", "f:5:", "mig"},
           {"driver: 999\ngpus: [{model: a30}]\n", "f:3:", "999"},
           {"gpus:\n  - model: a30\n    layout: 4g.24gb\n    processes:\n      - command: x\n",
            "f:7:", "must be on an instance"},
           {"gpus:\n  - model: a30\n    layout: 4g.24gb\n    processes:\n"
            "      - {command: x, on: 1g.6gb@0}\n",
            "f:7:", "not in the layout"},
           {"gpus:\n  - model: a30\n    processes:\n      - {command: x, memory: 9GB}\n",
            "f:6:", "GiB"},
           {"gpus:\n  - model: a30\n    processes:\n      - {command: ''}\n",
            "f:6:", "1 to 200"}}) {
    const Result<EmulatedNode> node = parse_emulated_node(kHead + text, "f");
    ASSERT_FALSE(node) << text;
    EXPECT_EQ(node.error().code == ErrorCode::kFailed, false);
    EXPECT_THAT(node.error().message, StartsWith(where)) << text;
    EXPECT_THAT(node.error().message + node.error().next, HasSubstr(message)) << text;
  }
  EXPECT_FALSE(parse_emulated_node("apiVersion: sectile/v2\nkind: EmulatedNode\n", "f"));
  EXPECT_FALSE(parse_emulated_node("apiVersion: sectile/v1\nkind: Layout\n", "f"));
}

TEST(EmulatedNodeTest, ComesFromASpecToo) {
  const Result<EmulatedNode> node = emulated_node_from_spec("2xa30,h100-80gb-sxm5");
  ASSERT_TRUE(node);
  ASSERT_EQ(node->gpus.size(), 2U);
  EXPECT_EQ(node->gpus[0].count, 2);
  EXPECT_FALSE(node->gpus[1].mig_enabled);
  EXPECT_FALSE(emulated_node_from_spec("17xa30"));
  EXPECT_TRUE(emulated_node_from_spec("16xa30"));
  EXPECT_FALSE(emulated_node_from_spec("nonsense"));
}

}  // namespace
}  // namespace sectile::cli
