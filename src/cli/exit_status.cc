#include "src/cli/exit_status.h"

#include <fmt/format.h>

namespace sectile::cli {

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 2;
    case ErrorCode::kUnsatisfiable:
      return 3;
    case ErrorCode::kBusy:
      return 4;
    case ErrorCode::kStale:
      return 5;
    case ErrorCode::kUnavailable:
      return 6;
    case ErrorCode::kPermission:
      return 7;
    case ErrorCode::kNotRestored:
      return 8;
    case ErrorCode::kRolledBack:
      return 9;
    case ErrorCode::kFailed:
      return 1;
  }
  return 1;  // Not reached; g++ wants it.
}

std::string printable(const std::string& text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      safe += fmt::format("\\x{:02x}", byte);
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string to_text(const Error& error) {
  std::string text = "sectile: " + error.message + '\n';
  if (!error.next.empty()) {
    text += "  next: " + error.next + '\n';
  }
  return printable(text);
}

}  // namespace sectile::cli
