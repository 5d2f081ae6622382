#include "src/apply/cgroup.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "src/device/text.h"

namespace sectile {
namespace {

constexpr std::size_t kNameLengthMax = 255;  // What a directory may be called.
constexpr std::size_t kContainerIdLength = 64;
constexpr std::size_t kContainerIdLengthMin = 12;

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) {
      parts.push_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// What names of scopes begin with, and whose containers they are.
constexpr std::pair<std::string_view, std::string_view> kRuntimes[] = {
    {"docker", "docker"},      {"cri-containerd", "containerd"},
    {"nerdctl", "containerd"}, {"crio", "cri-o"},
    {"libpod", "podman"},
};

std::string_view runtime_of(std::string_view word) {
  const auto* found =
      std::ranges::find(kRuntimes, word, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kRuntimes) ? std::string_view() : found->second;
}

// Reads one path, a name after the other. What lies inside a container is its own business: units
// there are not ours to stop.
class PathReader {
 public:
  explicit PathReader(ProcessOrigin& origin) : origin_(origin) {}

  void read(std::string_view path) {
    for (const std::string_view name : split(path, '/')) {
      if (name.size() <= kNameLengthMax) {
        read_name(name);
      }
      before_ = name;
    }
  }

  // The innermost unit of the path that is not inside a container.
  const std::string& unit() const { return unit_; }
  bool session() const { return session_; }

 private:
  // A runtime that is told the wrong cgroup driver makes one name of slice, itself and id.
  void read_name(std::string_view name) {
    const std::vector<std::string_view> parts = split(name, ':');
    if (parts.size() == 3 && set_container(runtime_of(parts[1]), parts[2])) {
      see_pod(parts[0]);
    } else {
      see(name);
    }
  }

  void see(std::string_view name) {
    slurm_ = slurm_ || name.find("slurm") != std::string_view::npos;
    if (see_pod(name) || see_slurm(name) || see_container(name)) {
      return;
    }
    see_unit(name);
  }

  bool see_pod(std::string_view name) {
    if (name == "burstable" || name.find("-burstable") != std::string_view::npos) {
      qos_ = "burstable";
    } else if (name == "besteffort" || name.find("-besteffort") != std::string_view::npos) {
      qos_ = "besteffort";
    }
    kubepods_ = kubepods_ || name.find("kubepods") != std::string_view::npos;
    const bool slice = name.ends_with(".slice");
    const std::size_t at = slice ? name.rfind("-pod") : 0;
    if (!kubepods_ || at == std::string_view::npos || (!slice && !name.starts_with("pod"))) {
      return false;
    }
    std::string uid(name.substr(at + (slice ? 4 : 3)));
    if (slice) {
      uid.resize(uid.size() - std::string_view(".slice").size());
      std::ranges::replace(uid, '_', '-');  // systemd would take a dash for a level.
    }
    if (uid.size() < 32 || uid.size() > 36 ||
        uid.find_first_not_of("0123456789abcdef-") != std::string::npos) {
      return false;
    }
    if (origin_.pod.empty()) {
      origin_.pod = uid;
      origin_.qos = qos_;
    }
    in_pod_ = true;
    return true;
  }

  bool see_slurm(std::string_view name) {
    if (slurm_ && name.starts_with("job_") && is_number(name.substr(4))) {
      if (origin_.slurm_job.empty()) {
        origin_.slurm_job = name.substr(4);
      }
      return true;
    }
    if (slurm_ && !origin_.slurm_job.empty() && before_ == "job_" + origin_.slurm_job &&
        name.starts_with("step_")) {
      origin_.slurm_step = printable(name.substr(5), 32);
      return true;
    }
    return false;
  }

  bool see_container(std::string_view name) {
    if (name.starts_with("lxc.payload.") || before_ == "lxc") {
      return set_container("lxc", printable(name.substr(before_ == "lxc" ? 0 : 12)));
    }
    std::string_view id = name;
    if (id.ends_with(".scope")) {
      id.remove_suffix(std::string_view(".scope").size());
    }
    const std::size_t dash = id.rfind('-');
    if (dash != std::string_view::npos) {
      return set_container(runtime_of(id.substr(0, dash)), id.substr(dash + 1));
    }
    if (id.size() != kContainerIdLength || !is_hex(id)) {
      return false;
    }
    // Without a prefix the name of the parent tells, if anything does.
    return set_container(before_ == "docker" ? "docker" : in_pod_ ? "containerd" : "container", id);
  }

  bool set_container(std::string_view runtime, std::string_view id) {
    const bool looks_like_one =
        runtime == "lxc" ? !id.empty() : is_hex(id) && id.size() >= kContainerIdLengthMin;
    if (runtime.empty() || !looks_like_one) {
      return false;
    }
    contained_ = true;
    if (origin_.container.empty()) {
      origin_.container = id;
      origin_.runtime = runtime == "container" ? std::string_view() : runtime;
    }
    return true;
  }

  void see_unit(std::string_view name) {
    if (contained_ || !origin_.container.empty()) {
      return;
    }
    const bool unit = name.ends_with(".service") || name.ends_with(".scope");
    if (name.starts_with("user@") && unit) {
      manager_ = true;  // A user's own systemd: what it runs is below.
      return;
    }
    if (unit) {
      unit_ = printable(name);
      session_ = manager_ || (name.starts_with("session-") && name.ends_with(".scope"));
    }
  }

  ProcessOrigin& origin_;
  std::string_view before_;
  std::string qos_ = "guaranteed";
  bool slurm_ = false;
  bool kubepods_ = false;
  bool in_pod_ = false;
  bool contained_ = false;
  bool manager_ = false;
  std::string unit_;
  bool session_ = false;
};

}  // namespace

ProcessOrigin parse_cgroup(std::string_view text) {
  ProcessOrigin origin;
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) {
      continue;
    }
    PathReader reader(origin);
    reader.read(line.substr(second + 1));
    // A hierarchy other than systemd's repeats its names or says nothing.
    if (origin.unit.empty() && origin.container.empty()) {
      origin.unit = reader.unit();
      origin.session = reader.session();
    }
  }
  if (!origin.container.empty()) {
    origin.unit.clear();
    origin.session = false;
  }
  return origin;
}

}  // namespace sectile
