#include "sectile/apply/cdi_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "sectile/apply/mig_devices.h"
#include "sectile/apply/program.h"
#include "sectile/text/mig_minors.h"
#include "src/apply/small_file.h"
#include "src/apply/write_file.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSpecs = 64;  // In one directory; runtimes have a handful.
constexpr std::chrono::minutes kLimit(2);

// Where distributions put the driver's libraries, below the root.
constexpr std::array<std::string_view, 4> kLibraryDirectories = {
    "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"};
// What a CUDA program and nvidia-smi load, under the name by which they ask for it.
constexpr std::array<std::string_view, 8> kLibraries = {
    "libcuda.so.1",          "libnvidia-ml.so.1",
    "libnvidia-nvvm.so.4",   "libnvidia-ptxjitcompiler.so.1",
    "libnvidia-opencl.so.1", "libcudadebugger.so.1",
    "libnvidia-pkcs11.so.1", "libnvidia-gpucomp.so.1"};
constexpr std::array<std::string_view, 2> kNodes = {"/dev/nvidiactl", "/dev/nvidia-uvm"};
constexpr std::array<std::string_view, 2> kOptionalNodes = {"/dev/nvidia-uvm-tools",
                                                            "/dev/nvidia-modeset"};

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(path, error);
}

std::string gpu_node(unsigned minor) {
  return "/dev/nvidia" + std::to_string(minor);
}

std::string capability_node(unsigned minor) {
  return "/dev/nvidia-caps/nvidia-cap" + std::to_string(minor);
}

std::unexpected<Error> unknown_node(const std::string& what) {
  return fail(ErrorCode::kUnavailable, "the driver does not say which device node opens " + what,
              "is the nvidia-caps part of the kernel module loaded? nvidia-modprobe -c 0 loads it");
}

Result<MigMinors> read_minors(const HostPaths& paths) {
  const std::string path = paths.proc + "/driver/nvidia-caps/mig-minors";
  const std::optional<std::string> text = read_small_file(path, kMaxMigMinorsBytes + 1);
  if (!text) {
    return fail(ErrorCode::kUnavailable, "cannot read " + path,
                "the driver writes it when it is loaded");
  }
  return parse_mig_minors(*text);
}

// The root of the machine, of which `dev` is a part.
std::string root_of(const HostPaths& paths) {
  const std::string_view dev = "/dev";
  return paths.dev.ends_with(dev) ? paths.dev.substr(0, paths.dev.size() - dev.size()) : "";
}

// In the first folder that has it; nullopt if none does.
std::optional<std::string> find_library(std::string_view library, const HostPaths& paths) {
  for (const std::string_view directory : kLibraryDirectories) {
    std::string path(directory);
    path += '/';
    path += library;
    if (exists(root_of(paths) + path)) {
      return path;
    }
  }
  return std::nullopt;
}

std::vector<std::string> libraries(const HostPaths& paths) {
  std::vector<std::string> found;
  for (const std::string_view library : kLibraries) {
    if (const std::optional<std::string> path = find_library(library, paths)) {
      found.push_back(*path);
    }
  }
  return found;
}

class SpecBuilder {
 public:
  SpecBuilder(const Snapshot& snapshot, const HostPaths& paths) : snapshot_(snapshot) {
    spec_.nodes.assign(kNodes.begin(), kNodes.end());
    for (const std::string_view node : kOptionalNodes) {
      if (exists(root_of(paths) + std::string(node))) {
        spec_.nodes.emplace_back(node);
      }
    }
    spec_.libraries = libraries(paths);
    // Otherwise NVIDIA's container runtime would give the container every GPU as well.
    spec_.environment = {"NVIDIA_VISIBLE_DEVICES=void"};
  }

  Status add_whole_gpus() {
    for (const LiveGpu& gpu : snapshot_.gpus) {
      if (gpu.mode == MigMode::kEnabled) {
        continue;
      }
      if (!gpu.minor) {
        return unknown_node("gpu " + std::to_string(gpu.index));
      }
      add(std::to_string(gpu.index), gpu.uuid, {gpu_node(*gpu.minor)});
    }
    return {};
  }

  Status add_mig_devices(const MigMinors& minors) {
    for (const MigDevice& device : mig_devices(snapshot_)) {
      const LiveGpu* const gpu = snapshot_.find(device.gpu_uuid);
      const std::optional<unsigned> gpu_minor = gpu != nullptr ? gpu->minor : std::nullopt;
      if (!gpu_minor) {
        return unknown_node("gpu " + std::to_string(device.gpu_index));
      }
      const std::optional<unsigned> instance = minors.find(*gpu_minor, device.gpu_instance);
      const std::optional<unsigned> compute =
          minors.find(*gpu_minor, device.gpu_instance, device.compute_instance);
      if (!instance || !compute) {
        return unknown_node("MIG device " + index_name(device));
      }
      add(index_name(device), device.uuid,
          {gpu_node(*gpu_minor), capability_node(*instance), capability_node(*compute)});
    }
    return {};
  }

  CdiSpec take() {
    if (!all_.empty()) {
      spec_.devices.push_back({.name = "all", .nodes = all_});
    }
    return std::move(spec_);
  }

 private:
  void add(const std::string& index, const std::string& uuid,
           const std::vector<std::string>& nodes) {
    spec_.devices.push_back({.name = index, .nodes = nodes});
    if (is_cdi_name(uuid)) {
      spec_.devices.push_back({.name = uuid, .nodes = nodes});
    }
    for (const std::string& node : nodes) {
      if (std::ranges::find(all_, node) == all_.end()) {
        all_.push_back(node);
      }
    }
  }

  const Snapshot& snapshot_;
  CdiSpec spec_;
  std::vector<std::string> all_;
};

bool is_spec_name(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".json" || extension == ".yaml" || extension == ".yml";
}

// Files of the directory that describe our kind, ascending; ours left out.
void find_specs(const fs::path& directory, const std::string& ours,
                std::vector<std::string>& found) {
  std::error_code error;
  std::vector<std::string> files;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_spec_name(entry->path()) && entry->path() != ours && files.size() < kMaxSpecs) {
      files.push_back(entry->path().string());
    }
  }
  std::ranges::sort(files);
  for (const std::string& file : files) {
    const std::optional<std::string> text = read_small_file(file);
    const Result<CdiContents> contents =
        text ? parse_cdi(*text, file) : fail(ErrorCode::kFailed, file);
    if (contents && contents->kind == kCdiKind) {
      found.push_back(file);
    }
  }
}

// Nothing if there is no nvidia-ctk.
std::optional<Result<std::string>> generate(const std::string& file) {
  const Result<ProgramEnd> end =
      run_program({.words = {"nvidia-ctk", "cdi", "generate", "--output=" + file},
                   .environment = std::nullopt,
                   .directory = {},
                   .limit = kLimit});
  if (!end && end.error().code == ErrorCode::kUnavailable) {
    return std::nullopt;
  }
  if (!end) {
    return fail(end);
  }
  if (end->status != 0) {
    return fail(ErrorCode::kFailed, "nvidia-ctk cdi generate failed with status " +
                                        std::to_string(end->status) + ": " + end->output);
  }
  return "nvidia-ctk wrote " + file;
}

// A spec without devices is none, so a node without any has no file.
Result<std::string> write_ours(const Snapshot& snapshot, const HostPaths& paths) {
  const std::string file = cdi_file(paths);
  const Result<CdiSpec> spec = cdi_spec(snapshot, paths);
  if (!spec) {
    return fail(spec);
  }
  std::error_code error;
  if (spec->devices.empty()) {
    return fs::remove(file, error) ? "removed " + file + ": there is no device" : "";
  }
  const Result<std::string> text = cdi_json(*spec);
  if (!text) {
    return fail(text);
  }
  if (const Status written = write_file(file, *text); !written) {
    return fail(written);
  }
  return "wrote " + file;
}

}  // namespace

Result<CdiSpec> cdi_spec(const Snapshot& snapshot, const HostPaths& paths) {
  SpecBuilder builder(snapshot, paths);
  if (const Status whole = builder.add_whole_gpus(); !whole) {
    return fail(whole);
  }
  if (!mig_devices(snapshot).empty()) {
    const Result<MigMinors> minors = read_minors(paths);
    if (!minors) {
      return fail(minors);
    }
    if (const Status devices = builder.add_mig_devices(*minors); !devices) {
      return fail(devices);
    }
  }
  return builder.take();
}

std::string cdi_file(const HostPaths& paths) {
  return paths.etc + "/cdi/sectile.json";
}

std::vector<std::string> foreign_cdi_files(const HostPaths& paths) {
  std::vector<std::string> found;
  find_specs(paths.etc + "/cdi", cdi_file(paths), found);
  find_specs(paths.run + "/cdi", cdi_file(paths), found);
  return found;
}

Result<std::string> refresh_cdi(const Snapshot& snapshot, const HostPaths& paths, bool asked) {
  const std::string ours = cdi_file(paths);
  const bool present = exists(ours);
  const std::vector<std::string> foreign = foreign_cdi_files(paths);
  if (!asked && !present) {
    return foreign.empty() ? std::string()
                           : foreign.front() +
                                 " was written before this change, and containers follow it: "
                                 "--cdi writes it anew";
  }
  // What is there already keeps its place, so that there is one of them.
  const auto generated =
      generate(foreign.empty() ? paths.etc + "/cdi/nvidia.yaml" : foreign.front());
  if (generated) {
    std::error_code error;
    if (*generated && present) {
      fs::remove(ours, error);  // The two would conflict.
    }
    return *generated;
  }
  if (!foreign.empty()) {
    return fail(ErrorCode::kUnavailable,
                foreign.front() + " describes nvidia.com/gpu already, and runtimes refuse two",
                "install nvidia-ctk to have it written anew, or remove it");
  }
  return write_ours(snapshot, paths);
}

}  // namespace sectile
