// What a worker and its parent share: a page in which the worker says what it is doing.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/apply/worker.h"

namespace sectile {

// Written by the worker, whose driver may scribble over it, and read by the parent, which therefore
// believes nothing: lengths are bounds, and a text is taken only if it did not change meanwhile.
struct WorkerMemory {
  static constexpr std::size_t kWords = 24;

  // Odd while in a call; each call takes two.
  std::atomic<std::uint64_t> serial{0};
  // The call and its subject, each ending in a zero.
  std::array<std::atomic<std::uint64_t>, kWords> text{};
  std::atomic<bool> changing{false};
  std::atomic<bool> stop{false};  // Written by the parent.

  void enter(std::string_view call, std::string_view subject);
  void leave();

  struct Seen {
    std::uint64_t serial = 0;
    WorkerCall call;  // Without a name: in none.
  };
  Seen look() const;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace sectile
