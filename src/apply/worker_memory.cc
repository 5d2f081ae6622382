#include "src/apply/worker_memory.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace sectile {
namespace {

constexpr std::size_t kBytes = WorkerMemory::kWords * sizeof(std::uint64_t);
constexpr std::size_t kCallMax = 79;  // The longest name in NVML has 62 characters.

std::string until_zero(std::string_view bytes) {
  return std::string(bytes.substr(0, bytes.find('\0')));
}

}  // namespace

void WorkerMemory::enter(std::string_view call, std::string_view subject) {
  std::array<char, kBytes> bytes{};  // The rest stays zero.
  const std::size_t length = std::min(call.size(), kCallMax);
  std::copy_n(call.begin(), length, bytes.begin());
  const std::size_t room = kBytes - length - 2;
  std::copy_n(subject.begin(), std::min(subject.size(), room), bytes.data() + length + 1);
  leave();
  for (std::size_t i = 0; i < kWords; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i * sizeof word, sizeof word);
    text[i].store(word, std::memory_order_relaxed);
  }
  serial.fetch_add(1);
}

void WorkerMemory::leave() {
  if (serial.load() % 2 == 1) {
    serial.fetch_add(1);
  }
}

WorkerMemory::Seen WorkerMemory::look() const {
  Seen seen;
  seen.serial = serial.load();
  if (seen.serial % 2 == 0) {
    return seen;
  }
  std::array<char, kBytes> bytes{};
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint64_t word = text[i].load(std::memory_order_acquire);
    std::memcpy(bytes.data() + i * sizeof word, &word, sizeof word);
  }
  if (const std::uint64_t now = serial.load(); now != seen.serial) {
    seen.serial = now;
    return seen;  // Another call already: it is alive.
  }
  const std::string_view all(bytes.data(), kBytes);
  seen.call.name = until_zero(all);
  seen.call.subject = until_zero(all.substr(std::min(seen.call.name.size() + 1, kBytes)));
  return seen;
}

void WorkerSide::before(std::string_view call, std::string_view subject) {
  memory_.enter(call, subject);
}

void WorkerSide::after() {
  memory_.leave();
}

void WorkerSide::changing(bool now) {
  memory_.changing.store(now);
}

bool WorkerSide::stop_asked() const {
  return memory_.stop.load();
}

}  // namespace sectile
