#include "sectile/apply/holders.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "src/apply/device_files.h"
#include "src/apply/known_clients.h"
#include "src/apply/modules.h"
#include "src/apply/process_info.h"
#include "src/apply/small_file.h"
#include "src/device/text.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kProcessesMax = 1U << 20U;
constexpr std::size_t kDescriptorsMax = 1U << 20U;  // Of one process.
constexpr std::size_t kPodsMax = 10000;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// A directory's entries that are numbers. Nothing, and errno, if it cannot be opened.
Directory open_directory(const std::string& path) {
  return Directory(::opendir(path.c_str()));
}

std::optional<unsigned long long> next_number(DIR* directory) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): every directory is read by one thread.
  while (const dirent* entry = ::readdir(directory)) {
    if (const std::optional<unsigned long long> number = decimal(entry->d_name)) {
      return number;
    }
  }
  return std::nullopt;
}

void add(std::vector<Hold>& holds, Hold hold) {
  const auto same = std::ranges::find_if(holds, [&](const Hold& one) {
    return one.kind == hold.kind && one.gpu == hold.gpu && one.gpu_instance == hold.gpu_instance &&
           one.compute_instance == hold.compute_instance && one.file == hold.file;
  });
  if (same == holds.end()) {
    holds.push_back(std::move(hold));
  } else {
    same->count += hold.count;
  }
}

// What one process has open.
struct OpenFiles {
  bool seen = true;              // false: we may not look.
  std::uint64_t start_time = 0;  // Of the process, if it holds anything.
  std::vector<Hold> holds;
};

// The directory of a process that has ended stays its own when its pid is used again.
std::uint64_t start_time_beside(int directory) {
  const int descriptor = ::openat(directory, "../stat", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return 0;
  }
  std::array<char, 4096> text{};
  const ssize_t size = ::read(descriptor, text.data(), text.size());
  ::close(descriptor);
  const std::optional<ProcessStat> stat =
      parse_stat({text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
  return stat ? stat->start_time : 0;
}

OpenFiles open_files(const DeviceFiles& files, const std::string& folder) {
  OpenFiles open;
  const Directory directory = open_directory(folder);
  if (directory == nullptr) {
    open.seen = errno != EACCES && errno != EPERM;
    return open;
  }
  const int at = ::dirfd(directory.get());
  std::array<char, 4096> buffer{};
  for (std::size_t i = 0; i < kDescriptorsMax; ++i) {
    const std::optional<unsigned long long> number = next_number(directory.get());
    if (!number) {
      break;
    }
    const std::string name = std::to_string(*number);
    const ssize_t size = ::readlinkat(at, name.c_str(), buffer.data(), buffer.size());
    const std::string_view link(buffer.data(),
                                static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (size <= 0 || !files.worth_asking(link)) {
      continue;
    }
    struct stat info{};
    const bool device = ::fstatat(at, name.c_str(), &info, 0) == 0 && S_ISCHR(info.st_mode);
    if (std::optional<Hold> hold =
            files.hold(link, device ? std::optional(info.st_rdev) : std::nullopt)) {
      add(open.holds, *std::move(hold));
    }
  }
  if (!open.holds.empty()) {
    open.start_time = start_time_beside(at);
  }
  return open;
}

// The age of the machine in ticks; 0 if unknown.
std::uint64_t now_in_ticks(const std::string& proc) {
  const std::string text = read_small_file(proc + "/uptime", 64).value_or("");
  std::string_view rest = text;
  const std::optional<unsigned long long> seconds = decimal(take_word(rest, '.'));
  return seconds ? (*seconds + 1) * static_cast<std::uint64_t>(ticks_per_second()) : 0;
}

// Names of pods by UID: the kubelet keeps a directory NAMESPACE_NAME_UID for each.
std::map<std::string, std::pair<std::string, std::string>> pods_of(const HostPaths& paths) {
  std::map<std::string, std::pair<std::string, std::string>> pods;
  std::error_code error;
  fs::directory_iterator entry(paths.var + "/log/pods", error);
  while (!error && entry != fs::directory_iterator() && pods.size() < kPodsMax) {
    const std::string name = entry->path().filename().string();
    const std::size_t first = name.find('_');
    const std::size_t last = name.rfind('_');
    if (first != std::string::npos && first < last) {
      pods[name.substr(last + 1)] = {printable(name.substr(0, first)),
                                     printable(name.substr(first + 1, last - first - 1))};
    }
    entry.increment(error);
  }
  return pods;
}

std::map<std::uint32_t, std::vector<Hold>> processes_of(const Snapshot& snapshot) {
  std::map<std::uint32_t, std::vector<Hold>> holds;
  for (const LiveGpu& gpu : snapshot.gpus) {
    for (const GpuProcess& process : gpu.processes) {
      add(holds[process.pid], {.kind = HoldKind::kProcess,
                               .gpu = gpu.uuid,
                               .gpu_instance = process.gpu_instance,
                               .compute_instance = process.compute_instance,
                               .file = {},
                               .memory = process.memory});
    }
  }
  return holds;
}

class Search {
 public:
  Search(const Snapshot& snapshot, const HostPaths& paths)
      : paths_(paths),
        files_(snapshot, paths),
        booted_(boot_time(paths.processes)),
        began_(now_in_ticks(paths.processes)),
        holds_(processes_of(snapshot)) {
    for (const LiveGpu& gpu : snapshot.gpus) {
      for (const GpuProcess& process : gpu.processes) {
        commands_.emplace(process.pid, process.command);
      }
    }
    own_ = static_cast<std::uint32_t>(::getpid());
  }

  Holders run() {
    scan_processes();
    for (auto& [pid, holds] : holds_) {
      if (pid != own_ && !holds.empty()) {
        describe(pid, std::move(holds));
      }
    }
    std::vector<Holder> modules = module_holders(paths_, open_);
    std::ranges::move(found_.holders, std::back_inserter(modules));
    found_.holders = std::move(modules);
    report_gaps();
    return std::move(found_);
  }

 private:
  void scan_processes() {
    const Directory directory = open_directory(paths_.processes);
    if (directory == nullptr) {
      found_.gaps.push_back("the processes cannot be read: " + paths_.processes + ": " +
                            std::generic_category().message(errno));
      return;
    }
    for (std::size_t i = 0; i < kProcessesMax; ++i) {
      const std::optional<unsigned long long> pid = next_number(directory.get());
      if (!pid) {
        break;
      }
      if (*pid != own_ && *pid <= UINT32_MAX) {
        scan(static_cast<std::uint32_t>(*pid));
      }
    }
  }

  void scan(std::uint32_t pid) {
    const OpenFiles open = open_files(files_, paths_.processes + "/" + std::to_string(pid) + "/fd");
    unseen_ += open.seen ? 0 : 1;
    for (const Hold& hold : open.holds) {
      open_[module_of(hold)] += hold.count;
      add(holds_[pid], hold);
      start_times_[pid] = open.start_time;
    }
  }

  // Whether it is the process that was seen to hold something, and not one that got its pid since.
  bool same(const ProcessInfo& process) const {
    const auto known = start_times_.find(process.pid);
    return known == start_times_.end() ? began_ == 0 || process.start_time <= began_
                                       : known->second == process.start_time;
  }

  void describe(std::uint32_t pid, std::vector<Hold> holds) {
    Holder holder;
    holder.pid = pid;
    holder.holds = std::move(holds);
    const std::optional<ProcessInfo> process = read_process(paths_.processes, pid);
    if (!process) {
      describe_unseen(holder);
      return;
    }
    if (!same(*process)) {
      return;
    }
    holder.start_time = process->start_time;
    holder.started =
        booted_ == 0
            ? 0
            : booted_ + (static_cast<std::int64_t>(process->start_time) / ticks_per_second());
    holder.uid = process->uid;
    holder.user = name_of(process->uid);
    holder.command = process->command;
    holder.origin = process->origin;
    name_pod(holder.origin);
    recognise(*process, holder);
    if (process->state == 'Z') {
      holder.command += " (has ended, and waits for its parent)";
      holder.way = "kill " + std::to_string(process->parent);
    }
    found_.holders.push_back(std::move(holder));
  }

  // Gone since, or never to be seen from here. Files are only open while somebody lives.
  void describe_unseen(Holder& holder) {
    std::erase_if(holder.holds, [](const Hold& hold) { return hold.kind != HoldKind::kProcess; });
    if (holder.holds.empty() || !commands_[holder.pid].empty()) {
      return;  // It was there a moment ago.
    }
    holder.visible = false;
    holder.way = "look for it where it runs: on the host, or in another container";
    invisible_ += 1;
    found_.holders.push_back(std::move(holder));
  }

  std::string name_of(std::uint32_t uid) {
    auto [entry, fresh] = users_.try_emplace(uid);
    if (fresh) {
      entry->second = user_name(uid);
    }
    return entry->second;
  }

  void name_pod(ProcessOrigin& origin) {
    if (origin.pod.empty()) {
      return;
    }
    if (!pods_) {
      pods_ = pods_of(paths_);
    }
    if (const auto pod = pods_->find(origin.pod); pod != pods_->end()) {
      origin.pod_namespace = pod->second.first;
      origin.pod_name = pod->second.second;
    }
  }

  void report_gaps() {
    if (unseen_ > 0) {
      found_.gaps.push_back("the open files of " + std::to_string(unseen_) + " processes of " +
                            "others could not be read: run as root to see who has a GPU open "
                            "without using it");
    }
    if (invisible_ > 0) {
      found_.gaps.push_back(std::to_string(invisible_) +
                            (invisible_ == 1 ? " process that the driver names does"
                                             : " processes that the driver names do") +
                            " not exist here: this is a container, or they have just ended");
    }
  }

  const HostPaths& paths_;
  DeviceFiles files_;
  std::int64_t booted_;
  std::uint64_t began_;
  std::uint32_t own_ = 0;
  std::map<std::uint32_t, std::vector<Hold>> holds_;    // By pid.
  std::map<std::uint32_t, std::string> commands_;       // As they were when NVML was asked.
  std::map<std::uint32_t, std::uint64_t> start_times_;  // Of those with files open.
  std::map<std::string, int> open_;                     // Descriptors by kernel module.
  std::map<std::uint32_t, std::string> users_;
  std::optional<std::map<std::string, std::pair<std::string, std::string>>> pods_;
  int unseen_ = 0;
  int invisible_ = 0;
  Holders found_;
};

// Whether the GPU's processes have the holder in that instance. The file of a GPU instance is open
// for the sake of a compute instance in it, if there is one.
bool is_listed(const LiveGpu& gpu, std::uint32_t pid, const Hold& hold) {
  return std::ranges::any_of(gpu.processes, [&](const GpuProcess& process) {
    return process.pid == pid && process.gpu_instance == hold.gpu_instance &&
           (!hold.compute_instance || !process.compute_instance ||
            process.compute_instance == hold.compute_instance);
  });
}

}  // namespace

Obstruction obstruction(const Hold& hold) {
  switch (hold.kind) {
    case HoldKind::kProcess:
    case HoldKind::kInstance:
      return {.destroy = hold.gpu_instance.has_value(), .mode = true, .reset = true};
    case HoldKind::kDevice:
    case HoldKind::kDisplay:
      return {.destroy = false, .mode = true, .reset = true};
    case HoldKind::kKernel:
      // Others than the display driver hold the driver's code, not a GPU.
      return {
          .destroy = false, .mode = hold.file == "nvidia_drm", .reset = hold.file == "nvidia_drm"};
    case HoldKind::kControl:
      return {};
  }
  return {};  // Not reached; g++ wants it.
}

bool Holder::on(const std::string& gpu) const {
  return std::ranges::find(holds, gpu, &Hold::gpu) != holds.end();
}

bool Holder::on(const std::string& gpu, GpuInstanceId instance) const {
  return std::ranges::any_of(
      holds, [&](const Hold& hold) { return hold.gpu == gpu && hold.gpu_instance == instance; });
}

Holders find_holders(const Snapshot& snapshot, const HostPaths& paths) {
  return Search(snapshot, paths).run();
}

void add_holders(Snapshot& snapshot, const Holders& holders) {
  for (const Holder& holder : holders.holders) {
    for (const Hold& hold : holder.holds) {
      const auto gpu = std::ranges::find(snapshot.gpus, hold.gpu, &LiveGpu::uuid);
      if (hold.kind == HoldKind::kInstance && gpu != snapshot.gpus.end() &&
          !is_listed(*gpu, holder.pid, hold)) {
        gpu->processes.push_back({.pid = holder.pid,
                                  .command = holder.command,
                                  .memory = {},
                                  .gpu_instance = hold.gpu_instance,
                                  .compute_instance = hold.compute_instance});
      }
    }
  }
}

}  // namespace sectile
