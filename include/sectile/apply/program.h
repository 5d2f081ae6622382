// Running another program: no shell, a time limit, and what it says is kept.
//
// Whoever changes GPUs must come back from whatever is run in between. A program that does not end
// is ended, with all that it started; one that ends and leaves something behind in the background
// is not waited for. It gets no descriptor of ours but the pipe it writes to, nothing to read, no
// blocked signals, and a process group of its own, so that a key pressed for us does not end it
// half way.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sectile/base/result.h"

namespace sectile {

inline constexpr std::size_t kProgramOutputMax = std::size_t{16} * 1024;

struct Program {
  std::vector<std::string> words;  // A path or a name in our PATH, and the arguments; not empty.
  // All variables that it gets; absent: ours.
  std::optional<std::map<std::string, std::string>> environment;
  std::string directory;  // Where it runs; empty: where we do.
  std::chrono::milliseconds limit = std::chrono::minutes(5);
};

struct ProgramEnd {
  int status = 0;      // 128 + N if signal N ended it.
  std::string output;  // Standard output and error, the last kProgramOutputMax bytes.
};

// Fails with kUnavailable if there is no such program or it cannot be started, and with kFailed,
// the output in the message, if it did not end in time.
Result<ProgramEnd> run_program(const Program& program);

// The same, for a program whose status must be 0; any other is kFailed with the status and the
// output.
Result<std::string> run_to_success(const Program& program);

// As one would type it, for messages: "systemctl stop nvsm.service".
std::string to_text(const Program& program);

}  // namespace sectile
