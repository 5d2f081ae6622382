#include "src/apply/process_info.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "src/apply/cgroup.h"
#include "src/apply/small_file.h"
#include "src/device/text.h"

namespace sectile {
namespace {

constexpr std::size_t kCommandBytes = 4096;
constexpr std::size_t kCommandShown = 256;
constexpr std::size_t kWordsMax = 64;
constexpr int kStartField = 19;  // Of what follows the name; field 22 of the whole line.

void read_command(const std::string& folder, ProcessInfo& process) {
  const std::string line = read_small_file(folder + "/cmdline", kCommandBytes).value_or("");
  std::string_view rest = line;
  std::string shown;
  while (!rest.empty() && process.words.size() < kWordsMax) {
    process.words.emplace_back(take_word(rest, '\0'));
    shown += (shown.empty() ? "" : " ") + process.words.back();
  }
  shown.resize(shown.find_last_not_of(' ') + 1);
  if (!shown.empty()) {
    process.command = printable(shown, kCommandShown);
  }
}

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view text) {
  // The name stands in parentheses and may hold anything, parentheses included.
  const std::size_t begin = text.find('(');
  const std::size_t end = text.rfind(") ");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return std::nullopt;
  }
  ProcessStat stat;
  stat.name = printable(text.substr(begin + 1, end - begin - 1), 64);
  std::string_view rest = text.substr(end + 2);
  std::optional<unsigned long long> parent;
  std::optional<unsigned long long> start;
  for (int field = 0; field <= kStartField && !rest.empty(); ++field) {
    const std::string_view word = take_word(rest, ' ');
    if (field == 0 && !word.empty()) {
      stat.state = word.front();
    } else if (field == 1) {
      parent = decimal(word);
    } else if (field == kStartField) {
      start = decimal(word);
    }
  }
  if (!start) {
    return std::nullopt;
  }
  stat.parent = static_cast<std::uint32_t>(parent.value_or(0));
  stat.start_time = *start;
  return stat;
}

std::optional<ProcessStat> read_stat(const std::string& proc, std::uint32_t pid) {
  const std::optional<std::string> text =
      read_small_file(proc + "/" + std::to_string(pid) + "/stat", 4096);
  return text ? parse_stat(*text) : std::nullopt;
}

std::optional<std::uint32_t> parse_uid(std::string_view status) {
  while (!status.empty()) {
    std::string_view line = take_word(status, '\n');
    if (line.starts_with("Uid:")) {
      line.remove_prefix(4);
      line.remove_prefix(std::min(line.find_first_not_of("\t "), line.size()));
      const std::optional<unsigned long long> uid =
          decimal(line.substr(0, line.find_first_of("\t ")));
      return uid && *uid <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(*uid))
                                       : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<ProcessInfo> read_process(const std::string& proc, std::uint32_t pid) {
  const std::optional<ProcessStat> before = read_stat(proc, pid);
  if (!before) {
    return std::nullopt;
  }
  const std::string folder = proc + "/" + std::to_string(pid);
  ProcessInfo process{.pid = pid,
                      .state = before->state,
                      .parent = before->parent,
                      .start_time = before->start_time,
                      .name = before->name,
                      .command = "[" + before->name + "]",
                      .words = {},
                      .origin = parse_cgroup(read_small_file(folder + "/cgroup").value_or(""))};
  // Whoever hangs in the driver may hold the lock that reading the command line needs.
  if (before->state != 'D') {
    read_command(folder, process);
  }
  process.uid = parse_uid(read_small_file(folder + "/status").value_or("")).value_or(0);
  const std::optional<ProcessStat> after = read_stat(proc, pid);
  if (!after || after->start_time != before->start_time) {
    return std::nullopt;
  }
  return process;
}

std::int64_t boot_time(const std::string& proc) {
  const std::string text = read_small_file(proc + "/stat").value_or("");
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = take_word(rest, '\n');
    if (line.starts_with("btime ")) {
      return static_cast<std::int64_t>(decimal(line.substr(6)).value_or(0));
    }
  }
  return 0;
}

std::int64_t ticks_per_second() {
  const long ticks = ::sysconf(_SC_CLK_TCK);
  return ticks > 0 ? ticks : 100;
}

std::string user_name(std::uint32_t uid) {
  struct passwd entry{};
  struct passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return printable(found->pw_name, 64);
  }
  return std::to_string(uid);
}

}  // namespace sectile
