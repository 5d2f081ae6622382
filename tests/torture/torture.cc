// 32 processes create and destroy GPU instances at random on one emulated node; some are killed at
// no particular moment. Meanwhile and afterwards: no two instances ever overlap, no state is
// corrupt, everything that a call reported is so, and no lock is left.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <random>
#include <vector>

#include "sectile/emulator/emulator.h"
#include "sectile/geometry/catalogue.h"
#include "src/base/scratch_folder.h"
#include "src/emulator/invariants.h"
#include "src/emulator/store.h"
#include "tests/torture/arena.h"

namespace sectile::torture {
namespace {

using emulator::GpuInstance;
using emulator::Node;
using emulator::Store;

constexpr int kKillsBetweenInspections = 8;

struct Torture {
  Arena& arena;
  Store& store;
  const char* library;
  std::array<pid_t, kWorkers> pids = {};
  std::mt19937 random{20261122};  // NOLINT(*-msc51-cpp): the same every time.
  int kills = 0;
  int inspections = 0;
  std::uint64_t reads = 0;

  void start_worker(int number) {
    const auto seed = static_cast<unsigned>(random());
    const pid_t pid = ::fork();
    if (pid == 0) {
      work(arena, number, library, seed);
    }
    pids.at(static_cast<std::size_t>(number)) = pid;
  }

  void kill_worker(int number) {
    ::kill(pids.at(static_cast<std::size_t>(number)), SIGKILL);
    ::waitpid(pids.at(static_cast<std::size_t>(number)), nullptr, 0);
    pids.at(static_cast<std::size_t>(number)) = 0;
    ++kills;
  }

  // The state at any moment: sound, and without two instances on one slice.
  void check_moment() {
    ++reads;
    store.read([&](const Node& node) {
      if (!emulator::consistent(node)) {
        violation(arena, "inconsistent node", node.last_generation);
      }
      for (const emulator::Gpu& gpu : node.gpus.view()) {
        check_slices(gpu);
      }
      return NVML_SUCCESS;
    });
  }

  void check_slices(const emulator::Gpu& gpu) {
    std::array<int, kSlices> users{};
    for (const GpuInstance& instance : gpu.instances) {
      for (std::uint32_t i = 0; instance.exists != 0 && i < instance.span.size; ++i) {
        ++users.at(instance.span.start + i);
      }
    }
    if (std::ranges::any_of(users, [](int count) { return count > 1; })) {
      violation(arena, "overlap in the node on gpu", gpu.minor);
    }
  }

  bool alive(pid_t pid) const { return pid != 0 && std::ranges::find(pids, pid) != pids.end(); }

  // With all workers at rest, what exists is what they own and what the dead left; the latter goes.
  void inspect_at_rest() {
    ++inspections;
    arena.pause = true;
    for (int number = 0; number < kWorkers; ++number) {
      const auto& worker = arena.workers.at(static_cast<std::size_t>(number));
      while (pids.at(static_cast<std::size_t>(number)) != 0 && !worker.waiting &&
             arena.violations == 0) {
        ::usleep(200);
      }
    }
    store.write([&](Node& node) {
      for (std::uint32_t gpu = 0; gpu < kGpus; ++gpu) {
        inspect_gpu(node.gpus.items[gpu], gpu);
      }
      return NVML_SUCCESS;
    });
    for (auto& worker : arena.workers) {
      worker.waiting = false;
    }
    arena.pause = false;
  }

  void inspect_gpu(emulator::Gpu& gpu, std::uint32_t index) {
    std::array<bool, kSlices> exists{};
    for (GpuInstance& instance : gpu.instances) {
      if (instance.exists == 0) {
        continue;
      }
      if (!alive(arena.owner.at(index).at(instance.span.start).load())) {
        instance = {};
        continue;
      }
      std::fill_n(exists.begin() + instance.span.start, instance.span.size, true);
    }
    for (std::size_t slice = 0; slice < kSlices; ++slice) {
      std::atomic<pid_t>& owner = arena.owner.at(index).at(slice);
      if (!alive(owner.load())) {
        owner = 0;
      }
      if ((owner != 0) != exists.at(slice)) {
        violation(arena, "what a worker owns does not exist, on slice",
                  static_cast<long long>(slice));
      }
    }
  }

  void run(std::chrono::seconds duration) {
    for (int number = 0; number < kWorkers; ++number) {
      start_worker(number);
    }
    const auto end = std::chrono::steady_clock::now() + duration;
    while (std::chrono::steady_clock::now() < end && arena.violations == 0) {
      for (int i = 0; i < 20; ++i) {
        check_moment();
      }
      const auto victim = static_cast<int>(random() % kWorkers);
      kill_worker(victim);
      if (kills % kKillsBetweenInspections == 0) {
        inspect_at_rest();
      }
      start_worker(victim);
    }
    inspect_at_rest();
  }

  // Killed all at once, in whatever they do; then the lock must be free.
  void finish() {
    for (const pid_t pid : pids) {
      ::kill(pid, SIGKILL);
    }
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
    ::alarm(10);  // A lock that is left would wait for ever.
    if (store.write([](Node&) { return NVML_SUCCESS; }) != NVML_SUCCESS) {
      violation(arena, "no lock after the end", 0);
    }
    check_moment();
    ::alarm(0);
  }
};

Arena* map_arena() {
  void* const memory =
      ::mmap(nullptr, sizeof(Arena), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) Arena();
}

Result<Store> make_node(const std::string& directory) {
  const Result<const Model*> model = find_model("a100-80gb");
  if (!model) {
    return fail(model);
  }
  emulator::GpuDescription gpu;
  gpu.model = *model;
  gpu.count = kGpus;
  gpu.mig_enabled = true;
  emulator::NodeDescription description;
  description.gpus = {gpu};
  description.access = emulator::Access::kConfig;
  if (const Status created = emulator::create_node(directory, description); !created) {
    return fail(created);
  }
  return Store::open(directory);
}

int run(const char* library, const std::string& directory) {
  ::setenv(emulator::kStateEnvironment, directory.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  Result<Store> store = make_node(directory);
  Arena* const arena = map_arena();
  if (!store || arena == nullptr) {
    std::fprintf(stderr, "torture: %s\n", store ? "no memory" : store.error().message.c_str());
    return 1;
  }
  const char* const seconds =
      std::getenv("SECTILE_TORTURE_SECONDS");  // NOLINT(concurrency-mt-unsafe)
  Torture torture{.arena = *arena, .store = *store, .library = library};
  torture.run(std::chrono::seconds(seconds != nullptr ? std::strtol(seconds, nullptr, 10) : 10));
  torture.finish();
  std::uint64_t created = 0;
  std::uint64_t refused = 0;
  for (const auto& worker : arena->workers) {
    created += worker.created;
    refused += worker.refused;
  }
  std::printf(
      "torture: %llu instances created, %llu requests refused, %d processes killed, "
      "%llu states checked, %d inspections at rest, %d violations\n",
      static_cast<unsigned long long>(created), static_cast<unsigned long long>(refused),
      torture.kills, static_cast<unsigned long long>(torture.reads), torture.inspections,
      arena->violations.load());
  return arena->violations == 0 && created > 0 && torture.kills > 0 ? 0 : 1;
}

}  // namespace

void violation(Arena& arena, const char* what, long long value) {
  ++arena.violations;
  std::fprintf(stderr, "torture: process %d: %s %lld\n", ::getpid(), what, value);
}

}  // namespace sectile::torture

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::fprintf(stderr, "usage: torture libnvidia-ml.so.1\n");
    return 2;
  }
  const sectile::ScratchFolder folder;
  return sectile::torture::run(argv[1], folder.path());
} catch (const std::exception& error) {  // Of the folder.
  std::fprintf(stderr, "torture: %s\n", error.what());
  return 1;
}
