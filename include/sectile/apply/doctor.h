// Doctor: whether this machine is fit for MIG, and what to do where it is not.
//
// Looks and changes nothing. What has been read is passed in; the rest is looked up in the files of
// the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/holders.h"
#include "sectile/apply/host_paths.h"
#include "sectile/apply/state_file.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"

namespace sectile {

enum class Verdict : std::uint8_t { kOk, kWarn, kFail };
std::string_view to_string(Verdict verdict);  // "ok", "warn", "fail"

struct Finding {
  std::string check;  // What was looked at: "driver", "mode", "cdi"; for programs.
  Verdict verdict = Verdict::kOk;
  std::string message;
  std::string fix = {};  // What to do or type; empty if all is well.

  friend bool operator==(const Finding&, const Finding&) = default;
};

// "driver", "mode", "instances", "persistence": from what the driver says.
std::vector<Finding> examine_gpus(const Snapshot& snapshot);

// "display", "fabric", "owner", "cdi": from the files of the machine. `snapshot`: nullptr if the
// driver does not answer; then only what needs no driver.
std::vector<Finding> examine_machine(const Snapshot* snapshot, const HostPaths& paths);

// "driver", where it does not answer: what is missing.
std::vector<Finding> examine_without_driver(const Error& error, const HostPaths& paths);

// "journal": what Sectile itself has not finished.
std::vector<Finding> examine_state(const StateFile::Options& options);

// "saved": whether the layout that a restart brings back is the one there is.
std::vector<Finding> examine_saved(const Snapshot& now, const StateFile::Options& options);

// Whether there is a GPU of NVIDIA's on the PCI bus, with a driver or without.
bool has_nvidia_gpu(const HostPaths& paths);

// A program that changes the layouts of this machine by itself, so that nobody else should.
struct Owner {
  std::string name;        // "the GPU Operator's MIG manager"
  std::string reason;      // How that is known.
  std::string way;         // What to do to change a layout beside it, or to be rid of it.
  bool only_boot = false;  // It sets the layout when the machine starts, and no more.
};
std::vector<Owner> owners(const HostPaths& paths);

// -1, 0 or 1: whether a version, "570.133.20", is below another. A missing part counts as 0.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace sectile
