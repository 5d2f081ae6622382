#include "sectile/emulator/emulator.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <system_error>

#include "src/emulator/faults.h"
#include "src/emulator/handles.h"
#include "src/emulator/mig_change.h"
#include "src/emulator/node_builder.h"
#include "src/emulator/processes.h"
#include "src/emulator/store.h"
#include "src/emulator/sysroot.h"

namespace sectile::emulator {
namespace {

// Opens the node and changes it; nothing is kept if `change` fails. The sysroot follows.
Status change_node(const std::string& directory, const std::function<Status(Node&)>& change) {
  Result<Store> store = Store::open(directory);
  if (!store) {
    return fail(store);
  }
  Status result;
  const nvmlReturn_t written = store->write([&](Node& node) {
    result = change(node);
    if (!result) {
      return NVML_ERROR_UNKNOWN;
    }
    refresh_capabilities(node, sysroot_of(directory));
    return NVML_SUCCESS;
  });
  if (result && written != NVML_SUCCESS) {
    return fail(ErrorCode::kFailed, "cannot change the emulated node in " + directory);
  }
  return result;
}

Status look_at_node(const std::string& directory, const std::function<Status(const Node&)>& look) {
  Result<Store> store = Store::open(directory);
  if (!store) {
    return fail(store);
  }
  Status result;
  const nvmlReturn_t seen = store->read([&](const Node& node) {
    result = look(node);
    return NVML_SUCCESS;
  });
  if (seen != NVML_SUCCESS) {
    return fail(ErrorCode::kFailed, "cannot lock the emulated node in " + directory);
  }
  return result;
}

Status check_gpu(const Node& node, int gpu) {
  if (gpu >= 0 && gpu < static_cast<int>(node.gpus.count)) {
    return {};
  }
  return fail(ErrorCode::kInvalidArgument, "there is no gpu " + std::to_string(gpu) + " among " +
                                               std::to_string(node.gpus.count));
}

// Fails if the GPU is in a virtual machine, whose host alone could reset it.
Status check_own(const Node& node, int gpu) {
  const Virtual place = node.gpus.items[static_cast<std::size_t>(gpu)].virtualization;
  if (place == Virtual::kPassthrough || place == Virtual::kVgpu) {
    return fail(ErrorCode::kUnavailable,
                "gpu " + std::to_string(gpu) + " cannot be reset from within a virtual machine",
                "reboot the virtual machine");
  }
  return {};
}

Status check_idle(const Node& node, int gpu) {
  std::string pids;
  for (const Process& process : living_processes(node, static_cast<std::uint32_t>(gpu))) {
    pids += (pids.empty() ? "" : ", ") + std::to_string(process.pid);
  }
  if (pids.empty()) {
    return {};
  }
  return fail(ErrorCode::kBusy, "gpu " + std::to_string(gpu) + " is in use by process " + pids,
              "end the process, then reset the gpu again");
}

std::string bus_id(const Gpu& gpu) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%08X:%02X:%02X.0", gpu.pci_domain, gpu.pci_bus,
                gpu.pci_slot);
  return text.data();
}

GpuStatus status_of(const Node& node, std::uint32_t index) {
  const Gpu& gpu = node.gpus.items[index];
  const Geometry& geometry = node.geometry_of(gpu);
  GpuStatus status;
  status.uuid = gpu.uuid.view();
  status.name = geometry.product_name.view();
  status.pci_bus_id = bus_id(gpu);
  status.model = geometry.key.view();
  status.mig_current = gpu.current_mode != 0;
  status.mig_pending = gpu.pending_mode != 0;
  for (const Process& process : living_processes(node, index)) {
    status.pids.push_back(process.pid);
  }
  for (const Named& device : mig_devices(node, index)) {
    const std::string name = name_of(node, device);
    status.mig_devices.push_back(
        {.name = name.substr(name.rfind("MIG ")), .uuid = uuid_of(device)});
  }
  return status;
}

}  // namespace

Status create_node(const std::string& directory, const NodeDescription& description) {
  const Result<std::unique_ptr<Node>> node = build_node(description);
  if (!node) {
    return fail(node);
  }
  if (Status created = Store::create(directory, **node); !created || !description.sysroot) {
    return created;
  }
  return write_sysroot(**node, sysroot_of(directory));
}

Result<std::vector<GpuStatus>> gpu_status(const std::string& directory) {
  std::vector<GpuStatus> all;
  const Status looked = look_at_node(directory, [&](const Node& node) {
    for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
      all.push_back(status_of(node, gpu));
    }
    return Status();
  });
  if (!looked) {
    return fail(looked);
  }
  return all;
}

Status reset_gpus(const std::string& directory, const std::vector<int>& gpus) {
  return change_node(directory, [&](Node& node) {
    for (const int gpu : gpus) {
      if (Status sound = check_gpu(node, gpu); !sound) {
        return sound;
      }
      if (Status own = check_own(node, gpu); !own) {
        return own;
      }
      if (Status idle = check_idle(node, gpu); !idle) {
        return idle;
      }
    }
    for (const int gpu : gpus) {
      reset_gpu(node, static_cast<std::uint32_t>(gpu));
    }
    return Status();
  });
}

Status reboot_node(const std::string& directory) {
  return change_node(directory, [](Node& node) {
    node.processes.count = 0;
    for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
      reset_gpu(node, gpu);
    }
    return Status();
  });
}

Status add_occupant(const std::string& directory, const Occupant& occupant) {
  return change_node(directory, [&](Node& node) { return occupy(node, occupant); });
}

Result<std::vector<std::string>> occupant_files(const std::string& directory,
                                                const Occupant& occupant) {
  std::vector<std::string> files;
  std::error_code error;
  if (!std::filesystem::is_directory(sysroot_of(directory), error)) {
    return files;
  }
  const Status looked = look_at_node(directory, [&](const Node& node) {
    const Result<std::vector<std::string>> names = device_files_of(node, occupant);
    if (!names) {
      return Status(fail(names));
    }
    for (const std::string& name : *names) {
      files.push_back(sysroot_of(directory) + "/dev/" + name);
    }
    return Status();
  });
  if (!looked) {
    return fail(looked);
  }
  return files;
}

Status remove_occupant(const std::string& directory, std::uint32_t pid) {
  return change_node(directory, [&](Node& node) {
    const auto gone = std::ranges::remove(node.processes.view(), pid, &Process::pid);
    node.processes.count -= static_cast<std::uint32_t>(gone.size());
    return Status();
  });
}

Status check_faults(std::string_view script) {
  const Result<std::vector<FaultRule>> rules = parse_faults(script);
  if (!rules) {
    return fail(rules);
  }
  return {};
}

Status set_faults(const std::string& directory, std::string_view script) {
  return change_node(directory, [&](Node& node) { return replace_faults(node, script); });
}

Status set_lost(const std::string& directory, int gpu, bool lost) {
  return change_node(directory, [&](Node& node) {
    Status sound = check_gpu(node, gpu);
    if (sound) {
      node.gpus.items[static_cast<std::size_t>(gpu)].lost = lost ? 1 : 0;
    }
    return sound;
  });
}

Status write_sysroot_files(const std::string& directory) {
  return look_at_node(directory,
                      [&](const Node& node) { return write_sysroot(node, sysroot_of(directory)); });
}

}  // namespace sectile::emulator
