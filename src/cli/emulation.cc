#include "src/cli/emulation.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <system_error>
#include <utility>

#include "sectile/device/node.h"
#include "sectile/emulator/emulator.h"
#include "src/base/shell.h"
#include "src/cli/executable.h"

namespace sectile::cli {
namespace {

namespace fs = std::filesystem;

// Knows no service: those of the machine around it must not stop for GPUs that they do not use.
constexpr std::string_view kSystemctl = R"(case ${1-} in
  is-system-running) echo running ;;
  show)
    for unit; do
      case $unit in
        show | -*) ;;
        *) printf 'Id=%s\nLoadState=not-found\nActiveState=inactive\n\n' "$unit" ;;
      esac
    done ;;
  *) echo "systemctl: an emulated machine runs no services" >&2; exit 1 ;;
esac
)";

emulator::InitialInstance initial_instance(const Model& model, const Slot& slot) {
  emulator::InitialInstance instance{.profile = slot.profile(), .start = slot.placement().start};
  const Profile* profile = model.find(slot.profile());
  const bool filled = slot.compute().size() == 1 && profile != nullptr &&
                      slot.compute().front().profile == profile->full_compute().id;
  instance.bare = slot.compute().empty();
  if (!filled) {
    for (const ComputeSlot& compute : slot.compute()) {
      instance.compute.push_back(compute.profile);
    }
  }
  return instance;
}

emulator::NodeDescription describe_node(const EmulatedNode& node) {
  emulator::NodeDescription description;
  description.driver_branch = std::stoi(node.driver);  // The parser allowed known ones only.
  description.sysroot = true;
  for (const EmulatedGpu& gpu : node.gpus) {
    emulator::GpuDescription of_gpu{.model = gpu.model,
                                    .count = gpu.count,
                                    .swapped = gpu.swapped,
                                    .mig_capable = gpu.capable,
                                    .place = gpu.place,
                                    .mig_enabled = gpu.mig_enabled};
    for (const Slot& slot : gpu.layout.slots()) {
      of_gpu.instances.push_back(initial_instance(*gpu.model, slot));
    }
    description.gpus.push_back(std::move(of_gpu));
  }
  return description;
}

// Whether the machine that is there has the GPUs that were asked for.
Status check_same(const std::vector<emulator::GpuStatus>& there, const EmulatedNode& node,
                  const std::string& directory) {
  std::vector<std::string> wanted;
  for (const EmulatedGpu& gpu : node.gpus) {
    wanted.insert(wanted.end(), static_cast<std::size_t>(gpu.count), gpu.model->key);
  }
  const bool same = std::ranges::equal(there, wanted, {}, &emulator::GpuStatus::model);
  if (!wanted.empty() && !same) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} holds another machine, with {} GPUs, the first a {}", directory,
                            there.size(), there.empty() ? "none" : there.front().model),
                "give another directory, or leave the GPUs out to use that machine");
  }
  return {};
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread.
  return value == nullptr ? std::string() : std::string(value);
}

Status set(const char* name, const std::string& value) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): this program has one thread.
  if (::setenv(name, value.c_str(), 1) != 0) {
    return fail(ErrorCode::kFailed, fmt::format("cannot set {}", name));
  }
  return {};
}

// `first` before what the variable holds.
std::string before(const std::string& first, const char* name) {
  const std::string rest = variable(name);
  return rest.empty() ? first : first + ':' + rest;
}

Result<std::string> temporary_directory() {
  const std::string parent = variable("TMPDIR");
  std::string path = (parent.empty() ? "/tmp" : parent) + "/sectile-emulate-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return fail(ErrorCode::kFailed,
                fmt::format("cannot make a directory like {}: {}", path,
                            std::generic_category().message(errno)),
                "set TMPDIR to a directory that may be written, or give --state DIR");
  }
  // Other users of the emulated machine load its library too; the emulated driver says who may
  // what.
  std::error_code ignored;  // Then only this user can.
  fs::permissions(path,
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                      fs::perms::others_read | fs::perms::others_exec,
                  ignored);
  return path;
}

Result<emulator::Occupant> occupant_of(const EmulatedProcess& process, const Snapshot& snapshot,
                                       std::size_t gpu) {
  emulator::Occupant occupant{.gpu = static_cast<int>(gpu),
                              .memory = process.memory,
                              .listed = process.listed,
                              .name = process.command};
  if (process.instance) {
    const LiveInstance* instance = snapshot.gpus.at(gpu).find(*process.instance);
    if (instance == nullptr) {
      return fail(ErrorCode::kFailed, "the emulator did not make the layout");
    }
    occupant.gpu_instance = instance->id.value;
  }
  return occupant;
}

}  // namespace

Result<Emulation> Emulation::start(const EmulatedNode& node, const std::string& directory) {
  const Result<std::string> library = emulator_library();
  if (!library) {
    return fail(library);
  }
  if (const Status faults = emulator::check_faults(node.faults); !faults) {
    return fail(faults);
  }
  const Result<std::string> path =
      directory.empty() ? temporary_directory() : Result<std::string>(fs::absolute(directory));
  if (!path) {
    return fail(path);
  }
  Emulation machine(*path, directory.empty());
  // Faults come last: reading the machine to occupy it must not count as a client's call.
  for (const auto& step :
       {std::function<Status()>([&] { return machine.create(node); }),
        std::function<Status()>([&] { return machine.set_environment(*library); }),
        std::function<Status()>([&] { return machine.occupy(node); }), std::function<Status()>([&] {
          return emulator::set_faults(machine.directory_, node.faults);
        })}) {
    if (const Status done = step(); !done) {
      return fail(done);
    }
  }
  return machine;
}

Emulation::Emulation(Emulation&& other) noexcept
    : directory_(std::move(other.directory_)),
      temporary_(std::exchange(other.temporary_, false)),
      occupants_(std::move(other.occupants_)) {}

Emulation::~Emulation() {
  occupants_.clear();
  if (temporary_) {
    std::error_code ignored;  // What cannot be removed lies in the directory for temporary files.
    fs::remove_all(directory_, ignored);
  }
}

Status Emulation::create(const EmulatedNode& node) {
  const Result<std::vector<emulator::GpuStatus>> there = emulator::gpu_status(directory_);
  if (there) {
    return check_same(*there, node, directory_);
  }
  if (there.error().code != ErrorCode::kUnavailable) {
    return fail(there);
  }
  if (node.gpus.empty()) {
    return fail(ErrorCode::kInvalidArgument, "no GPUs given, and no machine in " + directory_,
                "for example: sectile emulate 8xh100-80gb-sxm5");
  }
  return emulator::create_node(directory_, describe_node(node));
}

Status Emulation::occupy(const EmulatedNode& node) {
  const bool anybody =
      std::ranges::any_of(node.gpus, [](const EmulatedGpu& gpu) { return !gpu.processes.empty(); });
  if (!anybody) {
    return {};
  }
  const Result<Node> live = Node::open();
  if (!live) {
    return fail(live);
  }
  const Result<Snapshot> snapshot = live->read();
  if (!snapshot) {
    return fail(snapshot);
  }
  std::size_t index = 0;
  for (const EmulatedGpu& gpu : node.gpus) {
    for (const EmulatedProcess& process : gpu.processes) {
      const Result<emulator::Occupant> occupant = occupant_of(process, *snapshot, index);
      if (!occupant) {
        return fail(occupant);
      }
      if (const Status added = add_occupant(*occupant); !added) {
        return fail(added);
      }
    }
    index += static_cast<std::size_t>(gpu.count);
  }
  return {};
}

Status Emulation::add_occupant(emulator::Occupant occupant) {
  const Result<std::vector<std::string>> files = emulator::occupant_files(directory_, occupant);
  if (!files) {
    return fail(files);
  }
  Result<StandIn> stand_in = StandIn::start(occupant.name, *files);
  if (!stand_in) {
    return fail(stand_in);
  }
  occupant.pid = static_cast<std::uint32_t>(stand_in->pid());
  occupants_.push_back(std::move(*stand_in));
  return emulator::add_occupant(directory_, occupant);
}

Status Emulation::set_environment(const std::string& library) {
  if (const Status written = write_stand_in_programs(); !written) {
    return fail(written);
  }
  const std::string programs =
      directory_ + "/bin:" + fs::path(executable_path()).parent_path().string();
  const std::pair<const char*, std::string> variables[] = {
      {emulator::kStateEnvironment, directory_},
      {"SECTILE_NVML", library},
      {"LD_LIBRARY_PATH", before(fs::path(library).parent_path(), "LD_LIBRARY_PATH")},
      {"PATH", before(programs, "PATH")},
      {"SECTILE_STATE_DIR", directory_ + "/sectile"},
      {"SECTILE_SYSROOT", directory_ + "/sysroot"},
  };
  for (const auto& [name, value] : variables) {
    if (const Status done = set(name, value); !done) {
      return fail(done);
    }
  }
  return {};
}

// Programs of the machine that would otherwise be those of the machine around it.
Status Emulation::write_stand_in_programs() {
  const Status smi =
      write_stand_in("nvidia-smi", "exec " + internal::shell_quoted(executable_path()) +
                                       " internal smi -- \"$@\"\n");
  return smi ? write_stand_in("systemctl", kSystemctl) : smi;
}

Status Emulation::write_stand_in(const std::string& name, std::string_view script) {
  const fs::path program = fs::path(directory_) / "bin" / name;
  std::error_code error;
  fs::create_directories(program.parent_path(), error);
  std::ofstream stream(program, std::ios::trunc);
  stream << "#!/bin/sh\n" << script;
  stream.close();
  fs::permissions(program, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec,
                  fs::perm_options::add, error);
  if (!stream || error) {
    return fail(ErrorCode::kFailed, "cannot write " + program.string());
  }
  return {};
}

Result<std::string> emulator_library() {
  if (const std::string named = variable("SECTILE_EMULATOR_LIBRARY"); !named.empty()) {
    return fs::absolute(named).string();
  }
  const fs::path here = fs::path(executable_path()).parent_path();
  const fs::path installed = (here / SECTILE_EMULATOR_INSTALLED).lexically_normal();
  const fs::path built = (here / "../lib/libnvidia-ml.so.1").lexically_normal();
  std::error_code ignored;
  if (fs::exists(installed, ignored)) {
    return installed.string();
  }
  // Elsewhere a library of that name in lib would be NVIDIA's own.
  if (fs::exists(here / "../CMakeCache.txt", ignored) && fs::exists(built, ignored)) {
    return built.string();
  }
  return fail(ErrorCode::kUnavailable, "the emulator's library is not at " + installed.string(),
              "set SECTILE_EMULATOR_LIBRARY to the emulator's libnvidia-ml.so.1");
}

}  // namespace sectile::cli
