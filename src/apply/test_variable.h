// TestVariable: an environment variable that has another value as long as it lives, for tests.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace sectile {

// Requires: no other thread reads the environment meanwhile.
class TestVariable {
 public:
  TestVariable(const char* name, const std::string& value) : name_(name), before_(now(name)) {
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): as required.
  }
  ~TestVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);  // NOLINT(concurrency-mt-unsafe): as required.
    } else {
      ::unsetenv(name_);  // NOLINT(concurrency-mt-unsafe): as required.
    }
  }
  TestVariable(const TestVariable&) = delete;
  TestVariable& operator=(const TestVariable&) = delete;
  TestVariable(TestVariable&&) = delete;
  TestVariable& operator=(TestVariable&&) = delete;

  static std::optional<std::string> now(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): as required.
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace sectile
