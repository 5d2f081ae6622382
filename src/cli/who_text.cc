#include "src/cli/who_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "src/cli/help.h"

namespace sectile::cli {
namespace {

// Cuts what is too long for a line.
std::string cut(const std::string& text, std::size_t length) {
  return text.size() <= length ? text : text.substr(0, length - 2) + "..";
}

MiB memory_of(const Holder& holder, const std::string& gpu) {
  MiB memory;
  for (const Hold& hold : holder.holds) {
    if (gpu.empty() || hold.gpu == gpu) {
      memory = memory + hold.memory;
    }
  }
  return memory;
}

// What is open, where nothing runs: "/dev/nvidia0, /dev/nvidiactl".
std::string files_of(const Holder& holder, const std::string& gpu) {
  std::string text;
  for (const Hold& hold : holder.holds) {
    if ((gpu.empty() || hold.gpu == gpu || hold.gpu.empty()) && !hold.file.empty()) {
      text += (text.empty() ? "" : ", ") + hold.file;
    }
  }
  return text;
}

bool runs(const Holder& holder) {
  return std::ranges::find(holder.holds, HoldKind::kProcess, &Hold::kind) != holder.holds.end();
}

class Writer {
 public:
  Writer(const Snapshot& snapshot, const Subject& subject, const Holders& holders, std::int64_t now)
      : snapshot_(snapshot), subject_(subject), holders_(holders.holders), now_(now) {}

  std::string text() {
    for (const LiveGpu* gpu : subject_.gpus) {
      write_gpu(*gpu);
    }
    if (!subject_.instance) {
      write_everywhere();
      write_machine();
    }
    return std::move(text_);
  }

 private:
  using List = std::vector<const Holder*>;

  List in_instance(const LiveGpu& gpu, GpuInstanceId instance) const {
    List list;
    for (const Holder& holder : holders_) {
      if (holder.on(gpu.uuid, instance)) {
        list.push_back(&holder);
      }
    }
    return list;
  }

  // Those who have the GPU open, and none of its instances.
  List on_bare_gpu(const LiveGpu& gpu) const {
    List list;
    for (const Holder& holder : holders_) {
      const bool inside = std::ranges::any_of(holder.holds, [&](const Hold& hold) {
        return hold.gpu == gpu.uuid && hold.gpu_instance;
      });
      if (holder.on(gpu.uuid) && !inside) {
        list.push_back(&holder);
      }
    }
    return list;
  }

  // Whether one entry says for all GPUs what else would stand under each.
  bool everywhere(const Holder& holder) const {
    return subject_.gpus.size() > 1 && !runs(holder) &&
           std::ranges::all_of(subject_.gpus, [&](const LiveGpu* gpu) {
             const List list = on_bare_gpu(*gpu);
             return std::ranges::find(list, &holder) != list.end();
           });
  }

  void write_gpu(const LiveGpu& gpu) {
    text_ += fmt::format("{}gpu {}  {}  {}\n", text_.empty() ? "" : "\n", gpu.index,
                         cut(gpu.name, 28), gpu.uuid);
    std::string idle;
    bool any = false;
    for (const LiveInstance& instance : gpu.instances) {
      if (subject_.instance && instance.id != *subject_.instance) {
        continue;
      }
      const List list = in_instance(gpu, instance.id);
      const std::string name = instance_text(snapshot_, gpu, instance.id);
      if (list.empty()) {
        idle += (idle.empty() ? "" : "  ") + name;
        continue;
      }
      any = true;
      text_ += fmt::format("  {}: cannot be destroyed\n", name);
      write(list, gpu.uuid);
    }
    List bare = subject_.instance ? List() : on_bare_gpu(gpu);
    std::erase_if(bare, [&](const Holder* holder) { return everywhere(*holder); });
    if (!bare.empty()) {
      any = true;
      write_bare_heading("the whole GPU", gpu.mode == MigMode::kEnabled);
      write(bare, gpu.uuid);
    }
    if (!idle.empty()) {
      text_ += wrapped("idle: " + idle, 2);
    } else if (!any) {
      text_ += "  nobody holds it\n";
    }
  }

  void write_bare_heading(std::string_view what, bool instances) {
    text_ += fmt::format("  {}: no mode change, no reset{}\n", what,
                         instances ? "; instances can be destroyed" : "");
  }

  void write_everywhere() {
    List list;
    for (const Holder& holder : holders_) {
      if (everywhere(holder)) {
        list.push_back(&holder);
      }
    }
    if (!list.empty()) {
      text_ += "\n";
      write_bare_heading("every GPU", true);
      write(list, "");
    }
  }

  // Modules, and those who talk to the driver only.
  void write_machine() {
    List kernel;
    List control;
    for (const Holder& holder : holders_) {
      const bool on_gpu =
          std::ranges::any_of(holder.holds, [](const Hold& hold) { return !hold.gpu.empty(); });
      if (!on_gpu) {
        (holder.pid == 0 ? kernel : control).push_back(&holder);
      }
    }
    if (!kernel.empty()) {
      text_ += "\n  in the kernel, without a process\n";
      write(kernel, "");
    }
    if (!control.empty()) {
      text_ += "\n  has the driver open, but no GPU of this list: in nobody's way\n";
      write(control, "");
    }
  }

  void write(const List& list, const std::string& gpu) {
    for (const Holder* holder : list) {
      write(*holder, gpu);
    }
  }

  void write(const Holder& holder, const std::string& gpu) {
    if (holder.pid == 0) {
      text_ += wrapped(holder.command, 4);
    } else {
      std::string line = fmt::format("    pid {}  {}", holder.pid,
                                     holder.user.empty() ? "user unknown" : holder.user);
      if (holder.started > 0 && now_ >= holder.started) {
        line += fmt::format("  for {}", age_text(now_ - holder.started));
      }
      if (const MiB memory = memory_of(holder, gpu); memory.value > 0) {
        line += fmt::format("  {} MiB", memory.value);
      }
      const std::string origin = origin_text(holder.origin);
      text_ += line + (origin.empty() ? "" : "  " + origin) + '\n';
      text_ += "      " + cut(command_of(holder), kColumns - 6) + '\n';
      if (!runs(holder)) {
        text_ += "      has open: " + cut(files_of(holder, gpu), kColumns - 16) + '\n';
      }
    }
    text_ += "      to free it: " + holder.way + '\n';
  }

  static std::string command_of(const Holder& holder) {
    const std::string command = holder.command.empty() ? "(command not readable)" : holder.command;
    return holder.client.empty() ? command : holder.client + ": " + command;
  }

  const Snapshot& snapshot_;
  const Subject& subject_;
  const std::vector<Holder>& holders_;
  std::int64_t now_;
  std::string text_;
};

}  // namespace

std::string instance_text(const Snapshot& snapshot, const LiveGpu& gpu, GpuInstanceId id) {
  const auto found = std::ranges::find(gpu.instances, id, &LiveInstance::id);
  if (found == gpu.instances.end() || !gpu.capable()) {
    return fmt::format("GPU instance {}", id.value);
  }
  const Profile* profile = snapshot.model_of(gpu).find(found->profile);
  return fmt::format(
      "{}@{}", profile == nullptr ? fmt::format("profile {}", found->profile.value) : profile->name,
      found->placement.start);
}

std::string age_text(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < 2 * kMinute) {
    return fmt::format("{} s", seconds);
  }
  if (seconds < kHour) {
    return fmt::format("{} min", seconds / kMinute);
  }
  return seconds < 2 * kDay ? fmt::format("{} h {} min", seconds / kHour, seconds % kHour / kMinute)
                            : fmt::format("{} days", seconds / kDay);
}

std::string origin_text(const ProcessOrigin& origin) {
  constexpr std::size_t kShortId = 12;
  if (!origin.slurm_job.empty()) {
    return "Slurm job " + origin.slurm_job +
           (origin.slurm_step.empty() ? "" : " step " + origin.slurm_step);
  }
  if (!origin.pod_name.empty()) {
    return "pod " + origin.pod_namespace + "/" + origin.pod_name;
  }
  if (!origin.pod.empty()) {
    return "pod " + origin.pod;
  }
  if (!origin.container.empty()) {
    return (origin.runtime.empty() ? "" : origin.runtime + " ") + "container " +
           origin.container.substr(0, kShortId);
  }
  return origin.unit;
}

std::string who_text(const Snapshot& snapshot, const Subject& subject, const Holders& holders,
                     std::int64_t now) {
  return Writer(snapshot, subject, holders, now).text();
}

}  // namespace sectile::cli
