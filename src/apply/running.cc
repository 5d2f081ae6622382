#include "src/apply/running.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "src/apply/process_info.h"
#include "src/apply/small_file.h"

namespace sectile {
namespace {

constexpr std::size_t kKernelNameLength = 15;

// The first word of the command line without its folder. A script or an emulated process goes by
// another name in the kernel.
std::string program_of(const HostPaths& paths, std::uint32_t pid, const ProcessStat& stat) {
  // Reading it could hang where the process hangs in the driver.
  const std::string line =
      stat.state == 'D'
          ? ""
          : read_small_file(paths.processes + "/" + std::to_string(pid) + "/cmdline", 4096)
                .value_or("");
  std::string_view rest = line;
  std::string_view first = take_word(rest, '\0');
  first = first.substr(0, first.find(' '));
  first.remove_prefix(std::min(first.rfind('/') + 1, first.size()));
  return first.empty() ? stat.name : std::string(first);
}

bool is_called(std::string_view program, const ProcessStat& stat, std::string_view name) {
  return program == name ||
         (program == stat.name && program.size() == kKernelNameLength && name.starts_with(program));
}

}  // namespace

std::vector<RunningProgram> running_programs(const HostPaths& paths,
                                             const std::vector<std::string_view>& names) {
  std::map<std::string_view, std::uint32_t> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(paths.processes, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::optional<unsigned long long> number = decimal(entry->path().filename().string());
    if (!number || *number > UINT32_MAX) {
      continue;
    }
    const auto pid = static_cast<std::uint32_t>(*number);
    const std::optional<ProcessStat> stat = read_stat(paths.processes, pid);
    if (!stat || stat->state == 'Z') {
      continue;
    }
    const std::string program = program_of(paths, pid, *stat);
    for (const std::string_view name : names) {
      if (is_called(program, *stat, name)) {
        const auto [known, fresh] = found.try_emplace(name, pid);
        known->second = std::min(known->second, pid);
      }
    }
  }
  std::vector<RunningProgram> running;
  running.reserve(found.size());
  for (const auto& [name, pid] : found) {
    running.push_back({.pid = pid, .name = std::string(name)});
  }
  return running;
}

}  // namespace sectile
