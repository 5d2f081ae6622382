// Desired: what the options of apply, diff and assert ask of the GPUs of this machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "sectile/text/config.h"
#include "src/cli/arguments.h"

namespace sectile::cli {

// What was asked for, read and checked as far as that goes without a GPU.
struct Request {
  std::optional<Config> config;  // -f; absent: --layout.
  std::string label;             // "" where there are none.
  std::string layout;            // --layout
};

// Of diff and assert: --config-file and --selected-config. Fails with kInvalidArgument if there is
// no file or it is malformed.
Result<Request> read_file_request(const Arguments& arguments);

// Of apply: a file, or --layout with GPUs; neither and both are refused with kInvalidArgument.
Result<Request> read_request(const Arguments& arguments);

struct Desired {
  std::vector<GpuTarget> targets;   // In order of index.
  std::vector<unsigned> unmatched;  // Indices of capable GPUs that nothing selects.
  std::vector<std::string> notes;   // What people should know.
};

// The request as targets for these GPUs. Fails like resolve(), and with kInvalidArgument for a
// --gpu-index or --gpu-uuid that the machine does not have.
Result<Desired> desired(const Request& request, const Arguments& arguments,
                        const Snapshot& snapshot);

}  // namespace sectile::cli
