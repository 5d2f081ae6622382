// A process as /proc shows it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/holders.h"

namespace sectile {

struct ProcessInfo {
  std::uint32_t pid = 0;
  char state = '?';  // 'Z': it has ended, and its parent has not taken note.
  std::uint32_t parent = 0;
  std::uint64_t start_time = 0;  // In ticks since boot.
  std::uint32_t uid = 0;
  std::string name = {};                // What the kernel calls it: 15 characters at most.
  std::string command = {};             // Safe to print; the name in brackets where there is none.
  std::vector<std::string> words = {};  // Of the command line; empty if it was not read.
  ProcessOrigin origin = {};
};

// What /proc/PID/stat says and nothing is waited for.
struct ProcessStat {
  std::string name;
  char state = '?';
  std::uint32_t parent = 0;
  std::uint64_t start_time = 0;
};
std::optional<ProcessStat> parse_stat(std::string_view text);

// Nothing if the process is gone.
std::optional<ProcessStat> read_stat(const std::string& proc, std::uint32_t pid);

// Nothing likewise, or if it became another process while it was read.
std::optional<ProcessInfo> read_process(const std::string& proc, std::uint32_t pid);

// The UID of the line "Uid:" of /proc/PID/status.
std::optional<std::uint32_t> parse_uid(std::string_view status);

// When the machine was booted, in seconds since 1970; 0 if it cannot be read.
std::int64_t boot_time(const std::string& proc);

// Ticks of start_time in a second.
std::int64_t ticks_per_second();

// The name of the user, or the number.
std::string user_name(std::uint32_t uid);

}  // namespace sectile
