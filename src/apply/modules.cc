#include "src/apply/modules.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "src/apply/small_file.h"
#include "src/device/text.h"

namespace sectile {
namespace {

constexpr unsigned long long kReferencesMax = 1000000;

bool concerns_gpus(std::string_view name) {
  return name == "nvidia" || name.starts_with("nvidia_") || name == "nv_peer_mem" ||
         name == "gdrdrv" || name == "nouveau" || name == "nova_core";
}

Holder holder_of(const KernelModule& module, const std::string& command, std::string way) {
  Holder holder;
  holder.command = command;
  holder.client = "kernel module " + module.name;
  holder.system = true;
  holder.way = std::move(way);
  return holder;
}

Hold kernel_hold(const KernelModule& module, int references) {
  return {.kind = HoldKind::kKernel, .file = module.name, .count = references};
}

// Whether the module drives displays: then it keeps every GPU open, used or not.
std::optional<bool> drives_displays(const HostPaths& paths) {
  const std::optional<std::string> text =
      read_small_file(paths.sys + "/module/nvidia_drm/parameters/modeset", 16);
  if (!text || text->empty()) {
    return std::nullopt;
  }
  return text->front() == 'Y' || text->front() == '1';
}

// nvidia_drm has no process, and yet no GPU can be reset beside it.
std::optional<Holder> display_holder(const KernelModule& module, const HostPaths& paths) {
  const std::optional<bool> drives = drives_displays(paths);
  if (drives == false && module.references == 0) {
    return std::nullopt;
  }
  const std::string why = drives == true ? "drives displays (modeset=1), and keeps every GPU open"
                          : drives       ? "is in use by a display"
                                         : "may keep every GPU open: its parameter modeset cannot "
                                           "be read";
  Holder holder = holder_of(module, "nvidia_drm " + why,
                            "systemctl isolate multi-user.target && modprobe -r nvidia_drm "
                            "nvidia_modeset; for good: options nvidia_drm modeset=0 in "
                            "/etc/modprobe.d");
  holder.holds.push_back(kernel_hold(module, std::max(module.references, 1)));
  return holder;
}

// References that neither modules nor open files explain.
std::optional<Holder> unexplained_holder(const KernelModule& module,
                                         const std::map<std::string, int>& open) {
  const auto seen = open.find(module.name);
  const int unexplained = module.references - static_cast<int>(module.users.size()) -
                          (seen == open.end() ? 0 : seen->second);
  if (unexplained <= 0) {
    return std::nullopt;
  }
  Holder holder = holder_of(
      module,
      module.name + " has " + std::to_string(unexplained) +
          (unexplained == 1 ? " reference" : " references") + " that no process seen here explains",
      "look in other containers and in what was just ended; a reference that stays is a leak, "
      "which unloading the driver or a reboot ends");
  holder.holds.push_back(kernel_hold(module, unexplained));
  return holder;
}

// "nvidia 14381056 9 nvidia_uvm,nvidia_modeset, Live 0x0 (O)"
std::optional<KernelModule> parse_module(std::string_view line) {
  const std::string_view name = take_word(line, ' ');
  take_word(line, ' ');  // Its size.
  const std::optional<unsigned long long> references = decimal(take_word(line, ' '));
  std::string_view users = take_word(line, ' ');  // "-" if there are none.
  if (!concerns_gpus(name) || !references || *references > kReferencesMax) {
    return std::nullopt;
  }
  KernelModule module{
      .name = printable(name, 64), .references = static_cast<int>(*references), .users = {}};
  while (!users.empty()) {
    const std::string_view user = take_word(users, ',');
    if (!user.empty() && user != "-" && user != "[permanent]") {
      module.users.push_back(printable(user, 64));
    }
  }
  return module;
}

}  // namespace

std::vector<KernelModule> parse_modules(std::string_view text) {
  std::vector<KernelModule> modules;
  while (!text.empty()) {
    if (std::optional<KernelModule> module = parse_module(take_word(text, '\n'))) {
      modules.push_back(*std::move(module));
    }
  }
  return modules;
}

std::string module_of(const Hold& hold) {
  const std::size_t slash = hold.file.rfind('/');
  const std::string name = slash == std::string::npos ? hold.file : hold.file.substr(slash + 1);
  if (name.starts_with("nvidia-uvm")) {
    return "nvidia_uvm";
  }
  if (name.starts_with("nvidia-modeset")) {
    return "nvidia_modeset";
  }
  if (name.starts_with("gdrdrv")) {
    return "gdrdrv";
  }
  if (name.starts_with("nvidia-fs")) {
    return "nvidia_fs";
  }
  return hold.kind == HoldKind::kDisplay ? "nvidia_drm" : "nvidia";
}

std::vector<Holder> module_holders(const HostPaths& paths, const std::map<std::string, int>& open) {
  std::vector<Holder> holders;
  for (const KernelModule& module :
       parse_modules(read_small_file(paths.proc + "/modules").value_or(""))) {
    std::optional<Holder> holder = module.name == "nvidia_drm" ? display_holder(module, paths)
                                                               : unexplained_holder(module, open);
    if (holder) {
      holders.push_back(*std::move(holder));
    }
  }
  return holders;
}

}  // namespace sectile
