// Which of some programs are running.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/host_paths.h"

namespace sectile {

struct RunningProgram {
  std::uint32_t pid = 0;
  std::string name;  // As it was asked for.
};

// Each program of `names` once, with its least pid. By the first word of the command line or, if
// that cannot be read, by what the kernel calls it, which is cut after 15 characters.
std::vector<RunningProgram> running_programs(const HostPaths& paths,
                                             const std::vector<std::string_view>& names);

}  // namespace sectile
