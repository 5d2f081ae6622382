// Traces: whatever is accepted is in order and is read back from what is written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/fleet/simulation.h"
#include "sectile/text/trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are what a fuzzer has.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sectile::Result<sectile::Trace> trace = sectile::read_trace(text, "fuzz");
  if (!trace) {
    return 0;
  }
  double before = 0;
  for (const sectile::SimulatedRequest& request : trace->requests) {
    SECTILE_CHECK(request.submit >= before && request.lifetime >= 0);
    SECTILE_CHECK(request.want < trace->wants.size());
    before = request.submit;
  }
  const sectile::Result<sectile::Trace> again =
      sectile::read_trace(sectile::to_csv(*trace), "again");
  SECTILE_CHECK(again && again->requests.size() == trace->requests.size());
  return 0;
}
