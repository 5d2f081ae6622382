// Clock: what time it is, and waiting. Passed in, so that tests neither wait nor depend on the day.
#pragma once

#include <chrono>
#include <string>

namespace sectile {

// Of the journal: UTC, to the millisecond.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
  virtual void sleep(std::chrono::milliseconds time) = 0;
};

// The machine's. Thread-safe.
Clock& system_clock();

// "2026-03-01T12:00:00Z".
std::string to_text(Time time);

}  // namespace sectile
