#include "sectile/text/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sectile/text/want_notation.h"

namespace sectile {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Trace read(std::string_view text) {
  const Result<Trace> trace = read_trace(text, "trace");
  EXPECT_TRUE(trace) << (trace ? "" : trace.error().message);
  return trace.value_or(Trace{});
}

std::string refusal(std::string_view text) {
  const Result<Trace> trace = read_trace(text, "trace");
  EXPECT_FALSE(trace);
  return trace ? "" : trace.error().message;
}

TEST(TraceTest, OwnCsvIsReadAndWrittenAlike) {
  const std::string text = "submit,lifetime,want\n0,5.5,1g.10gb\n2.25,1,>=39GiB/3c\n2.25,0,whole\n";
  const Trace trace = read(text);
  EXPECT_EQ(trace.wants.size(), 3U);
  EXPECT_EQ(trace.requests[1], (SimulatedRequest{.submit = 2.25, .lifetime = 1, .want = 1}));
  EXPECT_EQ(to_csv(trace), text);
}

TEST(TraceTest, TimesBeginAtTheFirstRequestAndColumnsMayStandAnywhere) {
  const Trace trace = read("want,user,submit,lifetime\r\n1g,ann,1000,3\r\n\r\n2g,bob,1010,3\r\n");
  EXPECT_DOUBLE_EQ(trace.requests[0].submit, 0);
  EXPECT_DOUBLE_EQ(trace.requests[1].submit, 10);
}

TEST(TraceTest, WhatIsMalformedIsRefusedWithItsLine) {
  const std::string header = "submit,lifetime,want\n";
  EXPECT_THAT(refusal(header + "0,1,1g\n1,-1,1g\n"), AllOf(HasSubstr("trace:3"), HasSubstr("-1")));
  EXPECT_THAT(refusal(header + "0,nan,1g\n"), HasSubstr("trace:2"));
  EXPECT_THAT(refusal(header + "0,1e99,1g\n"), HasSubstr("out of range"));
  EXPECT_THAT(refusal(header + "5,1,1g\n4,1,1g\n"), HasSubstr("trace:3: submit goes back in time"));
  EXPECT_THAT(refusal(header + "0,1\n"), HasSubstr("2 fields"));
  EXPECT_THAT(refusal(header + "0,1,3x1g\n"), HasSubstr("no single want"));
  EXPECT_THAT(refusal(header + "0,1,\x1b[31m\n"), AllOf(HasSubstr("?[31m"), HasSubstr("trace:2")));
  EXPECT_THAT(refusal(header), HasSubstr("no request"));
  EXPECT_THAT(refusal(""), HasSubstr("no trace that Sectile knows"));
  EXPECT_THAT(refusal("a,b\n1,2\n"), HasSubstr("trace:1"));
  EXPECT_THAT(refusal("submit,want\n"), HasSubstr("no column 'lifetime'"));
}

constexpr std::string_view kOpenb =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    "deletion_time,scheduled_time\n";

TEST(TraceTest, OpenbThousandthsBecomeSlices) {
  const Trace trace = read(std::string(kOpenb) +
                           "a,1,1,1,100,,LS,Running,10,20,10\n"
                           "b,1,1,1,460,V100M16|V100M32,LS,Running,5,25,5\n"
                           "c,1,1,1,1000,,LS,Running,11,12,11\n"
                           "d,1,1,2,1000,,LS,Running,12,13,12\n"
                           "e,1,1,0,0,,LS,Running,13,14,13\n"
                           "f,1,1,1,500,,LS,Running,14,,14\n");
  std::vector<std::string> labels;
  labels.reserve(trace.requests.size());
  for (const SimulatedRequest& request : trace.requests) {
    labels.push_back(to_string(trace.wants[request.want]));
  }
  EXPECT_THAT(labels, ElementsAre("1x4g", "1x1g", "1xwhole", "1xwhole", "1xwhole"));
  EXPECT_DOUBLE_EQ(trace.requests[0].lifetime, 20);
  EXPECT_THAT(trace.notes, testing::Contains(HasSubstr("1 request was left out: they ask for no")));
  EXPECT_THAT(trace.notes, testing::Contains(HasSubstr("have no end")));
  EXPECT_THAT(refusal(std::string(kOpenb) + "a,1,1,1,100,,LS,R,20,10,10\n"),
              HasSubstr("ends before it begins"));
  EXPECT_THAT(refusal(std::string(kOpenb) + "a,1,1,1,1001,,LS,R,10,20,10\n"),
              HasSubstr("gpu_milli is out of range"));
}

TEST(TraceTest, SacctGresBecomeWants) {
  const Trace trace = read(
      "JobID|Submit|Start|End|AllocTRES\n"
      "1|2026-01-01T00:00:00|2026-01-01T00:01:00|2026-01-01T01:01:00|"
      "billing=1,cpu=1,gres/gpu:nvidia_h100_80gb_hbm3_1g.10gb=2,gres/gpu=2\n"
      "1.batch|2026-01-01T00:00:00|2026-01-01T00:01:00|2026-01-01T01:01:00|cpu=1\n"
      "2|2026-01-01T00:00:30|2026-01-01T00:01:00|2026-01-01T00:01:10|gres/gpu:a100=1,gres/gpu=1\n"
      "3|2026-01-01T00:00:40|Unknown|Unknown|gres/gpu=1\n"
      "4|2026-01-01T00:00:50|2026-01-01T00:01:00|2026-01-01T00:01:10|cpu=4\n"
      "5|2026-01-01T00:00:55|2026-01-01T00:01:00|2026-01-01T00:01:20|gres/gpu=1\n");
  ASSERT_EQ(trace.requests.size(), 4U);
  EXPECT_EQ(to_string(trace.wants[trace.requests[0].want]), "1x1g.10gb");
  EXPECT_DOUBLE_EQ(trace.requests[0].lifetime, 3600);
  EXPECT_DOUBLE_EQ(trace.requests[2].submit, 30);
  EXPECT_EQ(to_string(trace.wants[trace.requests[3].want]), "1xwhole");
  EXPECT_EQ(trace.notes.size(), 3U);
}

TEST(TraceTest, SacctLinesThatCannotBeAreRefused) {
  const std::string header = "JobID|Submit|Start|End|ReqTRES\n";
  EXPECT_THAT(refusal(header + "1|yesterday|2026-01-01T00:00:00|2026-01-01T00:00:00|gres/gpu=1\n"),
              HasSubstr("trace:2: Submit"));
  EXPECT_THAT(refusal(header + "1|2026-02-30T00:00:00|Unknown|Unknown|gres/gpu=1\n"),
              HasSubstr("Submit"));
  EXPECT_THAT(refusal(header +
                      "1|2026-01-01T00:00:01|2026-01-01T00:00:00|2026-01-01T00:00:09|gres/gpu=1\n"),
              HasSubstr("starts before"));
  EXPECT_THAT(
      refusal(header +
              "1|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:00:09|gres/gpu=-1\n"),
      HasSubstr("not '-1'"));
  EXPECT_THAT(refusal("JobID|Submit|Start|End\n"), HasSubstr("neither AllocTRES nor ReqTRES"));
}

TEST(TraceTest, ThePublishedTraceIsReadAsItIs) {
  const char* const given =
      std::getenv("SECTILE_SHARED_DATA");  // NOLINT(concurrency-mt-unsafe): one thread.
  const std::string folder = given != nullptr ? given : SECTILE_SOURCE_DIR "/../shared/data";
  std::ifstream file(folder + "/openb/openb_pod_list_default.csv");
  if (!file) {
    GTEST_SKIP() << "no openb trace in " << folder;
  }
  std::stringstream text;
  text << file.rdbuf();
  const Trace trace = read(text.str());
  // 8,152 pods, of which 1,088 ask for no GPU; 75 ask for several, 444 in all.
  EXPECT_EQ(trace.requests.size(), 8152U - 1088U - 75U + 444U);
  EXPECT_EQ(trace.wants.size(), 5U);
}

}  // namespace
}  // namespace sectile
