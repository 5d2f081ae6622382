// Session: one run of the program, as a verb sees it.
//
// A verb collects its answer in `out`; run() writes it to standard output at the end and checks
// that it arrived. Only progress and questions go out while a verb works, to standard error.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sectile/apply/worker.h"
#include "sectile/text/mig_parted.h"
#include "src/cli/arguments.h"

namespace sectile::cli {

struct Session {
  Arguments arguments;
  std::string out;
  bool quiet = false;
  bool colour = false;    // Standard output is a terminal that wants colour.
  bool terminal = false;  // Somebody can be asked: standard input and error are terminals.
  // In a process of its own that can be given up (guard.h): what Node::open() takes as the watch.
  // nullptr in a verb that needs no driver.
  WorkerSide* worker = nullptr;

  // A line on standard error, unless --quiet.
  void say(std::string_view line) const;
};

// Writes everything to the file descriptor. Fails with kFailed and the reason of the system.
Status write_all(int descriptor, std::string_view text);

// Reads a file, or standard input for "-". Fails with kInvalidArgument for a file that is missing
// or larger than `bytes_max`, and with kPermission.
Result<std::string> read_input(const std::string& file, std::size_t bytes_max = kMaxConfigBytes);

// How messages call the file: "standard input" for "-".
std::string input_name(const std::string& file);

}  // namespace sectile::cli
