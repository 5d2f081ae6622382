#include "src/apply/known_clients.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "src/base/shell.h"

namespace sectile {
namespace {

struct Known {
  std::string_view program;     // What the program file is called.
  std::string_view client;      // What people call it.
  bool system = false;          // It serves the machine.
  std::string_view unit = {};   // systemd's name for it, if the cgroup does not say.
  std::string_view way = {};    // Where it runs without systemd, or where a unit is not the way.
  std::string_view label = {};  // The GPU Operator's label that takes it off a node.
};

constexpr std::string_view kNoDisplay = "systemctl isolate multi-user.target";
constexpr std::string_view kQuitMps = "echo quit | nvidia-cuda-mps-control";

constexpr Known kKnown[] = {
    {"nv-hostengine", "DCGM host engine", true, "nvidia-dcgm.service", "nv-hostengine -t", "dcgm"},
    {"dcgm-exporter", "DCGM exporter", true, "nvidia-dcgm-exporter.service", {}, "dcgm-exporter"},
    {"nvidia-persistenced", "persistence daemon", true, "nvidia-persistenced.service"},
    {"nv-fabricmanager", "fabric manager", true, "nvidia-fabricmanager.service"},
    {"nvidia-imex", "IMEX daemon", true, "nvidia-imex.service"},
    {"nvidia-powerd", "power daemon", true, "nvidia-powerd.service"},
    {"nvidia-gridd", "vGPU licence daemon", true, "nvidia-gridd.service"},
    {"nvidia-vgpu-mgr", "vGPU manager", true, "nvidia-vgpu-mgr.service"},
    {"nvsm_core", "NVSM", true, "nvsm.service"},
    {"nvsm-core", "NVSM", true, "nvsm.service"},
    {"nvsm_api_gateway", "NVSM", true, "nvsm.service"},
    {"nvsm_notifier", "NVSM", true, "nvsm.service"},
    {"nvidia-cuda-mps-control", "MPS control daemon", true, {}, kQuitMps},
    {"nvidia-cuda-mps-server", "MPS server", true, {}, kQuitMps},
    {"nvidia-device-plugin", "Kubernetes device plugin", true, {}, {}, "device-plugin"},
    {"gpu-feature-discovery", "GPU feature discovery", true, {}, {}, "gpu-feature-discovery"},
    {"nvidia-mig-manager", "MIG manager", true, "nvidia-mig-manager.service", {}, "mig-manager"},
    {"gpu-kubelet-plugin", "DRA driver", true},
    {"compute-domain-kubelet-plugin", "DRA driver", true},
    {"Xorg", "X server", true, {}, kNoDisplay},
    {"X", "X server", true, {}, kNoDisplay},
    {"Xwayland", "X server", true, {}, kNoDisplay},
    {"gnome-shell", "desktop", true, {}, kNoDisplay},
    {"kwin_wayland", "desktop", true, {}, kNoDisplay},
    {"kwin_x11", "desktop", true, {}, kNoDisplay},
    {"plasmashell", "desktop", true, {}, kNoDisplay},
    {"mutter", "desktop", true, {}, kNoDisplay},
    {"weston", "desktop", true, {}, kNoDisplay},
    {"sway", "desktop", true, {}, kNoDisplay},
    {"gdm-wayland-session", "display manager", true, {}, kNoDisplay},
    {"gdm-x-session", "display manager", true, {}, kNoDisplay},
    {"gdm3", "display manager", true, {}, kNoDisplay},
    {"sddm", "display manager", true, {}, kNoDisplay},
    {"lightdm", "display manager", true, {}, kNoDisplay},
    {"slurmd", "Slurm node daemon", true, "slurmd.service"},
    {"slurmstepd", "Slurm step", true},
    {"kubelet", "kubelet", true, "kubelet.service"},
    {"telegraf", "monitoring", true, "telegraf.service"},
    {"netdata", "monitoring", true, "netdata.service"},
    {"zabbix_agent2", "monitoring", true, "zabbix-agent2.service"},
    {"collectd", "monitoring", true, "collectd.service"},
    {"nvidia_gpu_exporter", "monitoring", true, "nvidia_gpu_exporter.service"},
    {"ollama", "Ollama", false, "ollama.service"},
    {"nvidia-smi", "monitor"},
    {"nvidia-settings", "monitor"},
    {"nvtop", "monitor"},
    {"nvitop", "monitor"},
    {"gpustat", "monitor"},
    {"btop", "monitor"},
    {"ipykernel_launcher", "Jupyter kernel"},
    {"jupyter-lab", "Jupyter"},
    {"jupyter-notebook", "Jupyter"},
};

// Units in which many things run that have nothing to do with each other.
constexpr std::string_view kShared[] = {
    "ssh.service",     "sshd.service",       "cron.service",   "crond.service",      "atd.service",
    "docker.service",  "slurmd.service",     "podman.service", "containerd.service", "crio.service",
    "kubelet.service", "jupyterhub.service", "init.scope",     "slurmstepd.scope",
};

// What a shell takes as it is.
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%_+=:,./-";

constexpr std::size_t kKernelNameLength = 15;

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// "python3.11 -u /usr/bin/nvitop" is nvitop, and so is "python3 -m nvitop".
bool interprets(std::string_view program) {
  return program.starts_with("python") || program == "sh" || program == "bash" ||
         program == "dash" || program == "perl" || program == "ruby" || program == "node";
}

// What follows the options of an interpreter; empty if nothing does.
std::string_view script_of(const std::vector<std::string>& words) {
  const auto script = std::find_if(words.begin() + 1, words.end(),
                                   [](const std::string& word) { return !word.starts_with('-'); });
  return script == words.end() ? std::string_view() : base_name(*script);
}

// What the program may be called: by its command line, and by the kernel.
std::vector<std::string_view> names_of(const ProcessInfo& process) {
  std::vector<std::string_view> names;
  if (!process.words.empty()) {
    const std::string_view first = process.words.front();
    names.push_back(base_name(first.substr(0, first.find_first_of(" :"))));  // "slurmstepd: [7.0]"
    if (interprets(names.front())) {
      names.push_back(script_of(process.words));
    }
  }
  names.push_back(process.name);
  return names;
}

const Known* find_known(const ProcessInfo& process) {
  for (const std::string_view name : names_of(process)) {
    const auto* known = std::ranges::find_if(kKnown, [&](const Known& one) {
      return name == one.program || (name == process.name && name.size() == kKernelNameLength &&
                                     one.program.starts_with(name));
    });
    if (known != std::end(kKnown)) {
      return known;
    }
  }
  return nullptr;
}

std::string stop_unit(const std::string& unit) {
  return "systemctl stop " + shell_word(unit);
}

std::string stop_pod(const ProcessOrigin& origin) {
  if (!origin.pod_name.empty()) {
    return "kubectl delete pod -n " + shell_word(origin.pod_namespace) + " " +
           shell_word(origin.pod_name);
  }
  return "kubectl get pods -A -o custom-columns=NS:.metadata.namespace,POD:.metadata.name,"
         "UID:.metadata.uid | grep " +
         shell_word(origin.pod) + ", then kubectl delete pod";
}

std::string stop_container(const ProcessOrigin& origin) {
  if (origin.runtime == "lxc") {
    return "lxc stop " + shell_word(origin.container);
  }
  const std::string program = origin.runtime == "docker"   ? "docker"
                              : origin.runtime == "podman" ? "podman"
                              : origin.runtime == "cri-o"  ? "crictl"
                                                           : "nerdctl";
  return program + " stop " + origin.container.substr(0, 12);
}

bool unit_is_its_own(const ProcessOrigin& origin) {
  return !origin.unit.empty() && !origin.session &&
         std::ranges::find(kShared, origin.unit) == std::end(kShared) &&
         !origin.unit.ends_with("slurmstepd.scope");
}

std::string way_of_anybody(const Holder& holder) {
  const ProcessOrigin& origin = holder.origin;
  if (!origin.slurm_job.empty()) {
    return "scancel " + origin.slurm_job;
  }
  if (!origin.pod.empty()) {
    return stop_pod(origin);
  }
  if (!origin.container.empty()) {
    return stop_container(origin);
  }
  if (unit_is_its_own(origin)) {
    return stop_unit(origin.unit);
  }
  return "kill " + std::to_string(holder.pid);
}

std::string way_of(const Known& known, const Holder& holder) {
  const ProcessOrigin& origin = holder.origin;
  if (!origin.pod.empty() && !known.label.empty()) {
    return "kubectl label node \"$(hostname)\" --overwrite nvidia.com/gpu.deploy." +
           std::string(known.label) + "=false";
  }
  if (!origin.slurm_job.empty() || !origin.pod.empty() || !origin.container.empty()) {
    return way_of_anybody(holder);
  }
  if (!known.way.empty() && (known.unit.empty() || !unit_is_its_own(origin))) {
    return std::string(known.way);
  }
  if (unit_is_its_own(origin)) {
    return stop_unit(origin.unit);
  }
  return known.unit.empty() || !origin.unit.empty() ? way_of_anybody(holder)
                                                    : stop_unit(std::string(known.unit));
}

}  // namespace

std::string shell_word(const std::string& word) {
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return word;
  }
  return internal::shell_quoted(word);
}

void recognise(const ProcessInfo& process, Holder& holder) {
  const Known* known = find_known(process);
  if (known == nullptr) {
    holder.way = way_of_anybody(holder);
    return;
  }
  holder.client = known->client;
  // A program of that name that a user started in a job or session of his own is his; but displays
  // are always somebody's.
  const ProcessOrigin& origin = holder.origin;
  const bool users_own = holder.uid != 0 && (origin.session || !origin.slurm_job.empty());
  holder.system = known->system && (!users_own || known->way == kNoDisplay);
  holder.way = way_of(*known, holder);
}

}  // namespace sectile
