#include "sectile/apply/evict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>

#include "src/apply/process_info.h"
#include "src/base/surely.h"

namespace sectile {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

// A child that runs until it is signalled. It has reached `body` when the constructor returns.
class Child {
 public:
  explicit Child(const std::function<void()>& body = [] {}) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    pid_ = fork();
    if (pid_ == 0) {
      body();
      static_cast<void>(write(ends[1], "x", 1) == 1);
      while (true) {
        pause();
      }
    }
    char ready = 0;
    EXPECT_EQ(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    close(ends[1]);
  }
  ~Child() {
    if (!reaped_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Victim victim() const {
    const auto pid = static_cast<std::uint32_t>(pid_);
    return {.pid = pid,
            .start_time = surely(read_stat("/proc", pid)).start_time,
            .user = {},
            .command = {},
            .place = {}};
  }
  pid_t pid() const { return pid_; }
  bool running() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
  }
  // The signal that ended it.
  int signal() {
    int status = 0;
    waitpid(pid_, &status, 0);
    reaped_ = true;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
};

TEST(EvictTest, AsksFirst) {
  Child child;
  std::vector<std::string> said;
  EXPECT_TRUE(evict({child.victim()}, milliseconds(10000),
                    [&](const std::string& what) { said.push_back(what); }));
  EXPECT_EQ(child.signal(), SIGTERM);
  EXPECT_THAT(said, ElementsAre(HasSubstr("asked to end")));
}

TEST(EvictTest, KillsWhoDoesNotListen) {
  Child deaf([] { std::signal(SIGTERM, SIG_IGN); });
  EXPECT_TRUE(evict({deaf.victim()}, milliseconds(50)));
  EXPECT_EQ(deaf.signal(), SIGKILL);
}

TEST(EvictTest, WhoIsStoppedIsWokenToHearIt) {
  Child stopped;
  kill(stopped.pid(), SIGSTOP);
  EXPECT_TRUE(evict({stopped.victim()}, milliseconds(10000)));
  EXPECT_EQ(stopped.signal(), SIGTERM);
}

TEST(EvictTest, AnotherProcessWithThePidIsLeftAlone) {
  const Child stranger;
  Victim victim = stranger.victim();
  victim.start_time -= 1;
  EXPECT_TRUE(evict({victim}, milliseconds(10)));
  EXPECT_TRUE(stranger.running());
}

TEST(EvictTest, WhoIsGoneIsDone) {
  Victim victim;
  {
    const Child child;
    victim = child.victim();
  }
  EXPECT_TRUE(evict({victim}, milliseconds(10)));
  EXPECT_TRUE(evict({}, milliseconds(10)));
}

class EvictionPlanTest : public testing::Test {
 protected:
  static Holder holder(std::uint32_t pid) {
    Holder holder;
    holder.pid = pid;
    holder.start_time = 7;
    holder.user = "alice";
    holder.command = "python train.py";
    return holder;
  }
  static std::vector<BlockedInstance> blocked(const std::vector<std::uint32_t>& pids) {
    BlockedInstance one{
        .uuid = "GPU-0", .gpu_index = 0, .placement = {4, 4}, .profile = "3g.40gb", .holders = {}};
    for (const std::uint32_t pid : pids) {
      one.holders.push_back(
          {.pid = pid, .command = {}, .memory = {}, .gpu_instance = {}, .compute_instance = {}});
    }
    return {one};
  }
};

TEST_F(EvictionPlanTest, OnlyThoseInTheWay) {
  const EvictionPlan plan = plan_eviction(
      blocked({4000001}), {.holders = {holder(4000001), holder(4000002)}, .gaps = {}}, HostPaths());
  ASSERT_EQ(plan.victims.size(), 1U);
  EXPECT_EQ(plan.victims[0].pid, 4000001U);
  EXPECT_EQ(plan.victims[0].place, "3g.40gb@4 of gpu 0");
  EXPECT_TRUE(plan.refused.empty());
}

TEST_F(EvictionPlanTest, WhatServesTheMachineIsRefusedWithItsWay) {
  Holder dcgm = holder(4000001);
  dcgm.system = true;
  dcgm.client = "DCGM host engine";
  dcgm.way = "systemctl stop nvidia-dcgm.service";
  Holder unseen = holder(4000002);
  unseen.visible = false;
  unseen.way = "look for it where it runs";
  const EvictionPlan plan = plan_eviction(blocked({4000001, 4000002}),
                                          {.holders = {dcgm, unseen}, .gaps = {}}, HostPaths());
  EXPECT_TRUE(plan.victims.empty());
  EXPECT_THAT(plan.refused, ElementsAre(HasSubstr("systemctl stop nvidia-dcgm.service"),
                                        HasSubstr("does not exist here")));
}

TEST_F(EvictionPlanTest, NobodySawsOffTheBranch) {
  const auto parent = static_cast<std::uint32_t>(getppid());
  const EvictionPlan plan =
      plan_eviction(blocked({parent}), {.holders = {holder(parent)}, .gaps = {}}, HostPaths());
  EXPECT_TRUE(plan.victims.empty());
  EXPECT_THAT(plan.refused, ElementsAre(HasSubstr("this command runs in")));
}

}  // namespace
}  // namespace sectile
