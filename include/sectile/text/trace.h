// Traces: requests that somebody recorded, for simulation.
//
// Three formats, told apart by their first line: Sectile's own CSV (submit,lifetime,want), what
// `sacct -P` prints, and the pod lists of the "openb" cluster trace. docs/formats/trace.md is the
// specification. Files are hostile: whatever is malformed is refused with its line; what is sound
// but cannot be simulated (no GPU, not ended) is left out and counted. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/simulation.h"
#include "sectile/plan/want.h"

namespace sectile {

inline constexpr std::size_t kMaxTraceBytes = std::size_t{512} << 20U;
inline constexpr std::size_t kMaxTraceRequests = 5'000'000;

struct Trace {
  std::vector<Want> wants = {};                 // In order of first appearance.
  std::vector<SimulatedRequest> requests = {};  // Seconds; ascending submit, the first at 0.
  std::vector<std::string> notes = {};          // What was left out, and how things were read.
};

// `file` is for messages. Fails with kInvalidArgument.
Result<Trace> read_trace(std::string_view text, std::string_view file);

// Sectile's own CSV of the trace; read_trace() reads it back.
std::string to_csv(const Trace& trace);

}  // namespace sectile
