#include <string>
#include <vector>

#include "sectile/apply/doctor.h"
#include "sectile/apply/mig_manager.h"
#include "src/apply/running.h"

namespace sectile {
namespace {

std::string running_as(const RunningProgram& program) {
  return program.name + " runs with pid " + std::to_string(program.pid);
}

}  // namespace

std::vector<Owner> owners(const HostPaths& paths) {
  std::vector<Owner> found;
  for (const RunningProgram& program : running_programs(
           paths, {"nvidia-mig-manager", "gpu-kubelet-plugin", "instaslice-daemonset"})) {
    if (program.name == "gpu-kubelet-plugin") {
      found.push_back(
          {.name = "the DRA driver of Kubernetes",
           .reason = running_as(program),
           .way = "let resource claims ask for slices, or take the driver off this node"});
    } else if (program.name == "instaslice-daemonset") {
      found.push_back({.name = "the Dynamic Accelerator Slicer",
                       .reason = running_as(program),
                       .way = "let pods ask for slices, or take its daemon off this node"});
    } else {
      found.push_back({.name = "the MIG manager",
                       .reason = running_as(program),
                       .way =
                           "set the layout with its label nvidia.com/mig.config, or take it off: "
                           "kubectl label node \"$(hostname)\" --overwrite "
                           "nvidia.com/gpu.deploy.mig-manager=false"});
    }
  }
  const Result<MigManager> service = find_mig_manager(paths);
  if (service && service->enabled) {
    found.push_back(
        {.name = "nvidia-mig-manager.service",
         .reason = "systemd starts it with the machine, and it sets its own layout then",
         .way = "sectile save --from-mig-manager, then systemctl disable "
                "nvidia-mig-manager.service",
         .only_boot = true});
  }
  return found;
}

}  // namespace sectile
