// Small files of /proc and /sys, which anybody may have made up in a test or a container.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sectile {

inline constexpr std::size_t kSmallFileBytes = 1U << 20U;

// The first bytes of a file; nothing if it cannot be opened or read. Waits for no pipe.
std::optional<std::string> read_small_file(const std::string& path,
                                           std::size_t bytes_max = kSmallFileBytes);

// Takes the text up to the separator off the front, and the separator with it.
std::string_view take_word(std::string_view& text, char separator);

// A decimal number and nothing else.
std::optional<unsigned long long> decimal(std::string_view text);

}  // namespace sectile
