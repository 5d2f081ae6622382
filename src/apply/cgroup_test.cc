#include "src/apply/cgroup.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sectile {
namespace {

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string kOtherId(64, 'f');
const std::string kPod = "0c3d2f5e-8a1b-4c6d-9e7f-a1b2c3d4e5f6";
const std::string kPodForSystemd = "0c3d2f5e_8a1b_4c6d_9e7f_a1b2c3d4e5f6";

struct Case {
  std::string text;
  ProcessOrigin expected;
};

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const ProcessOrigin origin = parse_cgroup(one.text);
    EXPECT_EQ(origin.unit, one.expected.unit) << one.text;
    EXPECT_EQ(origin.session, one.expected.session) << one.text;
    EXPECT_EQ(origin.runtime, one.expected.runtime) << one.text;
    EXPECT_EQ(origin.container, one.expected.container) << one.text;
    EXPECT_EQ(origin.slurm_job, one.expected.slurm_job) << one.text;
    EXPECT_EQ(origin.slurm_step, one.expected.slurm_step) << one.text;
    EXPECT_EQ(origin.pod, one.expected.pod) << one.text;
    EXPECT_EQ(origin.qos, one.expected.qos) << one.text;
  }
}

TEST(CgroupTest, UnitsOfSystemd) {
  check({
      {"0::/system.slice/nvidia-dcgm.service\n", {.unit = "nvidia-dcgm.service"}},
      {"12:pids:/system.slice/nvidia-dcgm.service\n1:name=systemd:/system.slice/"
       "nvidia-dcgm.service",
       {.unit = "nvidia-dcgm.service"}},
      {"0::/system.slice/system-getty.slice/getty@tty1.service", {.unit = "getty@tty1.service"}},
      {"0::/user.slice/user-1000.slice/session-3.scope",
       {.unit = "session-3.scope", .session = true}},
      {"0::/user.slice/user-1000.slice/user@1000.service/app.slice/train.service",
       {.unit = "train.service", .session = true}},
      {"0::/user.slice/user-1000.slice/user@1000.service/init.scope",
       {.unit = "init.scope", .session = true}},
      {"0::/init.scope", {.unit = "init.scope"}},
      {"0::/", {}},
      {"", {}},
  });
}

TEST(CgroupTest, Containers) {
  check({
      {"4:memory:/docker/" + kId + "\n0::/docker/" + kId, {.runtime = "docker", .container = kId}},
      {"0::/system.slice/docker-" + kId + ".scope", {.runtime = "docker", .container = kId}},
      {"0::/machine.slice/libpod-" + kId + ".scope/container",
       {.runtime = "podman", .container = kId}},
      {"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId +
           ".scope/container",
       {.runtime = "podman", .container = kId}},
      {"0::/system.slice/nerdctl-" + kId + ".scope", {.runtime = "containerd", .container = kId}},
      {"0::/default/" + kId, {.container = kId}},
      {"0::/lxc.payload.lab1/system.slice/ssh.service", {.runtime = "lxc", .container = "lab1"}},
      // What stops it from outside is the outermost.
      {"0::/docker/" + kId + "/docker/" + kOtherId, {.runtime = "docker", .container = kId}},
      // A service inside a container is none of this machine's.
      {"0::/docker/" + kId + "/system.slice/nginx.service",
       {.runtime = "docker", .container = kId}},
  });
}

TEST(CgroupTest, WhatOnlyResemblesAContainer) {
  check({
      {"0::/machine.slice/libpod-conmon-" + kId + ".scope",
       {.unit = "libpod-conmon-" + kId + ".scope"}},
      {"0::/system.slice/docker-proxy.service", {.unit = "docker-proxy.service"}},
      {"0::/system.slice/docker-abc.scope", {.unit = "docker-abc.scope"}},
      {"0::/docker/" + kId.substr(1), {}},
      {"0::/system.slice/docker.service", {.unit = "docker.service"}},
  });
}

TEST(CgroupTest, PodsOfKubernetes) {
  check({
      {"4:memory:/kubepods/burstable/pod" + kPod + "/" + kId,
       {.runtime = "containerd", .container = kId, .pod = kPod, .qos = "burstable"}},
      {"0::/kubepods/pod" + kPod + "/" + kId,
       {.runtime = "containerd", .container = kId, .pod = kPod, .qos = "guaranteed"}},
      {"0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" + kPodForSystemd +
           ".slice/cri-containerd-" + kId + ".scope",
       {.runtime = "containerd", .container = kId, .pod = kPod, .qos = "besteffort"}},
      {"0::/kubepods.slice/kubepods-pod" + kPodForSystemd + ".slice/crio-" + kId + ".scope",
       {.runtime = "cri-o", .container = kId, .pod = kPod, .qos = "guaranteed"}},
      {"0::/system.slice/containerd.service/kubepods-burstable-pod" + kPodForSystemd +
           ".slice:cri-containerd:" + kId,
       {.runtime = "containerd", .container = kId, .pod = kPod, .qos = "burstable"}},
      // A static pod has a hash for a UID.
      {"0::/kubepods/burstable/pod" + std::string(32, 'a') + "/" + kId,
       {.runtime = "containerd",
        .container = kId,
        .pod = std::string(32, 'a'),
        .qos = "burstable"}},
      {"0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + kPodForSystemd +
           ".slice/cri-containerd-" + kId + ".scope",
       {.runtime = "containerd", .container = kId, .pod = kPod, .qos = "guaranteed"}},
      {"0::/user.slice/podman-pause.scope", {.unit = "podman-pause.scope"}},
  });
}

TEST(CgroupTest, JobsOfSlurm) {
  check({
      {"9:devices:/slurm/uid_1000/job_1234/step_0/task_0\n1:name=systemd:/",
       {.slurm_job = "1234", .slurm_step = "0"}},
      {"9:devices:/slurm_gpu01/uid_1000/job_77/step_batch",
       {.slurm_job = "77", .slurm_step = "batch"}},
      {"0::/system.slice/slurmstepd.scope/job_1234/step_extern/user/task_0",
       {.unit = "slurmstepd.scope", .slurm_job = "1234", .slurm_step = "extern"}},
      {"0::/system.slice/gpu01_slurmstepd.scope/job_5/step_0/slurm",
       {.unit = "gpu01_slurmstepd.scope", .slurm_job = "5", .slurm_step = "0"}},
      {"0::/system.slice/backup.service/job_5/step_0", {.unit = "backup.service"}},
      {"0::/system.slice/slurmstepd.scope/job_x", {.unit = "slurmstepd.scope"}},
  });
}

TEST(CgroupTest, HostileNamesAreMadeSafeOrLeftOut) {
  EXPECT_EQ(parse_cgroup("0::/system.slice/\x1b[2Jx.service").unit, "?[2Jx.service");
  EXPECT_EQ(parse_cgroup("0::/" + std::string(5000, 'a') + ".service").unit, "");
  EXPECT_EQ(parse_cgroup("no colon\n:\n::\n0:/x.service"), ProcessOrigin());
}

}  // namespace
}  // namespace sectile
