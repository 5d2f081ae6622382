#include <algorithm>
#include <string>
#include <vector>

#include "sectile/apply/doctor.h"
#include "sectile/geometry/catalogue.h"
#include "src/apply/small_file.h"

namespace sectile {
namespace {

std::string label(const LiveGpu& gpu) {
  return "gpu " + std::to_string(gpu.index) + " (" + gpu.name + ")";
}

// One line for all is well, if nothing was found.
void settle(std::vector<Finding>& all, std::vector<Finding> found, const std::string& check,
            const std::string& well) {
  if (found.empty()) {
    found.push_back({.check = check, .message = well});
  }
  std::ranges::move(found, std::back_inserter(all));
}

std::vector<Finding> examine_driver(const Snapshot& snapshot) {
  std::vector<Finding> found;
  for (const LiveGpu& gpu : snapshot.gpus) {
    const Model* known = match_model(gpu.name, gpu.pci_device, MiB{});
    const std::string least =
        known != nullptr ? known->driver_min
                         : (gpu.capable() ? snapshot.model_of(gpu).driver_min : std::string());
    if (!least.empty() && compare_versions(snapshot.driver_version, least) < 0) {
      found.push_back({.check = "driver",
                       .verdict = Verdict::kFail,
                       .message = label(gpu) + ": driver " + snapshot.driver_version +
                                  " is too old for MIG on it, which takes " + least,
                       .fix = "install driver " + least + " or later"});
    }
  }
  for (const std::string& warning : snapshot.warnings) {
    found.push_back(
        {.check = "driver", .verdict = Verdict::kWarn, .message = warning, .fix = "see dmesg"});
  }
  return found;
}

std::vector<Finding> examine_modes(const Snapshot& snapshot) {
  std::vector<Finding> found;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.mode != gpu.pending) {
      const std::string mode = gpu.pending == MigMode::kEnabled ? "on" : "off";
      found.push_back({.check = "mode",
                       .verdict = Verdict::kFail,
                       .message = label(gpu) + ": MIG goes " + mode + " only when it is reset",
                       .fix = "sectile who " + std::to_string(gpu.index) +
                              " shows who is in the way; then nvidia-smi -r -i " + gpu.uuid});
    }
  }
  return found;
}

std::vector<Finding> examine_instances(const Snapshot& snapshot) {
  std::vector<Finding> found;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.mode != MigMode::kEnabled) {
      continue;
    }
    if (gpu.instances.empty()) {
      found.push_back({.check = "instances",
                       .verdict = Verdict::kWarn,
                       .message = label(gpu) +
                                  ": MIG is on without an instance, so CUDA cannot use it, and "
                                  "device plugins and slurmd stumble over it",
                       .fix = "sectile plan shows layouts, sectile apply makes one"});
    }
    for (const LiveInstance& instance : gpu.instances) {
      if (instance.compute.empty()) {
        const Profile* profile = snapshot.model_of(gpu).find(instance.profile);
        found.push_back({.check = "instances",
                         .verdict = Verdict::kWarn,
                         .message = label(gpu) + ": " +
                                    (profile == nullptr ? "an instance" : profile->name) + "@" +
                                    std::to_string(instance.placement.start) +
                                    " has no compute instance, so nobody can use it",
                         .fix = "apply a layout that gives it one, or destroys it"});
      }
    }
  }
  return found;
}

std::vector<Finding> examine_persistence(const Snapshot& snapshot) {
  std::string off;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.persistence == false) {
      off += (off.empty() ? "gpu " : ", ") + std::to_string(gpu.index);
    }
  }
  if (off.empty()) {
    return {};
  }
  return {{.check = "persistence",
           .verdict = Verdict::kWarn,
           .message = "persistence mode is off on " + off +
                      ": a GPU that nobody uses is shut down, and the next job waits for it",
           .fix = "systemctl enable --now nvidia-persistenced"}};
}

std::string modes_text(const Snapshot& snapshot) {
  const auto count = [&](MigMode mode) {
    return std::to_string(std::ranges::count(snapshot.gpus, mode, &LiveGpu::mode));
  };
  return "MIG is on for " + count(MigMode::kEnabled) + " GPUs and off for " +
         count(MigMode::kDisabled) + ", and no change waits for a reset";
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
  }
  return {};  // Not reached; g++ wants it.
}

int compare_versions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const unsigned long long left = decimal(take_word(a, '.')).value_or(0);
    const unsigned long long right = decimal(take_word(b, '.')).value_or(0);
    if (left != right) {
      return left < right ? -1 : 1;
    }
  }
  return 0;
}

std::vector<Finding> examine_gpus(const Snapshot& snapshot) {
  std::vector<Finding> all;
  settle(all, examine_driver(snapshot), "driver",
         "driver " + snapshot.driver_version + " is recent enough for every GPU here");
  settle(all, examine_modes(snapshot), "mode", modes_text(snapshot));
  settle(all, examine_instances(snapshot), "instances", "every instance can be used");
  settle(all, examine_persistence(snapshot), "persistence", "no GPU is shut down between two jobs");
  return all;
}

}  // namespace sectile
