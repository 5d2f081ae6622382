#include "sectile/text/measurements.h"

#include <gmock/gmock.h>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr std::string_view kHeader =
    "workload,gpu,profile,batch,processes,throughput_per_s,latency_ms\n";

const Model& a100() {
  return **find_model("a100-80gb");
}

std::string ours(std::string_view rows) {
  return std::string(kHeader) + std::string(rows);
}

TEST(MeasurementsTest, ReadsOurTable) {
  Measurements measurements;
  const Status added = measurements.add(
      "# made by hand\nnote,latency_ms,workload,gpu,profile,batch,processes,throughput_per_s\n"
      "quiet,12.5,llama,a100-80gb,3g,8,2,41.5\n",
      "m.csv", {});
  ASSERT_TRUE(added.has_value()) << added.error().message;
  ASSERT_THAT(measurements.points(), SizeIs(1));
  const fleet::Measurement& point = measurements.points().front();
  EXPECT_EQ(point.workload, "llama");
  EXPECT_EQ(point.model, &a100());
  EXPECT_EQ(point.profile, a100().find_by_name("3g.40gb")->id);
  EXPECT_EQ(point.batch, 8);
  EXPECT_EQ(point.processes, 2);
  EXPECT_EQ(point.throughput.micro, 41'500'000);
  EXPECT_EQ(point.latency.nanoseconds, 12'500'000);
}

TEST(MeasurementsTest, ReadsParvaGpusTables) {
  Measurements measurements;
  const Status added = measurements.add(
      "Mig instance,Batch size,Workload Number,Throughput,Latency\r\n"
      "1,1,3,39.917,0.025\n7,256,5,0,0\n",
      "bert.csv", {.workload = "bert", .model = &a100()});
  ASSERT_TRUE(added.has_value()) << added.error().message;
  ASSERT_THAT(measurements.points(), SizeIs(2));
  // Throughput is of one process there, latency in seconds.
  EXPECT_EQ(measurements.points()[0].throughput.micro, 3 * 39'917'000);
  EXPECT_EQ(measurements.points()[0].latency.nanoseconds, 25'000'000);
  EXPECT_EQ(measurements.points()[0].profile, a100().find_by_name("1g.10gb")->id);
  EXPECT_EQ(measurements.points()[1].throughput.micro, 0);
  EXPECT_EQ(measurements.points()[1].profile, a100().find_by_name("7g.80gb")->id);
}

TEST(MeasurementsTest, RoundsToTheSafeSide) {
  Measurements measurements;
  ASSERT_TRUE(
      measurements.add(ours("a,a30,1g,1,1,1.9999999,0.0000001\n"), "m.csv", {}).has_value());
  EXPECT_EQ(measurements.points()[0].throughput.micro, 1'999'999);
  EXPECT_EQ(measurements.points()[0].latency.nanoseconds, 1);
}

TEST(MeasurementsTest, RefusesWithLineAndColumn) {
  struct Case {
    std::string text;
    std::string_view message;
  };
  for (const Case& c : {
           Case{ours("a b,a30,1g,1,1,1,1\n"), "m.csv:2:1: 'a b' is no name"},
           Case{ours("a,a31,1g,1,1,1,1\n"), "m.csv:2:2: "},
           Case{ours("a,a30,5g,1,1,1,1\n"), "m.csv:2:3: a30-24gb has no profile '5g'"},
           Case{ours("a,a30,1c.2g.12gb,1,1,1,1\n"), "m.csv:2:3: a30-24gb has no profile"},
           Case{ours("a,a30,1g,0,1,1,1\n"), "m.csv:2:4: batch must be from 1 to 65536"},
           Case{ours("a,a30,1g,1,49,1,1\n"), "m.csv:2:5: processes must be from 1 to 48"},
           Case{ours("a,a30,1g,1,1,nan,1\n"), "m.csv:2:6: throughput_per_s: 'nan' is no plain"},
           Case{ours("a,a30,1g,1,1,-5,1\n"), "m.csv:2:6: throughput_per_s: '-5' is negative"},
           Case{ours("a,a30,1g,1,1,1e9,1\n"), "m.csv:2:6: throughput_per_s: '1e9' is no plain"},
           Case{ours("a,a30,1g,1,1,1000000000,1\n"), "m.csv:2:6: throughput_per_s: "},
           Case{ours("a,a30,1g,1,1,1,12ms\n"), "m.csv:2:7: latency_ms: '12ms' is no plain"},
           Case{ours("a,a30,1g,1,1,1,0\n"), "m.csv:2:7: a latency of 0 beside a throughput"},
           Case{ours("a,a30,1g,1,1,1,1\n\na,a30,1g.6gb,1,1,2,2\n"), "m.csv:4:"},
           Case{"workload,gpu,profile,batch,processes,throughput_per_s,latency_s\n",
                "m.csv:1:7: column 'latency_s' is not known"},
           Case{"workload,gpu,profile,batch,processes,throughput_per_s\n",
                "m.csv:1:1: column latency_ms is missing"},
           Case{"", "m.csv: the file is empty"},
       }) {
    Measurements measurements;
    const Status added = measurements.add(c.text, "m.csv", {});
    ASSERT_FALSE(added.has_value()) << c.message;
    EXPECT_EQ(added.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(added.error().message, StartsWith(std::string(c.message)));
    EXPECT_THAT(measurements.points(), SizeIs(0));
  }
}

TEST(MeasurementsTest, FindsTheSamePointInAnotherFile) {
  Measurements measurements;
  ASSERT_TRUE(measurements.add(ours("a,a30,1g,1,1,1,1\n"), "one.csv", {}).has_value());
  const Status again =
      measurements.add(ours("b,a30,1g,1,1,1,1\na,a30,1g,1,1,1,1\n"), "two.csv", {});
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error().message, HasSubstr("two.csv:3:"));
  EXPECT_THAT(again.error().message, HasSubstr("stands at one.csv:2"));
  EXPECT_THAT(measurements.points(), SizeIs(1));
  // What was refused left no trace: its sound lines can come again.
  EXPECT_TRUE(measurements.add(ours("b,a30,1g,1,1,1,1\n"), "three.csv", {}).has_value());
}

TEST(MeasurementsTest, WritesWhatItReads) {
  const std::string text =
      ours("a,a30-24gb,1g.6gb,1,1,1.5,2\nb.c,a100-80gb,3g.40gb,256,48,0.000001,86400000\n");
  Measurements measurements;
  ASSERT_TRUE(measurements.add(text, "m.csv", {}).has_value());
  EXPECT_EQ(write_measurements(measurements.points()), text);
}

}  // namespace
}  // namespace sectile
