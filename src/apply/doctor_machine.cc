#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "sectile/apply/cdi_files.h"
#include "sectile/apply/doctor.h"
#include "sectile/text/cdi.h"
#include "src/apply/cdi_check.h"
#include "src/apply/device_files.h"
#include "src/apply/modules.h"
#include "src/apply/running.h"
#include "src/apply/small_file.h"
#include "src/device/text.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCdiBytes = 8U << 20U;
constexpr int kCdiFilesMax = 100;
constexpr int kPciDevicesMax = 100000;

// The classes of NVIDIA's devices on the PCI bus: "0x030200".
std::vector<std::string> nvidia_classes(const HostPaths& paths) {
  std::vector<std::string> classes;
  std::error_code error;
  fs::directory_iterator entry(paths.sys + "/bus/pci/devices", error);
  for (int i = 0; !error && entry != fs::directory_iterator() && i < kPciDevicesMax; ++i) {
    const std::string folder = entry->path().string();
    if (read_small_file(folder + "/vendor", 16).value_or("").starts_with("0x10de")) {
      classes.push_back(read_small_file(folder + "/class", 16).value_or(""));
    }
    entry.increment(error);
  }
  return classes;
}

Finding examine_display(const HostPaths& paths) {
  for (const Holder& holder : module_holders(paths, {})) {
    if (holder.holds.front().file == "nvidia_drm") {
      return {.check = "display",
              .verdict = Verdict::kWarn,
              .message = holder.command +
                         ": no GPU can be reset or, before Hopper, change its MIG "
                         "mode",
              .fix = holder.way};
    }
  }
  return {.check = "display", .message = "no display driver keeps GPUs open"};
}

std::optional<Finding> examine_fabric(const Snapshot& snapshot, const HostPaths& paths) {
  const std::vector<std::string> classes = nvidia_classes(paths);
  const bool switches = std::ranges::any_of(
      classes, [](const std::string& one) { return one.starts_with("0x0680"); });
  if (!switches) {
    return std::nullopt;
  }
  if (!running_programs(paths, {"nv-fabricmanager"}).empty()) {
    return Finding{.check = "fabric", .message = "the fabric manager of the NVSwitch board runs"};
  }
  const bool whole = std::ranges::any_of(
      snapshot.gpus, [](const LiveGpu& gpu) { return gpu.mode != MigMode::kEnabled; });
  return Finding{.check = "fabric",
                 .verdict = whole ? Verdict::kFail : Verdict::kWarn,
                 .message = std::string("this board has NVSwitches, and the fabric manager does "
                                        "not run: ") +
                            (whole ? "GPUs without MIG cannot run CUDA"
                                   : "harmless while every GPU is in MIG mode"),
                 .fix = "systemctl enable --now nvidia-fabricmanager"};
}

std::vector<Finding> examine_owners(const HostPaths& paths) {
  std::vector<Finding> found;
  for (const Owner& owner : owners(paths)) {
    found.push_back({.check = "owner",
                     .verdict = Verdict::kWarn,
                     .message = owner.name + " changes MIG layouts here: " + owner.reason,
                     .fix = owner.way});
  }
  if (found.empty()) {
    found.push_back({.check = "owner", .message = "nobody else changes MIG layouts here"});
  }
  return found;
}

// An instance that nobody can use is in no specification.
CdiExpected cdi_expected(const Snapshot& snapshot, const HostPaths& paths) {
  CdiExpected expected;
  std::set<std::pair<std::string, GpuInstanceId>> usable;
  for (const LiveGpu& gpu : snapshot.gpus) {
    expected.uuids.insert(gpu.uuid);
    for (const LiveInstance& instance : gpu.instances) {
      for (const LiveCompute& compute : instance.compute) {
        expected.uuids.insert(compute.uuid);
        usable.emplace(gpu.uuid, instance.id);
      }
    }
  }
  for (const auto& [minor, capability] : read_capabilities(snapshot, paths)) {
    if (usable.contains({capability.gpu, capability.gpu_instance})) {
      expected.capabilities.insert(minor);
    }
  }
  return expected;
}

bool is_specification(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".json" || extension == ".yml";
}

// `own`: the specification that Sectile writes.
std::string cdi_fix(const std::string& path, const std::string& own) {
  return path == own
             ? "the next sectile apply that changes something writes it anew; until then: rm " + own
             : "nvidia-ctk cdi generate --output=" + printable(path);
}

void examine_cdi_folder(const std::string& folder, const CdiExpected& expected,
                        const std::string& own, std::vector<Finding>& found) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (int i = 0; !error && entry != fs::directory_iterator() && i < kCdiFilesMax; ++i) {
    const fs::path path = entry->path();
    entry.increment(error);
    const std::optional<std::string> text =
        is_specification(path) ? read_small_file(path.string(), kCdiBytes) : std::nullopt;
    const CdiReferences references = text ? cdi_references(*text) : CdiReferences();
    if (!references.nvidia) {
      continue;
    }
    const std::string wrong = cdi_difference(references, expected);
    std::string message = printable(path.string());
    message += wrong.empty() ? " fits the instances that exist" : " is stale: it ";
    message += wrong;
    found.push_back({.check = "cdi",
                     .verdict = wrong.empty() ? Verdict::kOk : Verdict::kFail,
                     .message = std::move(message),
                     .fix = wrong.empty() ? "" : cdi_fix(path.string(), own)});
  }
}

std::vector<Finding> examine_cdi(const Snapshot& snapshot, const HostPaths& paths) {
  std::vector<Finding> found;
  const CdiExpected expected = cdi_expected(snapshot, paths);
  for (const std::string& folder : {paths.etc + "/cdi", paths.run + "/cdi"}) {
    examine_cdi_folder(folder, expected, cdi_file(paths), found);
  }
  std::ranges::sort(found, {}, &Finding::message);
  if (found.size() > 1) {
    found.push_back({.check = "cdi",
                     .verdict = Verdict::kWarn,
                     .message = std::to_string(found.size()) + " CDI specifications describe " +
                                std::string(kCdiKind) +
                                ", and runtimes refuse a device that two of them name",
                     .fix = "keep one of them"});
  }
  if (found.empty()) {
    found.push_back({.check = "cdi", .message = "there is no CDI specification to be stale"});
  }
  return found;
}

}  // namespace

bool has_nvidia_gpu(const HostPaths& paths) {
  const std::vector<std::string> classes = nvidia_classes(paths);
  return std::ranges::any_of(classes, [](const std::string& one) {
    return one.starts_with("0x0300") || one.starts_with("0x0302");
  });
}

std::vector<Finding> examine_machine(const Snapshot* snapshot, const HostPaths& paths) {
  std::vector<Finding> found;
  if (snapshot != nullptr) {
    found.push_back(examine_display(paths));
    if (std::optional<Finding> fabric = examine_fabric(*snapshot, paths)) {
      found.push_back(*std::move(fabric));
    }
  }
  std::ranges::move(examine_owners(paths), std::back_inserter(found));
  if (snapshot != nullptr) {
    std::ranges::move(examine_cdi(*snapshot, paths), std::back_inserter(found));
  }
  return found;
}

std::vector<Finding> examine_without_driver(const Error& error, const HostPaths& paths) {
  const std::vector<KernelModule> modules =
      parse_modules(read_small_file(paths.proc + "/modules").value_or(""));
  const auto loaded = [&](std::string_view name) {
    return std::ranges::find(modules, name, &KernelModule::name) != modules.end();
  };
  Finding finding{.check = "driver", .verdict = Verdict::kFail, .message = error.message};
  if (loaded("nouveau") || loaded("nova_core")) {
    finding.message += "; the GPU is driven by nouveau";
    finding.fix = "install NVIDIA's driver, which keeps nouveau from being loaded, and restart";
  } else if (loaded("nvidia")) {
    finding.message += "; the kernel has the driver, but its library does not answer";
    finding.fix = error.next.empty() ? "see dmesg" : error.next;
  } else if (has_nvidia_gpu(paths)) {
    finding.message += "; there is a GPU of NVIDIA's on the PCI bus, but no driver is loaded";
    finding.fix = "install NVIDIA's driver, or load it: modprobe nvidia";
  } else {
    finding.message += "; there is no GPU of NVIDIA's on the PCI bus";
    finding.fix = "sectile plan --gpu works without a GPU, and sectile emulate brings its own";
  }
  return {finding};
}

}  // namespace sectile
