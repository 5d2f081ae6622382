// The exit status of each kind of failure. docs/errors.md lists them for people; a test compares.
#pragma once

#include <string>

#include "sectile/base/result.h"

namespace sectile::cli {

inline constexpr int kExitSame = 0;
inline constexpr int kExitDiffers = 1;  // diff, assert.

int exit_status(ErrorCode code);

// What is printed on standard error: "sectile: MESSAGE" and, if there is one, "  next: STEP". Bytes
// that could steer a terminal are written as \xNN, since a message may quote a file or a process.
std::string to_text(const Error& error);

// The same replacement for any text; keeps line breaks and UTF-8.
std::string printable(const std::string& text);

}  // namespace sectile::cli
