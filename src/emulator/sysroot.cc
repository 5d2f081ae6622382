#include "src/emulator/sysroot.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "src/emulator/handles.h"

namespace sectile::emulator {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kVendor = 0x10DE;
constexpr std::uint32_t kClass = 0x030200;  // 3D controller.
constexpr std::uint32_t kCapabilityGpus = 32;

// At least `digits` lower-case hexadecimal digits.
std::string hex(std::uint64_t value, int digits) {
  std::array<char, 24> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%0*llx", digits,
                static_cast<unsigned long long>(value));
  return buffer.data();
}

std::string hex_line(std::uint64_t value, int digits) {
  return "0x" + hex(value, digits) + "\n";
}

// Replaces the file at once, so that no reader sees half of it. False if it cannot.
bool replace_file(const fs::path& path, std::string_view content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const fs::path draft = path.string() + ".new";
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << content;
    if (!file.flush()) {
      return false;
    }
  }
  fs::rename(draft, path, error);
  return !error;
}

std::string capability_file(std::uint32_t minor, std::string_view mode) {
  return "DeviceFileMinor: " + std::to_string(minor) + "\nDeviceFileMode: " + std::string(mode) +
         "\nDeviceFileModify: 1\n";
}

std::string mig_minors() {
  std::string lines = "config " + std::to_string(kConfigMinor) + "\nmonitor " +
                      std::to_string(kMonitorMinor) + "\n";
  for (std::uint32_t gpu = 0; gpu < kCapabilityGpus; ++gpu) {
    for (std::uint32_t gi = 0; gi < kTreeIds; ++gi) {
      const std::string instance = "gpu" + std::to_string(gpu) + "/gi" + std::to_string(gi);
      lines += instance + "/access " + std::to_string(gpu_instance_minor(gpu, gi)) + "\n";
      for (std::uint32_t ci = 0; ci < kMaxComputeInstances; ++ci) {
        lines += instance + "/ci" + std::to_string(ci) + "/access " +
                 std::to_string(compute_instance_minor(gpu, gi, ci)) + "\n";
      }
    }
  }
  return lines;
}

// The access files that exist now, as paths below .../capabilities, with their minors.
struct AccessFile {
  std::string path;
  std::uint32_t minor;
};

std::vector<AccessFile> access_files(const Node& node) {
  std::vector<AccessFile> files;
  for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
    const std::uint32_t minor = node.gpus.items[gpu].minor;
    const std::string mig = "gpu" + std::to_string(minor) + "/mig/";
    for (const Named& gi : gpu_instances(node, gpu)) {
      const std::string instance = mig + "gi" + std::to_string(gi.gi_id);
      files.push_back({instance + "/access", gpu_instance_minor(minor, gi.gi_id)});
      for (const Named& ci : compute_instances(node, gi)) {
        files.push_back({instance + "/ci" + std::to_string(ci.ci_id) + "/access",
                         compute_instance_minor(minor, gi.gi_id, ci.ci_id)});
      }
    }
  }
  return files;
}

// An empty file in the place of a device node: who has it open can be seen, as with a real one. One
// that is there stays, for that very reason.
bool write_device(const fs::path& sysroot, const std::string& name) {
  const fs::path path = sysroot / "dev" / name;
  std::error_code error;
  return fs::exists(path, error) || replace_file(path, "");
}

bool write_capability_device(const fs::path& sysroot, std::uint32_t minor) {
  return write_device(sysroot, capability_device(minor));
}

bool write_devices(const Node& node, const fs::path& sysroot) {
  bool done = write_device(sysroot, "nvidiactl") && write_device(sysroot, "nvidia-uvm");
  for (const Gpu& gpu : node.gpus.view()) {
    done = write_device(sysroot, "nvidia" + std::to_string(gpu.minor)) && done;
  }
  return done;
}

bool write_capabilities(const Node& node, const fs::path& sysroot) {
  const fs::path root = sysroot / "proc/driver/nvidia/capabilities";
  std::error_code error;
  for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
    const fs::path gpu_root = root / ("gpu" + std::to_string(node.gpus.items[gpu].minor)) / "mig";
    fs::remove_all(gpu_root, error);
    fs::create_directories(gpu_root, error);
  }
  bool done = replace_file(root / "mig/config", capability_file(kConfigMinor, "256")) &&
              replace_file(root / "mig/monitor", capability_file(kMonitorMinor, "292")) &&
              write_capability_device(sysroot, kConfigMinor) &&
              write_capability_device(sysroot, kMonitorMinor);
  for (const AccessFile& file : access_files(node)) {
    done = replace_file(root / file.path, capability_file(file.minor, "292")) &&
           write_capability_device(sysroot, file.minor) && done;
  }
  return done;
}

// The first 64 bytes of PCI configuration space, little-endian.
std::string pci_config(std::uint32_t device, std::uint32_t subsystem) {
  std::string bytes(64, '\0');
  const auto put = [&](std::size_t at, std::uint32_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xFFU);
    }
  };
  put(0x00, kVendor, 2);
  put(0x02, device, 2);
  put(0x04, 0x0006, 2);  // Memory space, bus master.
  put(0x08, 0xA1, 1);
  put(0x09, kClass, 3);
  put(0x2C, subsystem & 0xFFFFU, 2);
  put(0x2E, subsystem >> 16U, 2);
  return bytes;
}

std::string resource_line(std::uint64_t begin, std::uint64_t end, std::uint64_t flags) {
  return "0x" + hex(begin, 16) + " 0x" + hex(end, 16) + " 0x" + hex(flags, 16) + "\n";
}

// Registers, then memory, then eleven that are not used.
std::string pci_resource(const Gpu& gpu) {
  const std::uint64_t registers = 0xC0000000ULL + (0x2000000ULL * gpu.pci_bus);
  const std::uint64_t memory = 0x380000000000ULL + (0x4000000000ULL * gpu.pci_bus);
  std::string lines = resource_line(registers, registers + 0xFFFFFFULL, 0x40200ULL) +
                      resource_line(memory, memory + 0x1FFFFFFFFFULL, 0x14220CULL);
  for (int i = 0; i < 11; ++i) {
    lines += resource_line(0, 0, 0);
  }
  return lines;
}

bool write_pci_device(const Node& node, const Gpu& gpu, const fs::path& sysroot) {
  const fs::path root =
      sysroot / "sys/bus/pci/devices" /
      (hex(gpu.pci_domain, 4) + ":" + hex(gpu.pci_bus, 2) + ":" + hex(gpu.pci_slot, 2) + ".0");
  const std::uint32_t device = node.geometry_of(gpu).pci_device;
  std::error_code error;
  fs::create_directories(root, error);
  const fs::path driver = root / "driver";
  fs::remove(driver, error);
  fs::create_directory_symlink("../../drivers/nvidia", driver, error);
  return !error && replace_file(root / "vendor", hex_line(kVendor, 4)) &&
         replace_file(root / "device", hex_line(device, 4)) &&
         replace_file(root / "class", hex_line(kClass, 6)) &&
         replace_file(root / "subsystem_vendor", hex_line(gpu.pci_subsystem & 0xFFFFU, 4)) &&
         replace_file(root / "subsystem_device", hex_line(gpu.pci_subsystem >> 16U, 4)) &&
         replace_file(root / "numa_node", std::to_string(gpu.numa_node) + "\n") &&
         replace_file(root / "config", pci_config(device, gpu.pci_subsystem)) &&
         replace_file(root / "resource", pci_resource(gpu));
}

bool write_driver(const Node& node, const fs::path& sysroot) {
  std::error_code error;
  fs::create_directories(sysroot / "sys/bus/pci/drivers/nvidia", error);
  const std::string version(node.driver_version.view());
  return replace_file(sysroot / "proc/modules",
                      "nvidia_uvm 1720320 0 - Live 0x0000000000000000 (O)\n"
                      "nvidia 14381056 1 nvidia_uvm, Live 0x0000000000000000 (O)\n") &&
         replace_file(sysroot / "proc/driver/nvidia/version",
                      "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  " + version +
                          "  Release Build  (emulated)\n") &&
         replace_file(sysroot / "proc/driver/nvidia-caps/mig-minors", mig_minors());
}

Status write_all(const Node& node, const fs::path& root) {
  bool done =
      write_driver(node, root) && write_devices(node, root) && write_capabilities(node, root);
  for (const Gpu& gpu : node.gpus.view()) {
    done = write_pci_device(node, gpu, root) && done;
  }
  if (!done) {
    return fail(ErrorCode::kFailed, "cannot write the emulated files under " + root.string());
  }
  return {};
}

}  // namespace

std::string sysroot_of(const std::string& state_directory) {
  return state_directory + "/sysroot";
}

Status write_sysroot(const Node& node, const std::string& sysroot) {
  try {
    return write_all(node, sysroot);
  } catch (const fs::filesystem_error& error) {
    return fail(ErrorCode::kFailed, std::string("cannot write the sysroot: ") + error.what());
  }
}

void refresh_capabilities(const Node& node, const std::string& sysroot) noexcept {
  try {
    std::error_code error;
    if (fs::is_directory(sysroot, error)) {
      write_capabilities(node, sysroot);
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): best effort, as promised.
  }
}

}  // namespace sectile::emulator
