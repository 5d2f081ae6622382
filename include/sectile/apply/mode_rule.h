// What the architecture of a GPU and the machine it is in say about changing its MIG mode.
//
// Three things must not be confused: the current mode, the pending mode, and what the driver said
// when it was asked to activate it (Node::ModeChange). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/device/snapshot.h"
#include "sectile/geometry/model.h"

namespace sectile {

// What makes a new mode the current one.
enum class ModeCommit : std::uint8_t {
  kAtOnce,  // Nothing more: Hopper and later.
  kReset,   // A reset of the GPU, which the driver makes by itself if nobody holds it: Ampere.
  kReboot,  // A reboot of this virtual machine, since few hosts let their guests reset GPUs.
  kNever,   // A virtual GPU: the host decides.
};

std::string_view to_string(ModeCommit commit);  // "at-once", "reset", "reboot", "never"

struct ModeRule {
  ModeCommit commit = ModeCommit::kAtOnce;
  bool persists =
      false;  // The mode outlives a reboot and a reload of the driver. Instances never do.
};

// What the driver says about itself counts for more than what is known of the model.
ModeRule mode_rule(const LiveGpu& gpu, const Model& model);

// How the mode that is pending becomes current: "the GPU is reset", "this virtual machine is
// rebooted".
std::string_view commit_text(ModeCommit commit);

// What to do about it: "sectile apply --reset ...".
std::string commit_next(ModeCommit commit);

// Why a GPU cannot be cut: "is not capable of MIG"; of a virtual GPU, that its host decides.
// Requires: !gpu.capable().
std::string_view incapable_text(const LiveGpu& gpu);

}  // namespace sectile
