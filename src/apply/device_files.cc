#include "src/apply/device_files.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "sectile/text/mig_minors.h"
#include "src/apply/small_file.h"
#include "src/device/text.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;
using Kind = DeviceFile::Kind;

constexpr std::string_view kDeleted = " (deleted)";  // What the kernel adds to a lost path.
constexpr unsigned kNvidiaMajor = 195;  // Given to NVIDIA by the Linux kernel for ever.
constexpr unsigned kDisplayMajor = 226;
constexpr unsigned kControlMinor = 255;  // nvidiactl
constexpr unsigned kModesetMinor = 254;
constexpr unsigned kRenderMinor = 128;  // The first renderD.

// "12" of "nvidia-cap12", if nothing but the number follows the prefix.
std::optional<unsigned> number_after(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) {
    return std::nullopt;
  }
  const std::optional<unsigned long long> number = decimal(name.substr(prefix.size()));
  return number && *number <= 1U << 20U ? std::optional(static_cast<unsigned>(*number))
                                        : std::nullopt;
}

// "236 nvidia-caps" in /proc/devices, among the character devices.
unsigned major_of(std::string_view devices, std::string_view name) {
  while (!devices.empty()) {
    std::string_view line = take_word(devices, '\n');
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::optional<unsigned long long> number = decimal(take_word(line, ' '));
    if (number && line == name) {
      return static_cast<unsigned>(*number);
    }
  }
  return 0;
}

// "0000:07:00.0" of NVML's "00000000:07:00.0", in lower case as in /sys.
std::string sys_address(const std::string& pci) {
  const std::size_t colon = pci.find(':');
  std::string domain = pci.substr(0, colon);
  if (domain.size() > 4) {
    domain = domain.substr(domain.size() - 4);
  }
  std::string address = colon == std::string::npos ? pci : domain + pci.substr(colon);
  std::ranges::transform(address, address.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return address;
}

// The files below /sys/bus/pci/devices/ADDRESS/drm are called as those in /dev/dri.
void add_displays(const std::string& sys, const LiveGpu& gpu,
                  std::map<std::string, std::string>& displays) {
  std::error_code error;
  fs::directory_iterator entry(sys + "/bus/pci/devices/" + sys_address(gpu.pci) + "/drm", error);
  while (!error && entry != fs::directory_iterator()) {
    displays.emplace(entry->path().filename().string(), gpu.uuid);
    entry.increment(error);
  }
}

bool is_control(std::string_view name) {
  return name == "nvidiactl" || name == "nvidia-uvm" || name == "nvidia-uvm-tools" ||
         name == "nvidia-modeset" || name == "nvidia-nvlink" || name == "gdrdrv" ||
         name.starts_with("nvidia-nvswitch") || name.starts_with("nvidia-fs");
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// Those of an instance and of the compute instances in it.
void add_capabilities(const MigMinors& minors, const LiveGpu& gpu, const LiveInstance& instance,
                      std::map<unsigned, Capability>& capabilities) {
  if (!gpu.minor) {
    return;
  }
  Capability capability{.gpu = gpu.uuid, .gpu_instance = instance.id, .compute_instance = {}};
  if (const auto minor = minors.find(*gpu.minor, instance.id.value)) {
    capabilities.emplace(*minor, capability);
  }
  for (const LiveCompute& compute : instance.compute) {
    capability.compute_instance = compute.id;
    if (const auto minor = minors.find(*gpu.minor, instance.id.value, compute.id.value)) {
      capabilities.emplace(*minor, capability);
    }
  }
}

}  // namespace

std::optional<DeviceFile> device_file_named(std::string_view path) {
  if (path.ends_with(kDeleted)) {
    path.remove_suffix(kDeleted.size());
  }
  const std::string_view name = base_name(path);
  const std::pair<std::string_view, Kind> numbered[] = {{"nvidia", Kind::kGpu},
                                                        {"nvidia-cap", Kind::kCapability},
                                                        {"card", Kind::kCard},
                                                        {"renderD", Kind::kRender}};
  for (const auto& [prefix, kind] : numbered) {
    if (const std::optional<unsigned> number = number_after(name, prefix)) {
      return DeviceFile{.kind = kind, .number = *number};
    }
  }
  return is_control(name) ? std::optional(DeviceFile{}) : std::nullopt;
}

std::map<unsigned, Capability> read_capabilities(const Snapshot& snapshot, const HostPaths& paths) {
  std::map<unsigned, Capability> capabilities;
  const Result<MigMinors> minors = parse_mig_minors(
      read_small_file(paths.proc + "/driver/nvidia-caps/mig-minors", kMaxMigMinorsBytes)
          .value_or(""));
  for (const LiveGpu& gpu : snapshot.gpus) {
    for (const LiveInstance& instance : gpu.instances) {
      if (minors) {
        add_capabilities(*minors, gpu, instance, capabilities);
      }
    }
  }
  return capabilities;
}

DeviceFiles::DeviceFiles(const Snapshot& snapshot, const HostPaths& paths)
    : dev_(paths.dev + "/"),
      real_(paths.dev == "/dev"),
      capabilities_(read_capabilities(snapshot, paths)) {
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.minor) {
      gpus_.emplace(*gpu.minor, gpu.uuid);
    }
    add_displays(paths.sys, gpu, displays_);
  }
  const std::string devices = read_small_file(paths.proc + "/devices").value_or("");
  capability_major_ = major_of(devices, "nvidia-caps");
  memory_major_ = major_of(devices, "nvidia-uvm");
}

bool DeviceFiles::worth_asking(std::string_view link) const {
  if (!link.starts_with('/')) {
    return false;  // "socket:[4711]"
  }
  // Anything else could lie on a file server that does not answer.
  return (real_ || link.starts_with(dev_)) &&
         (device_file_named(link) || (link.starts_with("/dev/") && !link.starts_with("/dev/pts/") &&
                                      !link.starts_with("/dev/shm/") && link != "/dev/null"));
}

std::optional<DeviceFile> DeviceFiles::file_numbered(dev_t number) const {
  const unsigned device_major = major(number);
  const unsigned device_minor = minor(number);
  if (device_major == kNvidiaMajor) {
    const bool gpu = device_minor != kControlMinor && device_minor != kModesetMinor;
    return DeviceFile{.kind = gpu ? Kind::kGpu : Kind::kControl, .number = gpu ? device_minor : 0};
  }
  if (device_major == kDisplayMajor) {
    return DeviceFile{.kind = device_minor < kRenderMinor ? Kind::kCard : Kind::kRender,
                      .number = device_minor};
  }
  if (device_major != 0 && device_major == capability_major_) {
    return DeviceFile{.kind = Kind::kCapability, .number = device_minor};
  }
  if (device_major != 0 && device_major == memory_major_) {
    return DeviceFile{};
  }
  return std::nullopt;
}

std::string DeviceFiles::gpu_of_display(const DeviceFile& file) const {
  const std::string name =
      (file.kind == Kind::kCard ? "card" : "renderD") + std::to_string(file.number);
  const auto found = displays_.find(name);
  return found == displays_.end() ? std::string() : found->second;
}

std::optional<Hold> DeviceFiles::hold(std::string_view link, std::optional<dev_t> number) const {
  std::optional<DeviceFile> file = number && real_ ? file_numbered(*number) : std::nullopt;
  if (!file && link.starts_with(dev_)) {
    file = device_file_named(link);
  }
  if (!file) {
    return std::nullopt;
  }
  if (link.starts_with(dev_)) {
    link.remove_prefix(dev_.size() - std::string_view("/dev/").size());  // As everybody knows it.
  }
  Hold hold{.file = printable(link, 80)};
  if (file->kind == Kind::kGpu) {
    hold.kind = HoldKind::kDevice;
    const auto gpu = gpus_.find(file->number);
    hold.gpu = gpu == gpus_.end() ? std::string() : gpu->second;
  } else if (file->kind == Kind::kCapability) {
    const auto found = capabilities_.find(file->number);
    if (found != capabilities_.end()) {
      hold.kind = HoldKind::kInstance;
      hold.gpu = found->second.gpu;
      hold.gpu_instance = found->second.gpu_instance;
      hold.compute_instance = found->second.compute_instance;
    }
  } else if (file->kind != Kind::kControl) {
    hold.kind = HoldKind::kDisplay;
    hold.gpu = gpu_of_display(*file);
    if (hold.gpu.empty()) {
      return std::nullopt;  // Somebody else's display.
    }
  }
  return hold;
}

}  // namespace sectile
