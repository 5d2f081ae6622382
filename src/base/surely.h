// surely(): what an optional holds, where a test or benchmark knows that it does. For those only.
#pragma once

#include <optional>
#include <utility>

#include "sectile/base/check.h"

namespace sectile {

// Stops the program if it holds nothing: a default in its place might be what the test expects.
template <typename T>
T surely(std::optional<T> value) {
  SECTILE_CHECK(value.has_value());
  return *std::move(value);
}

}  // namespace sectile
