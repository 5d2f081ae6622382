#include "sectile/apply/mig_manager.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "sectile/text/unit_environment.h"
#include "src/apply/small_file.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnit = "nvidia-mig-manager.service";
constexpr std::size_t kMaxFiles = 256;  // Of a directory.

// Names in the directory, ascending; none if it is not there.
std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end;
       !error && entry != end && entries.size() < kMaxFiles; entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::ranges::sort(entries);
  return entries;
}

// A link in a directory such as multi-user.target.wants is what enables a unit. It may point to
// what is not there as seen from here.
bool is_enabled(const HostPaths& paths) {
  return std::ranges::any_of(
      entries_of(paths.etc + "/systemd/system"), [](const fs::path& directory) {
        std::error_code error;
        const fs::path link = directory / kUnit;
        return directory.extension() == ".wants" && fs::exists(fs::symlink_status(link, error));
      });
}

// systemd keeps a control group for as long as the unit has processes.
bool is_running(const HostPaths& paths) {
  std::error_code error;
  return fs::exists(paths.sys + "/fs/cgroup/system.slice/" + kUnit, error) ||
         fs::exists(paths.sys + "/fs/cgroup/systemd/system.slice/" + kUnit, error);
}

std::vector<UnitFile> unit_files(const HostPaths& paths) {
  std::vector<UnitFile> files;
  const std::string unit = paths.etc + "/systemd/system/" + kUnit;
  if (const std::optional<std::string> text = read_small_file(unit)) {
    files.push_back({.name = unit, .text = *text});
  }
  for (const fs::path& drop_in : entries_of(unit + ".d")) {
    const std::optional<std::string> text = read_small_file(drop_in.string());
    if (text && drop_in.extension() == ".conf") {
      files.push_back({.name = drop_in.string(), .text = *text});
    }
  }
  return files;
}

}  // namespace

Result<MigManager> find_mig_manager(const HostPaths& paths) {
  const Result<std::map<std::string, std::string>> variables = unit_environment(unit_files(paths));
  if (!variables) {
    return fail(variables);
  }
  const auto variable = [&](const char* name, const std::string& otherwise) {
    const auto found = variables->find(name);
    return found == variables->end() || found->second.empty() ? otherwise : found->second;
  };
  return MigManager{.enabled = is_enabled(paths),
                    .running = is_running(paths),
                    .config_file = variable("MIG_PARTED_CONFIG_FILE",
                                            paths.etc + "/nvidia-mig-manager/config.yaml"),
                    .selected = variable("MIG_PARTED_SELECTED_CONFIG", ""),
                    .hooks_file = variable("MIG_PARTED_HOOKS_FILE", "")};
}

}  // namespace sectile
