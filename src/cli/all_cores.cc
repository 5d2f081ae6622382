#include "src/cli/all_cores.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace sectile::cli {

void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr thrown;
  const auto work = [&] {
    try {
      for (std::size_t number = next++; number < count; number = next++) {
        task(number);
      }
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      thrown = std::current_exception();
    }
  };
  {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads;
    threads.reserve(cores);
    while (threads.size() + 1 < std::min(count, cores)) {
      threads.emplace_back(work);
    }
    work();
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
}

}  // namespace sectile::cli
