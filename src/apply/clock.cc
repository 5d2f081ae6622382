#include "sectile/apply/clock.h"

#include <array>
#include <cerrno>
#include <ctime>

namespace sectile {
namespace {

class SystemClock : public Clock {
 public:
  Time now() override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
  void sleep(std::chrono::milliseconds time) override {
    std::timespec left{.tv_sec = time.count() / 1000, .tv_nsec = time.count() % 1000 * 1'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string to_text(Time time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  std::array<char, 64> text{};
  if (gmtime_r(&seconds, &parts) == nullptr) {
    return "?";  // A year that does not fit: the state is not to be trusted.
  }
  text[std::strftime(text.data(), text.size() - 1, "%Y-%m-%dT%H:%M:%SZ", &parts)] = '\0';
  return text.data();
}

}  // namespace sectile
