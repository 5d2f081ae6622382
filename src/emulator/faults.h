// Faults by script: makes chosen NVML calls fail, so that tests can see what a client does then.
//
// A script has one rule a line; '#' starts a comment:
//     call=nvmlDeviceCreateGpuInstanceWithPlacement occurrence=3 return=IN_USE transient
//     call=nvmlDeviceSetMigMode return=SUCCESS effect=none persistent
//     call=nvmlGpuInstanceDestroy delay=150ms
//     call=* occurrence=17 return=GPU_IS_LOST effect=done
// call        a function, or * for all of them. Required.
// occurrence  which call is hit, from 1, counted over all processes; "any" (the default) is each.
// return      an nvmlReturn_t without its prefix, or a number. Without it the call's own.
// effect      none (the default): the call is not carried out; with return=SUCCESS it reports
//             success and does nothing. done: it is carried out and then reports `return`.
// transient   only that occurrence is hit (the default); persistent: all from there on.
// delay       milliseconds that the call takes longer: "150ms".
// hang        the call never returns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/nvml_abi/base.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// Fails with kInvalidArgument, naming the line. A pure function.
Result<std::vector<FaultRule>> parse_faults(std::string_view script);

// What is to happen to one call.
struct Fault {
  std::optional<nvmlReturn_t> result;
  FaultEffect effect = FaultEffect::kNone;
  std::uint32_t delay_ms = 0;
  bool hang = false;

  bool is_none() const { return !result && delay_ms == 0 && !hang; }
};

// Counts a call in `node` and finds what its rules say; the first rule that hits decides.
Fault count_call(Node& node, std::string_view call);

// The same for the open session, waiting out a delay or a hang. Every exported function asks
// exactly once per call, so counting here is counting calls. Nothing while there is no session.
Fault check_fault(std::string_view call);

}  // namespace sectile::emulator
