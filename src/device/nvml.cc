#include "src/device/nvml.h"

#include <dlfcn.h>

#include <cstdlib>
#include <thread>

#include "src/device/nvml_error.h"

namespace sectile {
namespace {

constexpr const char* kDefaultLibrary = "libnvidia-ml.so.1";

std::string chosen_library(const std::string& asked) {
  if (!asked.empty()) {
    return asked;
  }
  // Not from the environment of a program with more rights than its caller.
  const char* const named = secure_getenv("SECTILE_NVML");
  return named != nullptr && *named != '\0' ? named : kDefaultLibrary;
}

std::string load_error() {
  const char* const text = dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc.
  return text != nullptr ? text : "no reason given";
}

}  // namespace

Nvml::Nvml(const NvmlTable& table, CallWatch* watch)
    : NvmlTable(table),
      pause([](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }),
      watch_(watch) {
  if (watch_ == nullptr) {
    return;
  }
  for_each([this](auto& function) {
    if (!function.target) {
      return;
    }
    const auto call = function.target;
    const char* const name = function.name();
    function.target = [this, call, name](auto... arguments) {
      const Watched watched(watch_, name, subject_);
      return call(arguments...);
    };
  });
}

Nvml::~Nvml() {
  if (running_) {
    static_cast<void>(Shutdown());
  }
}

Result<std::unique_ptr<Nvml>> Nvml::open(const std::string& library, CallWatch* watch) {
  const std::string name = chosen_library(library);
  // Never unloaded, since libraries leave per-thread data behind; what lets go of the GPUs is
  // nvmlShutdown().
  void* const loaded = [&] {
    const Watched watched(watch, "dlopen", name);
    return dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  }();
  if (loaded == nullptr) {
    return fail(ErrorCode::kUnavailable, "cannot load NVML: " + load_error(),
                "install the NVIDIA driver, or try `sectile emulate`; $SECTILE_NVML names another "
                "library");
  }
  NvmlTable table;
  table.for_each([&](auto& function) {
    using Pointer = typename std::remove_reference_t<decltype(function)>::Pointer;
    if (void* const symbol = dlsym(loaded, function.name())) {
      function.target = reinterpret_cast<Pointer>(symbol);
    }
  });
  return start(table, watch);
}

Result<std::unique_ptr<Nvml>> Nvml::start(const NvmlTable& table, CallWatch* watch) {
  std::unique_ptr<Nvml> nvml(new Nvml(table, watch));
  if (const nvmlReturn_t code = nvml->Init_v2(); code != NVML_SUCCESS) {
    return nvml_failure(nvml->Init_v2, code, "");
  }
  nvml->running_ = true;
  return nvml;
}

void Nvml::about_uuid(const std::string& uuid) const {
  if (subject_.find(uuid) == std::string::npos) {
    subject_ = uuid;
  }
}

Status Nvml::without(const std::function<Status()>& work) {
  if (const nvmlReturn_t code = Shutdown(); code != NVML_SUCCESS) {
    return nvml_failure(Shutdown, code, "");
  }
  running_ = false;
  Status outcome = work();
  if (const nvmlReturn_t code = Init_v2(); code != NVML_SUCCESS) {
    return nvml_failure(Init_v2, code, outcome ? "" : "after " + outcome.error().message);
  }
  running_ = true;
  return outcome;
}

}  // namespace sectile
