// What the tests of this layer share.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "sectile/apply/clock.h"

namespace sectile {

// A folder that is empty, and in memory if possible: what is made durable there takes no time.
inline std::filesystem::path scratch(const std::string& name) {
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path folder =
      (std::filesystem::is_directory(memory) ? memory : std::filesystem::path(testing::TempDir())) /
      ("sectile-" + name + "-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  return folder;
}

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
