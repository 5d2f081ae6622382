#include "src/apply/known_clients.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile {
namespace {

const std::string kId(64, 'a');

struct Seen {
  std::vector<std::string> words = {};
  std::string name = {};
  std::uint32_t uid = 1000;
  ProcessOrigin origin = {};
};

Holder recognised(const Seen& seen) {
  ProcessInfo process;
  process.words = seen.words;
  process.name = seen.name;
  Holder holder;
  holder.pid = 41;
  holder.uid = seen.uid;
  holder.origin = seen.origin;
  recognise(process, holder);
  return holder;
}

TEST(KnownClientsTest, ServicesAreStoppedByTheirUnit) {
  const Holder dcgm = recognised({.words = {"/usr/bin/nv-hostengine", "-n"},
                                  .name = "nv-hostengine",
                                  .uid = 0,
                                  .origin = {.unit = "nvidia-dcgm.service"}});
  EXPECT_EQ(dcgm.client, "DCGM host engine");
  EXPECT_TRUE(dcgm.system);
  EXPECT_EQ(dcgm.way, "systemctl stop nvidia-dcgm.service");
  // Whatever a distribution calls it.
  EXPECT_EQ(
      recognised({.words = {"nv-hostengine"}, .uid = 0, .origin = {.unit = "dcgm.service"}}).way,
      "systemctl stop dcgm.service");
  EXPECT_EQ(recognised({.words = {"nv-hostengine"}, .uid = 0}).way, "nv-hostengine -t");
  // The kernel cuts names.
  const Holder persistence = recognised({.name = "nvidia-persiste", .uid = 0});
  EXPECT_EQ(persistence.client, "persistence daemon");
  EXPECT_EQ(persistence.way, "systemctl stop nvidia-persistenced.service");
}

TEST(KnownClientsTest, OperatorPodsAreTakenOffTheNode) {
  const ProcessOrigin pod{.runtime = "containerd", .container = kId, .pod = std::string(36, 'b')};
  const Holder exporter = recognised({.words = {"dcgm-exporter"}, .uid = 0, .origin = pod});
  EXPECT_TRUE(exporter.system);
  EXPECT_NE(exporter.way.find("nvidia.com/gpu.deploy.dcgm-exporter=false"), std::string::npos);
}

TEST(KnownClientsTest, MpsAndDisplaysHaveWaysOfTheirOwn) {
  EXPECT_EQ(recognised({.words = {"nvidia-cuda-mps-server"}, .uid = 0}).way,
            "echo quit | nvidia-cuda-mps-control");
  const Holder desktop = recognised(
      {.words = {"/usr/bin/gnome-shell"}, .origin = {.unit = "session-2.scope", .session = true}});
  EXPECT_TRUE(desktop.system);
  EXPECT_EQ(desktop.way, "systemctl isolate multi-user.target");
}

TEST(KnownClientsTest, ScriptsAreKnownBehindTheirInterpreter) {
  EXPECT_EQ(recognised({.words = {"/usr/bin/python3", "-u", "/usr/local/bin/nvitop"}}).client,
            "monitor");
  EXPECT_EQ(recognised({.words = {"python3.11", "-m", "ipykernel_launcher", "-f", "x"}}).client,
            "Jupyter kernel");
  EXPECT_EQ(recognised({.words = {"python", "train.py", "nvitop"}}).client, "");
  EXPECT_EQ(recognised({.words = {"nvidia-smi -l 1"}}).client, "monitor");
}

TEST(KnownClientsTest, WhatUsersStartIsTheirs) {
  const Seen in_session{.words = {"nv-hostengine"},
                        .origin = {.unit = "session-2.scope", .session = true}};
  EXPECT_FALSE(recognised(in_session).system);
  const Seen in_job{.words = {"nv-hostengine"}, .origin = {.slurm_job = "7"}};
  EXPECT_FALSE(recognised(in_job).system);
  EXPECT_EQ(recognised(in_job).way, "scancel 7");
  // Slurm's own part of a job is not.
  const Seen step{.words = {"slurmstepd: [7.0]"}, .uid = 0, .origin = {.slurm_job = "7"}};
  EXPECT_TRUE(recognised(step).system);
  EXPECT_EQ(recognised(step).way, "scancel 7");
}

TEST(KnownClientsTest, AnybodyIsFreedByWhatStartedHim) {
  const auto way = [](const ProcessOrigin& origin) {
    return recognised({.words = {"python", "train.py"}, .origin = origin}).way;
  };
  EXPECT_EQ(way({}), "kill 41");
  EXPECT_EQ(way({.unit = "session-1.scope", .session = true}), "kill 41");
  EXPECT_EQ(way({.unit = "ssh.service"}), "kill 41");
  EXPECT_EQ(way({.unit = "inference.service"}), "systemctl stop inference.service");
  EXPECT_EQ(way({.unit = "a\\x2db.service"}), "systemctl stop 'a\\x2db.service'");
  EXPECT_EQ(way({.unit = "slurmstepd.scope", .slurm_job = "12"}), "scancel 12");
  EXPECT_EQ(way({.runtime = "docker", .container = kId}), "docker stop aaaaaaaaaaaa");
  EXPECT_EQ(way({.runtime = "podman", .container = kId}), "podman stop aaaaaaaaaaaa");
  EXPECT_EQ(way({.runtime = "lxc", .container = "lab 1"}), "lxc stop 'lab 1'");
  EXPECT_EQ(way({.container = kId, .pod = "p", .pod_name = "train-0", .pod_namespace = "ml"}),
            "kubectl delete pod -n ml train-0");
  EXPECT_NE(way({.container = kId, .pod = "p-uid"}).find("grep p-uid"), std::string::npos);
}

TEST(KnownClientsTest, WordsForAShell) {
  EXPECT_EQ(shell_word("nvidia-dcgm.service"), "nvidia-dcgm.service");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a'b; rm -rf /"), "'a'\\''b; rm -rf /'");
}

}  // namespace
}  // namespace sectile
