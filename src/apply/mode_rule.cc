#include "sectile/apply/mode_rule.h"

namespace sectile {

std::string_view to_string(ModeCommit commit) {
  switch (commit) {
    case ModeCommit::kAtOnce:
      return "at-once";
    case ModeCommit::kReset:
      return "reset";
    case ModeCommit::kReboot:
      return "reboot";
    case ModeCommit::kNever:
      break;
  }
  return "never";
}

ModeRule mode_rule(const LiveGpu& gpu, const Model& model) {
  ModeRule rule{.commit = ModeCommit::kAtOnce, .persists = model.mode_persists};
  if (gpu.virtualization == Virtualization::kVgpu) {
    rule.commit = ModeCommit::kNever;
  } else if (!gpu.resetless.value_or(!model.mode_needs_reset)) {
    rule.commit = gpu.virtualization == Virtualization::kPassthrough ? ModeCommit::kReboot
                                                                     : ModeCommit::kReset;
  }
  return rule;
}

std::string_view commit_text(ModeCommit commit) {
  return commit == ModeCommit::kReboot ? "this virtual machine is rebooted" : "the GPU is reset";
}

std::string commit_next(ModeCommit commit) {
  return commit == ModeCommit::kReboot
             ? "reboot this virtual machine once, then apply again; --reset tries to reset the "
               "GPU, "
               "which few hosts allow"
             : "apply with --reset, when nobody uses the GPU; or reset it yourself and apply again";
}

std::string_view incapable_text(const LiveGpu& gpu) {
  return gpu.virtualization == Virtualization::kVgpu
             ? "is a virtual GPU: its host decides about its MIG mode and instances"
             : "is not capable of MIG";
}

}  // namespace sectile
