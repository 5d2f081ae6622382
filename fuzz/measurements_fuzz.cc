// Whatever is accepted as measurements must write to what reads back as the same, and a plan with
// it must hold or be refused.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/base/check.h"
#include "sectile/fleet/service.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/text/measurements.h"

namespace {

void check_written(const sectile::Measurements& measurements) {
  const std::string text = sectile::write_measurements(measurements.points());
  sectile::Measurements again;
  SECTILE_CHECK(again.add(text, "again", {}).has_value());
  SECTILE_CHECK(sectile::write_measurements(again.points()) == text);
}

// A service for the first workload, so that what was read is worked with.
void check_planned(const sectile::Measurements& measurements) {
  const sectile::fleet::Measurement& first = measurements.points().front();
  const sectile::fleet::Service service{
      .name = "s", .workload = first.workload, .rate = {5'000'000}, .latency_max = {1'000'000'000}};
  const sectile::fleet::GpuSupply supply{.model = first.model};
  const sectile::fleet::ServiceRequest request{.services = {&service, 1},
                                               .measurements = measurements.points(),
                                               .gpus = {&supply, 1},
                                               .effort = 20};
  SECTILE_CHECK(sectile::fleet::check(request).has_value());
  if (const auto plan = sectile::fleet::plan_services(request)) {
    SECTILE_CHECK(sectile::fleet::verify(request, *plan).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sectile::Model* const model = *sectile::find_model("a100-80gb");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  sectile::Measurements measurements;
  if (measurements.add(text, "fuzz", {.workload = "fuzz", .model = model}) &&
      !measurements.points().empty()) {
    check_written(measurements);
    check_planned(measurements);
  }
  return 0;
}
