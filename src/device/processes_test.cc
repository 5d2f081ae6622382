#include "src/device/processes.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

class ProcTest : public testing::Test {
 protected:
  ScratchFolder proc_;
};

TEST_F(ProcTest, CommandHasItsArgumentsApart) {
  proc_.write("42/cmdline", std::string("python3\0train.py\0--fast\0", 24));
  EXPECT_EQ(command_of(42, proc_.path()), "python3 train.py --fast");
}

TEST_F(ProcTest, WhatCouldDisturbATerminalIsReplaced) {
  proc_.write("42/cmdline", "evil\x1b]0;title\x07\n\xff");
  EXPECT_EQ(command_of(42, proc_.path()), "evil?]0;title???");
}

TEST_F(ProcTest, LongCommandsAreCut) {
  proc_.write("42/cmdline", std::string(100000, 'x'));
  EXPECT_EQ(command_of(42, proc_.path()).size(), 256U);
}

TEST_F(ProcTest, AProcessWithoutACommandLineHasItsNameInBrackets) {
  proc_.write("42/cmdline", "");
  proc_.write("42/comm", "kworker/0:1\n");
  EXPECT_EQ(command_of(42, proc_.path()), "[kworker/0:1]");
}

TEST_F(ProcTest, AProcessThatIsGoneHasNone) {
  std::filesystem::create_directory(proc_.path() / "42");
  EXPECT_EQ(command_of(42, proc_.path()), "");
  EXPECT_EQ(command_of(43, proc_.path()), "");
}

TEST(ProcessesTest, MoreProcessesThanRoomAreAllRead) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5");
  for (unsigned i = 0; i < 1000; ++i) {
    gpu.processes.push_back({5'000'000 + i, 1ULL << 20U, 1, 0});
  }
  const std::vector<GpuProcess> all = fake.node().read()->gpus[0].processes;
  ASSERT_EQ(all.size(), 1000U);
  EXPECT_EQ(all[999].pid, 5'000'999U);
  EXPECT_EQ(all[999].compute_instance, ComputeInstanceId{0});
}

TEST(ProcessesTest, AProcessInTwoListsIsOneProcess) {
  FakeNvml fake;
  FakeNvml::Gpu& gpu = fake.add("h100-80gb-sxm5");
  gpu.processes.push_back({7, 1ULL << 20U, 1, 0});
  NvmlTable table = fake.table();
  table.DeviceGetGraphicsRunningProcesses_v3.target = [](nvmlDevice_t, unsigned* count,
                                                         nvmlProcessInfo_t* room) {
    *count = 1;
    *room = {7, 3ULL << 20U, 1, 0};
    return NVML_SUCCESS;
  };
  const std::vector<GpuProcess> all = FakeNvml::node(table).read()->gpus[0].processes;
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].memory, MiB{3});
}

}  // namespace
}  // namespace sectile
