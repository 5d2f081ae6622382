// Error and Result: how every function in this project reports failure.
//
// A function that can fail returns Result<T>, and the caller must look at it: nothing is
// thrown, and a dropped Result does not compile. Exceptions are left for bad_alloc.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace sectile {

// What the caller can do about a failure. One exit status belongs to each code;
// docs/errors.md lists them and a test compares.
enum class ErrorCode {
  kInvalidArgument,  // The request is malformed: correct it. Exit 2.
  kUnsatisfiable,    // The request is sound, but does not fit: ask for less. Exit 3.
  kBusy,             // An instance is in use: drain it and try again. Exit 4.
  kStale,            // The node changed since it was read: read and plan again. Exit 5.
  kUnavailable,      // Library, driver, device or model is missing. Exit 6.
  kPermission,       // The caller lacks a privilege: run as somebody else. Exit 7.
  kNotRestored,      // A change failed and so did its undo: a person must look. Exit 8.
  kRolledBack,       // A change failed; the old layout is back. Exit 9.
  kFailed,           // Anything else, such as a file that cannot be written. Exit 1.
};

struct Error {
  ErrorCode code;
  std::string message;    // What was wrong, with the values; lower case, no final full stop.
  std::string next = {};  // What to do next, a sentence in the same style; may be empty.

  friend bool operator==(const Error&, const Error&) = default;
};

// std::expected, plus what libstdc++ 12 leaves out: dropping one does not compile.
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// For a function that has nothing to give back but success: return {};
using Status = Result<void>;

// A failure, ready to return: return fail(ErrorCode::kBusy, "instance 3 of gpu 0 is in use").
inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string next = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(next)});
}

// Passes on the failure of another Result: if (!r) return fail(r).
template <typename T>
std::unexpected<Error> fail(const Result<T>& failed) {
  return std::unexpected(failed.error());
}

}  // namespace sectile
