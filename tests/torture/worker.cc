#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <vector>

#include "sectile/nvml_abi/nvml.h"
#include "tests/torture/arena.h"

namespace sectile::torture {
namespace {

// The library as a client has it: loaded, each function looked up by name.
struct Library {
  explicit Library(const char* path) : handle(::dlopen(path, RTLD_NOW | RTLD_LOCAL)) {}

  template <typename Function>
  Function* find(const char* name) const {
    void* const found = handle != nullptr ? ::dlsym(handle, name) : nullptr;
    if (found == nullptr) {
      std::fprintf(stderr, "torture: no %s\n", name);
      ::_exit(2);
    }
    return reinterpret_cast<Function*>(found);
  }

  void* handle;
};

#define SECTILE_FIND(name) name(library.find<decltype(::name)>(#name))

struct Calls {
  explicit Calls(const Library& library)
      : SECTILE_FIND(nvmlInit_v2),
        SECTILE_FIND(nvmlDeviceGetHandleByIndex_v2),
        SECTILE_FIND(nvmlDeviceCreateGpuInstance),
        SECTILE_FIND(nvmlDeviceCreateGpuInstanceWithPlacement),
        SECTILE_FIND(nvmlGpuInstanceGetInfo),
        SECTILE_FIND(nvmlGpuInstanceDestroy),
        SECTILE_FIND(nvmlGpuInstanceCreateComputeInstance),
        SECTILE_FIND(nvmlComputeInstanceGetInfo_v2),
        SECTILE_FIND(nvmlComputeInstanceDestroy) {}

  decltype(&::nvmlInit_v2) nvmlInit_v2;
  decltype(&::nvmlDeviceGetHandleByIndex_v2) nvmlDeviceGetHandleByIndex_v2;
  decltype(&::nvmlDeviceCreateGpuInstance) nvmlDeviceCreateGpuInstance;
  decltype(&::nvmlDeviceCreateGpuInstanceWithPlacement) nvmlDeviceCreateGpuInstanceWithPlacement;
  decltype(&::nvmlGpuInstanceGetInfo) nvmlGpuInstanceGetInfo;
  decltype(&::nvmlGpuInstanceDestroy) nvmlGpuInstanceDestroy;
  decltype(&::nvmlGpuInstanceCreateComputeInstance) nvmlGpuInstanceCreateComputeInstance;
  decltype(&::nvmlComputeInstanceGetInfo_v2) nvmlComputeInstanceGetInfo_v2;
  decltype(&::nvmlComputeInstanceDestroy) nvmlComputeInstanceDestroy;
};

#undef SECTILE_FIND

struct Instance {
  int gpu = 0;
  nvmlGpuInstance_t gi = nullptr;
  nvmlComputeInstance_t ci = nullptr;
  nvmlGpuInstancePlacement_t placement = {};
};

class Worker {
 public:
  Worker(Arena& arena, int number, const Calls& calls, unsigned seed)
      : arena_(arena),
        here_(arena.workers.at(static_cast<std::size_t>(number))),
        calls_(calls),
        random_(seed) {
    expect(calls_.nvmlInit_v2(), "nvmlInit_v2");
    for (unsigned gpu = 0; gpu < kGpus; ++gpu) {
      expect(calls_.nvmlDeviceGetHandleByIndex_v2(gpu, &gpus_.at(gpu)), "GetHandleByIndex");
    }
  }

  void step() {
    if (!own_.empty() && (own_.size() > 3 || random_() % 2 == 0)) {
      destroy(random_() % own_.size());
    } else {
      create();
    }
  }

 private:
  void expect(nvmlReturn_t result, const char* what) {
    if (result != NVML_SUCCESS) {
      violation(arena_, what, result);
    }
  }

  void create() {
    constexpr std::array<unsigned, 7> kProfiles = {19, 19, 14, 15, 9, 5, 20};
    Instance made;
    made.gpu = static_cast<int>(random_() % kGpus);
    const unsigned profile = kProfiles.at(random_() % kProfiles.size());
    nvmlDevice_t device = gpus_.at(static_cast<std::size_t>(made.gpu));
    const nvmlGpuInstancePlacement_t first = {.start = 0, .size = profile == 9 ? 4U : 1U};
    const bool placed = profile == 9 || (profile == 19 && random_() % 2 == 0);
    const nvmlReturn_t result =
        placed ? calls_.nvmlDeviceCreateGpuInstanceWithPlacement(device, profile, &first, &made.gi)
               : calls_.nvmlDeviceCreateGpuInstance(device, profile, &made.gi);
    if (result == NVML_ERROR_INSUFFICIENT_RESOURCES) {
      ++here_.refused;
      return;
    }
    expect(result, "create");
    if (result == NVML_SUCCESS) {
      ++here_.created;
      inspect(made);
    }
  }

  // Claims the slices of a new instance; that nobody else holds them is what the torture is about.
  void inspect(Instance& made) {
    nvmlGpuInstanceInfo_t info{};
    expect(calls_.nvmlGpuInstanceGetInfo(made.gi, &info), "GetInfo of an own instance");
    made.placement = info.placement;
    for_slices(made, [&](std::atomic<pid_t>& owner) {
      pid_t nobody = 0;
      if (!owner.compare_exchange_strong(nobody, ::getpid())) {
        violation(arena_, "overlap with an instance of process", nobody);
      }
    });
    if (random_() % 2 == 0) {
      expect(calls_.nvmlGpuInstanceCreateComputeInstance(made.gi, 0, &made.ci), "create a CI");
      nvmlComputeInstanceInfo_t inside{};
      expect(calls_.nvmlComputeInstanceGetInfo_v2(made.ci, &inside), "GetInfo of an own CI");
    }
    own_.push_back(made);
  }

  void destroy(std::size_t index) {
    const Instance gone = own_.at(index);
    own_.erase(own_.begin() + static_cast<std::ptrdiff_t>(index));
    if (gone.ci != nullptr) {
      if (calls_.nvmlGpuInstanceDestroy(gone.gi) != NVML_ERROR_IN_USE) {
        violation(arena_, "destroyed an instance with a CI on gpu", gone.gpu);
      }
      expect(calls_.nvmlComputeInstanceDestroy(gone.ci), "destroy a CI");
    }
    for_slices(gone, [](std::atomic<pid_t>& owner) { owner = 0; });
    expect(calls_.nvmlGpuInstanceDestroy(gone.gi), "destroy");
  }

  template <typename Visit>
  void for_slices(const Instance& instance, const Visit& visit) {
    for (unsigned i = 0; i < instance.placement.size; ++i) {
      visit(
          arena_.owner.at(static_cast<std::size_t>(instance.gpu)).at(instance.placement.start + i));
    }
  }

  Arena& arena_;
  Arena::Worker& here_;
  const Calls& calls_;
  std::mt19937 random_;
  std::array<nvmlDevice_t, kGpus> gpus_ = {};
  std::vector<Instance> own_;
};

}  // namespace

void work(Arena& arena, int number, const char* library, unsigned seed) {
  const Library loaded(library);
  const Calls calls(loaded);
  Worker worker(arena, number, calls, seed);
  while (!arena.stop) {
    std::atomic<bool>& waiting = arena.workers.at(static_cast<std::size_t>(number)).waiting;
    waiting = arena.pause.load();
    if (waiting) {
      ::usleep(200);
      continue;
    }
    worker.step();
  }
  // Ends as clients do that do not care.
  ::_exit(0);
}

}  // namespace sectile::torture
