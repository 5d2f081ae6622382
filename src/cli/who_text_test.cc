#include "src/cli/who_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "sectile/geometry/catalogue.h"
#include "src/cli/who_json.h"

namespace sectile::cli {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kNow = 2000000000;

class WhoText : public testing::Test {
 protected:
  WhoText() {
    snapshot_.models.push_back(*find_model("h100-80gb-sxm5").value());
    for (unsigned index = 0; index < 2; ++index) {
      LiveGpu gpu;
      gpu.uuid = "GPU-" + std::to_string(index);
      gpu.index = index;
      gpu.name = "NVIDIA H100 80GB HBM3";
      gpu.mode = MigMode::kEnabled;
      snapshot_.gpus.push_back(gpu);
    }
    const ProfileId profile = snapshot_.models[0].find_by_name("3g.40gb")->id;
    snapshot_.gpus[0].instances = {
        {.id = GpuInstanceId{2}, .profile = profile, .placement = {0, 4}, .compute = {}},
        {.id = GpuInstanceId{1}, .profile = profile, .placement = {4, 4}, .compute = {}}};
  }

  static Holder trainer() {
    Holder holder;
    holder.pid = 41;
    holder.user = "alice";
    holder.started = kNow - 7500;
    holder.command = "python train.py";
    holder.origin.slurm_job = "7";
    holder.way = "scancel 7";
    holder.holds = {{.kind = HoldKind::kProcess,
                     .gpu = "GPU-0",
                     .gpu_instance = GpuInstanceId{1},
                     .memory = MiB{9216}},
                    {.kind = HoldKind::kDevice, .gpu = "GPU-0", .file = "/dev/nvidia0"}};
    return holder;
  }
  static Holder monitor() {
    Holder holder;
    holder.pid = 812;
    holder.user = "root";
    holder.command = "nv-hostengine -n";
    holder.client = "DCGM host engine";
    holder.origin.unit = "nvidia-dcgm.service";
    holder.way = "systemctl stop nvidia-dcgm.service";
    for (const char* gpu : {"0", "1"}) {
      holder.holds.push_back({.kind = HoldKind::kDevice,
                              .gpu = std::string("GPU-") + gpu,
                              .file = std::string("/dev/nvidia") + gpu});
    }
    return holder;
  }

  std::string text(const std::vector<Holder>& holders) const {
    Subject subject;
    for (const LiveGpu& gpu : snapshot_.gpus) {
      subject.gpus.push_back(&gpu);
    }
    return who_text(snapshot_, subject, {.holders = holders, .gaps = {}}, kNow);
  }

  Snapshot snapshot_;
};

TEST_F(WhoText, NamesTheHolderOnceUnderItsInstance) {
  EXPECT_EQ(text({trainer()}),
            "gpu 0  NVIDIA H100 80GB HBM3  GPU-0\n"
            "  3g.40gb@4: cannot be destroyed\n"
            "    pid 41  alice  for 2 h 5 min  9216 MiB  Slurm job 7\n"
            "      python train.py\n"
            "      to free it: scancel 7\n"
            "  idle: 3g.40gb@0\n"
            "\n"
            "gpu 1  NVIDIA H100 80GB HBM3  GPU-1\n"
            "  nobody holds it\n");
}

TEST_F(WhoText, WhoHasEveryGpuOpenStandsOnce) {
  const std::string shown = text({monitor()});
  EXPECT_THAT(shown, HasSubstr("\n  every GPU: no mode change, no reset; instances can be destroyed"
                               "\n    pid 812  root  nvidia-dcgm.service\n"
                               "      DCGM host engine: nv-hostengine -n\n"
                               "      has open: /dev/nvidia0, /dev/nvidia1\n"
                               "      to free it: systemctl stop nvidia-dcgm.service\n"));
  EXPECT_EQ(shown.find("pid 812"), shown.rfind("pid 812"));
}

TEST_F(WhoText, ModulesAndBystandersStandApart) {
  Holder module;
  module.command = "nvidia_drm drives displays";
  module.way = "modprobe -r nvidia_drm";
  module.holds = {{.kind = HoldKind::kKernel, .file = "nvidia_drm"}};
  Holder bystander = monitor();
  bystander.holds = {{.kind = HoldKind::kControl, .file = "/dev/nvidiactl"}};
  EXPECT_THAT(text({module, bystander}),
              testing::AllOf(HasSubstr("in the kernel, without a process\n    nvidia_drm drives"),
                             HasSubstr("in nobody's way\n    pid 812")));
}

TEST_F(WhoText, LinesAreAtMost80Wide) {
  Holder long_one = trainer();
  long_one.command = std::string(300, 'x');
  std::istringstream lines(text({long_one, monitor()}));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(WhoText, JsonSaysWhatIsBlocked) {
  Subject subject;
  subject.gpus = {&snapshot_.gpus[0]};
  const auto json = nlohmann::json::parse(
      who_json(snapshot_, subject, {.holders = {trainer()}, .gaps = {"a gap"}}));
  EXPECT_EQ(json["schema"], "sectile/who/v1");
  EXPECT_EQ(json["gaps"][0], "a gap");
  const auto& holder = json["holders"][0];
  EXPECT_EQ(holder["pid"], 41);
  EXPECT_EQ(holder["free"], "scancel 7");
  EXPECT_EQ(holder["origin"]["slurm_job"], "7");
  EXPECT_EQ(holder["holds"][0]["instance"], "3g.40gb@4");
  EXPECT_EQ(holder["holds"][0]["blocks"], nlohmann::json({"destroy", "mode", "reset"}));
  EXPECT_EQ(holder["holds"][1]["blocks"], nlohmann::json({"mode", "reset"}));
}

TEST(WhoWords, Ages) {
  EXPECT_EQ(age_text(0), "0 s");
  EXPECT_EQ(age_text(119), "119 s");
  EXPECT_EQ(age_text(120), "2 min");
  EXPECT_EQ(age_text(3600), "1 h 0 min");
  EXPECT_EQ(age_text(std::int64_t{2} * 86400), "2 days");
}

TEST(WhoWords, Origins) {
  EXPECT_EQ(origin_text({}), "");
  EXPECT_EQ(origin_text({.unit = "a.service"}), "a.service");
  EXPECT_EQ(origin_text({.runtime = "docker", .container = std::string(64, 'a')}),
            "docker container aaaaaaaaaaaa");
  EXPECT_EQ(origin_text({.container = "c", .pod = "u", .pod_name = "n", .pod_namespace = "ml"}),
            "pod ml/n");
  EXPECT_EQ(origin_text({.slurm_job = "7", .slurm_step = "batch"}), "Slurm job 7 step batch");
}

}  // namespace
}  // namespace sectile::cli
