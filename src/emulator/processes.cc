#include "src/emulator/processes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace sectile::emulator {
namespace {

std::string read_stat(std::uint32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return "";
  }
  std::array<char, 1024> buffer{};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  ::close(fd);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

// The word of a line with this number, from 0.
std::string_view word(std::string_view line, int number) {
  for (; number > 0; --number) {
    const std::size_t space = line.find(' ');
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  return line.substr(0, line.find(' '));
}

}  // namespace

std::optional<std::uint64_t> start_time_of(std::uint32_t pid) {
  const std::string stat = read_stat(pid);
  // The command in parentheses may hold anything; what follows the last one is "S ppid ...".
  const std::size_t end = stat.rfind(") ");
  if (end == std::string::npos) {
    return std::nullopt;
  }
  const std::string_view rest = std::string_view(stat).substr(end + 2);
  constexpr int kStartTime = 19;  // Field 22 of the whole line.
  const std::string_view text = word(rest, kStartTime);
  std::uint64_t time = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), time);
  if (error != std::errc() || rest.starts_with('Z') || rest.starts_with('X')) {
    return std::nullopt;
  }
  return time;
}

bool alive(const Process& process) {
  const std::optional<std::uint64_t> time = start_time_of(process.pid);
  return time && (process.start_time == 0 || process.start_time == *time);
}

std::vector<Process> living_processes(const Node& node, std::uint32_t gpu_index) {
  std::vector<Process> living;
  std::ranges::copy_if(
      node.processes.view(), std::back_inserter(living),
      [&](const Process& process) { return process.gpu == gpu_index && alive(process); });
  std::ranges::stable_sort(living, {}, &Process::pid);
  return living;
}

bool is_occupied(const Node& node, std::uint32_t gpu_index, std::uint32_t gi_id,
                 std::uint32_t ci_id) {
  return std::ranges::any_of(node.processes.view(), [&](const Process& process) {
    return process.gpu == gpu_index && (gi_id == kNoId || process.gpu_instance == gi_id) &&
           (ci_id == kNoId || process.compute_instance == ci_id) && alive(process);
  });
}

bool runs_anything(const Node& node, std::uint32_t gpu_index) {
  return std::ranges::any_of(node.processes.view(), [&](const Process& process) {
    return process.gpu == gpu_index && process.graphics != kSilent && alive(process);
  });
}

void purge_processes(Node& node) {
  const auto dead = std::ranges::remove_if(node.processes.view(),
                                           [](const Process& process) { return !alive(process); });
  node.processes.count -= static_cast<std::uint32_t>(dead.size());
}

}  // namespace sectile::emulator
