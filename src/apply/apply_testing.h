// What the tests of this layer share.
#pragma once

#include <chrono>
#include <vector>

#include "sectile/apply/clock.h"

namespace sectile {

// Starts at noon of 2026-03-01; waiting takes no time.
class FakeClock : public Clock {
 public:
  Time now() override { return now_; }
  void sleep(std::chrono::milliseconds time) override {
    now_ += time;
    slept.push_back(time);
  }
  std::vector<std::chrono::milliseconds> slept;

 private:
  Time now_{std::chrono::milliseconds(1'772'366'400'000)};
};

}  // namespace sectile
