// What a broken driver may say must end in an error, never in a crash or in a belief.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

struct Lie {
  const char* name;
  std::function<void(NvmlTable&)> tell;
};

// Lets the driver answer as before, and changes what it tells of an instance.
template <typename Function, typename Alter>
void alter_info(Function& function, Alter alter) {
  function.target = [ask = function.target, alter](auto handle, auto* info) {
    const nvmlReturn_t code = ask(handle, info);
    alter(*info);
    return code;
  };
}

const std::vector<Lie> kLies = {
    {"four billion GPUs",
     [](NvmlTable& table) {
       table.DeviceGetCount_v2.target = [](unsigned* count) {
         *count = 0xFFFFFFFFU;
         return NVML_SUCCESS;
       };
     }},
    {"GPU without a handle",
     [](NvmlTable& table) {
       table.DeviceGetHandleByIndex_v2.target = [](unsigned, nvmlDevice_t*) {
         return NVML_SUCCESS;
       };
     }},
    {"one uuid for all GPUs",
     [](NvmlTable& table) {
       table.DeviceGetUUID.target = [](nvmlDevice_t, char* buffer, unsigned) {
         std::strcpy(buffer, "GPU-7");
         return NVML_SUCCESS;
       };
     }},
    {"unterminated uuid",
     [](NvmlTable& table) {
       table.DeviceGetUUID.target = [](nvmlDevice_t, char* buffer, unsigned length) {
         std::memset(buffer, '\xff', length);
         return NVML_SUCCESS;
       };
     }},
    {"mig mode 7",
     [](NvmlTable& table) {
       table.DeviceGetMigMode.target = [](nvmlDevice_t, unsigned* now, unsigned* then) {
         *now = 7;
         *then = 7;
         return NVML_SUCCESS;
       };
     }},
    {"profile figures beyond every GPU",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstanceProfileInfoV.target = [](nvmlDevice_t, unsigned,
                                                          nvmlGpuInstanceProfileInfo_v2_t* info) {
         std::memset(&info->id, 0xFF, sizeof *info - sizeof info->version);
         return NVML_SUCCESS;
       };
     }},
    {"two profiles with one id",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstanceProfileInfoV.target =
           [ask = table.DeviceGetGpuInstanceProfileInfoV.target](
               nvmlDevice_t device, unsigned index, nvmlGpuInstanceProfileInfo_v2_t* info) {
             return ask(device, index < 2 ? 0 : index, info);
           };
     }},
    {"four billion placements",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstancePossiblePlacements_v2.target =
           [](nvmlDevice_t, unsigned, nvmlGpuInstancePlacement_t*, unsigned* count) {
             *count = 0xFFFFFFFFU;
             return NVML_SUCCESS;
           };
     }},
    {"more placements than announced",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstancePossiblePlacements_v2.target =
           [](nvmlDevice_t, unsigned, nvmlGpuInstancePlacement_t* room, unsigned* count) {
             *count = room == nullptr ? 1 : 0xFFFFFFFFU;
             return NVML_SUCCESS;
           };
     }},
    {"a placement outside",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstancePossiblePlacements_v2.target =
           [](nvmlDevice_t, unsigned, nvmlGpuInstancePlacement_t* room, unsigned* count) {
             *count = 1;
             if (room != nullptr) {
               *room = {0xFFFFFFFFU, 2};
             }
             return NVML_SUCCESS;
           };
     }},
    {"placements of different sizes",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstancePossiblePlacements_v2.target =
           [](nvmlDevice_t, unsigned, nvmlGpuInstancePlacement_t* room, unsigned* count) {
             *count = 2;
             if (room != nullptr) {
               room[0] = {0, 1};
               room[1] = {1, 2};
             }
             return NVML_SUCCESS;
           };
     }},
    {"four billion instances",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstances.target = [](nvmlDevice_t, unsigned, nvmlGpuInstance_t*,
                                               unsigned* count) {
         *count = 0xFFFFFFFFU;
         return NVML_SUCCESS;
       };
     }},
    {"instances without handles",
     [](NvmlTable& table) {
       table.DeviceGetGpuInstances.target = [](nvmlDevice_t, unsigned, nvmlGpuInstance_t*,
                                               unsigned* count) {
         *count = 2;
         return NVML_SUCCESS;
       };
     }},
    {"one instance in every list",
     [](NvmlTable& table) {
       table.GpuInstanceGetInfo.target = [](nvmlGpuInstance_t, nvmlGpuInstanceInfo_t* info) {
         *info = {nullptr, 1, 19, {0, 1}};
         return NVML_SUCCESS;
       };
     }},
    {"an instance of another profile",
     [](NvmlTable& table) {
       alter_info(table.GpuInstanceGetInfo, [](auto& info) { info.profileId += 1; });
     }},
    {"instances that overlap",
     [](NvmlTable& table) {
       alter_info(table.GpuInstanceGetInfo, [](auto& info) { info.placement.start = 0; });
     }},
    {"an instance outside",
     [](NvmlTable& table) {
       alter_info(table.GpuInstanceGetInfo,
                  [](auto& info) { info.placement = {0x7FFFFFFFU, 0x7FFFFFFFU}; });
     }},
    {"an instance of another size",
     [](NvmlTable& table) {
       alter_info(table.GpuInstanceGetInfo, [](auto& info) { info.placement.size = 1; });
     }},
    {"two instances with one id",
     [](NvmlTable& table) {
       alter_info(table.GpuInstanceGetInfo, [](auto& info) { info.id = 1; });
     }},
    {"compute instances without handles",
     [](NvmlTable& table) {
       table.GpuInstanceGetComputeInstances.target = [](nvmlGpuInstance_t, unsigned,
                                                        nvmlComputeInstance_t*, unsigned* count) {
         *count = 3;
         return NVML_SUCCESS;
       };
     }},
    {"a compute instance outside",
     [](NvmlTable& table) {
       alter_info(table.ComputeInstanceGetInfo_v2, [](auto& info) { info.placement.start = 5; });
     }},
    {"compute profiles beyond every GPU",
     [](NvmlTable& table) {
       table.GpuInstanceGetComputeInstanceProfileInfo.target =
           [](nvmlGpuInstance_t, unsigned, unsigned, nvmlComputeInstanceProfileInfo_t* info) {
             std::memset(info, 0xFF, sizeof *info);
             return NVML_SUCCESS;
           };
     }},
    {"four billion processes",
     [](NvmlTable& table) {
       table.DeviceGetComputeRunningProcesses_v3.target = [](nvmlDevice_t, unsigned* count,
                                                             nvmlProcessInfo_t*) {
         *count = 0xFFFFFFFFU;
         return NVML_SUCCESS;
       };
     }},
    {"ever more processes",
     [](NvmlTable& table) {
       table.DeviceGetComputeRunningProcesses_v3.target = [](nvmlDevice_t, unsigned* count,
                                                             nvmlProcessInfo_t*) {
         *count *= 2;
         return NVML_ERROR_INSUFFICIENT_SIZE;
       };
     }},
};

TEST(HostileTest, EveryLieIsRefusedWithAClearError) {
  const Model& model = *find_model("h100-80gb-sxm5").value();
  const Layout layout = Layout()
                            .with(model, Slot(*model.find_by_name("3g.40gb"), 4))
                            .value()
                            .with(model, Slot(*model.find_by_name("2g.20gb"), 0))
                            .value();
  for (const Lie& lie : kLies) {
    FakeNvml fake;
    fake.add("h100-80gb-sxm5", layout);
    fake.add("h100-80gb-sxm5", layout);
    NvmlTable table = fake.table();
    lie.tell(table);
    const Result<Snapshot> snapshot = FakeNvml::node(table).read();
    ASSERT_FALSE(snapshot) << lie.name;
    EXPECT_EQ(snapshot.error().code, ErrorCode::kFailed) << lie.name;
    EXPECT_TRUE(snapshot.error().message.starts_with("the NVIDIA driver contradicts itself: "))
        << lie.name << ": " << snapshot.error().message;
  }
}

// Success that writes nothing, for each call in turn: whatever was in the buffers must not count.
TEST(HostileTest, NoCallIsBelievedToHaveWrittenAnything) {
  FakeNvml probe;
  NvmlTable names = probe.table();
  names.for_each([](auto& function) {
    const Model& model = *find_model("h100-80gb-sxm5").value();
    FakeNvml fake;
    fake.add("h100-80gb-sxm5",
             Layout().with(model, Slot(*model.find_by_name("3g.40gb"), 4)).value());
    fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
      return name == function.name() ? std::optional(NVML_SUCCESS) : std::nullopt;
    };
    const Result<Snapshot> snapshot = fake.node().read();
    if (snapshot) {  // Then as if the call had said nothing.
      for (const LiveGpu& gpu : snapshot->gpus) {
        EXPECT_EQ(gpu.uuid, "GPU-0") << function.name();
        EXPECT_LE(gpu.layout.size(), 1U) << function.name();
      }
    }
  });
}

TEST(HostileTest, EveryCodeFromEveryCallIsAnErrorOrAGap) {
  FakeNvml probe;
  NvmlTable names = probe.table();
  names.for_each([](auto& function) {
    for (const unsigned code :
         {1U, 2U, 3U, 4U, 6U, 7U, 9U, 13U, 15U, 19U, 23U, 25U, 999U, 12345U}) {
      FakeNvml fake;
      fake.add("a30-24gb");
      fake.intercept = [&](const std::string& name) -> std::optional<nvmlReturn_t> {
        return name == function.name() ? std::optional(static_cast<nvmlReturn_t>(code))
                                       : std::nullopt;
      };
      if (std::string(function.name()) == "nvmlInit_v2") {
        continue;
      }
      const Result<Snapshot> snapshot = fake.node().read();
      EXPECT_TRUE(snapshot || !snapshot.error().message.empty());
    }
  });
}

}  // namespace
}  // namespace sectile
