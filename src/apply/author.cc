#include <pwd.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/journal.h"
#include "src/device/processes.h"
#include "src/device/text.h"

namespace sectile {
namespace {

constexpr std::size_t kMaxFileBytes = 4096;

std::string first_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::string boot_id() {
  const std::string text = first_bytes("/proc/sys/kernel/random/boot_id");
  return printable(text.substr(0, text.find('\n')), 64);
}

// Field 22 of /proc/PID/stat; 0 if there is no such process, or only what its parent has not asked
// about yet. The second field is the name in
// parentheses, in which anything may stand.
std::uint64_t start_of(std::uint32_t pid) {
  const int fields_behind_name = 19;
  const std::string text = first_bytes("/proc/" + std::to_string(pid) + "/stat");
  std::size_t at = text.rfind(')');
  if (at == std::string::npos || text.substr(at, 3) == ") Z") {
    return 0;
  }
  for (int field = 0; field <= fields_behind_name && at != std::string::npos; ++field) {
    at = text.find(' ', at + 1);
  }
  std::uint64_t ticks = 0;
  if (at != std::string::npos) {
    std::from_chars(text.data() + at + 1, text.data() + text.size(), ticks);
  }
  return ticks;
}

std::string user_name(unsigned uid) {
  std::vector<char> room(16'384);
  passwd entry{};
  passwd* found = nullptr;
  return getpwuid_r(uid, &entry, room.data(), room.size(), &found) == 0 && found != nullptr
             ? printable(found->pw_name, 64)
             : std::string();
}

// The uid is what counts; the names are what people look for.
std::string sudo_user() {
  const char* const name = secure_getenv("SUDO_USER");
  return name != nullptr && getuid() == 0 ? printable(name, 64) : std::string();
}

}  // namespace

Author this_process() {
  const auto pid = static_cast<std::uint32_t>(getpid());
  return {.uid = getuid(),
          .user = user_name(getuid()),
          .sudo_user = sudo_user(),
          .pid = pid,
          .process_start = start_of(pid),
          .command = command_of(pid),
          .boot = boot_id()};
}

bool is_running(const Author& author) {
  return author.boot == boot_id() && author.process_start != 0 &&
         start_of(author.pid) == author.process_start;
}

}  // namespace sectile
