#include "src/fleet/service/options.h"

#include <gmock/gmock.h>

#include "sectile/geometry/catalogue.h"

namespace sectile::fleet::internal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kMillisecond = 1'000'000;

const Model& a30() {
  return **find_model("a30");
}

struct Point {
  std::string_view profile;
  int batch;
  int processes;
  std::int64_t per_second;
  std::int64_t milliseconds;
};

std::vector<Measurement> measured(std::initializer_list<Point> points) {
  std::vector<Measurement> measurements;
  for (const Point& point : points) {
    measurements.push_back({.workload = "w",
                            .model = &a30(),
                            .profile = a30().find_by_name(point.profile)->id,
                            .batch = point.batch,
                            .processes = point.processes,
                            .throughput = {point.per_second * 1'000'000},
                            .latency = {point.milliseconds * kMillisecond}});
  }
  return measurements;
}

Options find(const std::vector<Measurement>& measurements, Admission admission = kPlainAdmission,
             bool mps = true) {
  static const GpuSupply supply{.model = &a30()};
  static const Service service{
      .name = "s", .workload = "w", .rate = {1}, .latency_max = {100 * kMillisecond}};
  return find_options({.services = {&service, 1},
                       .measurements = measurements,
                       .gpus = {&supply, 1},
                       .admission = admission,
                       .mps = mps});
}

TEST(OptionsTest, TakesTheBestPointThatMeetsTheLatency) {
  const Options options = find(measured({{"1g.6gb", 1, 1, 50, 20},
                                         {"1g.6gb", 8, 1, 80, 99},
                                         {"1g.6gb", 16, 1, 90, 100},
                                         {"2g.12gb", 1, 1, 60, 10}}));
  ASSERT_THAT(options.options, SizeIs(2));
  // In the model's order of profiles: the larger first. 100 ms are not below 100 ms.
  EXPECT_EQ(options.options[0].throughput.micro, 60'000'000);
  EXPECT_EQ(options.options[1].throughput.micro, 80'000'000);
  EXPECT_EQ(options.options[1].batch, 8);
}

TEST(OptionsTest, PrefersFewerProcessesAmongEquals) {
  const Options options = find(measured({{"1g.6gb", 1, 3, 50, 20}, {"1g.6gb", 9, 2, 50, 20}}));
  ASSERT_THAT(options.options, SizeIs(1));
  EXPECT_EQ(options.options[0].processes, 2);
}

TEST(OptionsTest, ParvaGpusRuleCutsToWholeNumbersAndTakesLessThanHalf) {
  const Service service{.rate = {353'900'000}, .latency_max = {418'500'000}};
  EXPECT_EQ(target_of(service, kParvaGpuAdmission).micro, 353'000'000);
  EXPECT_EQ(latency_allowed(service, kParvaGpuAdmission).nanoseconds, 188'100'000);
  EXPECT_EQ(target_of(service, kPlainAdmission).micro, 353'900'000);
  EXPECT_EQ(latency_allowed(service, kPlainAdmission).nanoseconds, 418'500'000);
}

TEST(OptionsTest, HeadroomIsRoundedUp) {
  EXPECT_EQ(target_of({.rate = {1}, .headroom_percent = 1}, kPlainAdmission).micro, 2);
  EXPECT_EQ(target_of({.rate = {100}, .headroom_percent = 20}, kPlainAdmission).micro, 120);
}

TEST(OptionsTest, SaysWhyThereIsNone) {
  const Options slow = find(measured({{"4g.24gb", 1, 1, 9, 130}, {"1g.6gb", 1, 1, 9, 150}}));
  EXPECT_THAT(slow.options, IsEmpty());
  ASSERT_THAT(slow.refused, SizeIs(1));
  EXPECT_TRUE(slow.refused[0].measured);
  EXPECT_EQ(slow.refused[0].fastest.value_or(Measurement{}).latency.nanoseconds,
            130 * kMillisecond);
  EXPECT_FALSE(slow.refused[0].mps_would_do);

  const Options dead = find(measured({{"1g.6gb", 1, 1, 0, 0}}));
  ASSERT_THAT(dead.refused, SizeIs(1));
  EXPECT_FALSE(dead.refused[0].fastest.has_value());

  const std::vector<Measurement> shared = measured({{"1g.6gb", 1, 2, 9, 50}});
  const Options alone = find(shared, kPlainAdmission, false);
  ASSERT_THAT(alone.refused, SizeIs(1));
  EXPECT_TRUE(alone.refused[0].mps_would_do);

  const Options unknown = find({});
  ASSERT_THAT(unknown.refused, SizeIs(1));
  EXPECT_FALSE(unknown.refused[0].measured);
}

}  // namespace
}  // namespace sectile::fleet::internal
