// CallWatch: told before and after everything that may hang in the driver.
#pragma once

#include <string_view>

namespace sectile {

// Whoever opens a Node may be told what it is doing, so that another process can tell a call that
// takes long from one that never returns (apply/worker.h). Called from the thread that uses the
// Node, for every NVML function, for loading the library and for reading /proc; must be cheap.
class CallWatch {
 public:
  virtual ~CallWatch() = default;

  // `call`: "nvmlGpuInstanceDestroy". `subject`: the GPU it is about, as far as that is known:
  // "gpu 3 (GPU-...)"; may be empty.
  virtual void before(std::string_view call, std::string_view subject) = 0;
  virtual void after() = 0;
};

// Tells the watch, if there is one, of something that is no NVML function.
class Watched {
 public:
  Watched(CallWatch* watch, std::string_view call, std::string_view subject = {}) : watch_(watch) {
    if (watch_ != nullptr) {
      watch_->before(call, subject);
    }
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  Watched(Watched&&) = delete;
  Watched& operator=(Watched&&) = delete;
  ~Watched() {
    if (watch_ != nullptr) {
      watch_->after();
    }
  }

 private:
  CallWatch* watch_;
};

}  // namespace sectile
