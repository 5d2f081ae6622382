#include "sectile/text/fleet_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "sectile/text/fleet_file.h"

namespace sectile {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<FleetGpu> fleet() {
  return parse_fleet(R"(
apiVersion: sectile/v1
kind: Fleet
nodes:
  - {name: alpha, gpus: ["a100-80gb 3g.40gb@4! 2g.20gb@0", a100-80gb]}
  - {name: beta, gpus: ["a100-80gb 1g.10gb@0!", "a30-24gb"]}
)",
                     "test")
      .value();
}

void expect_narrow(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(FleetReportTest, SaysWhatIsServedAndHowThatIsKnown) {
  const std::vector<FleetGpu> gpus = fleet();
  const std::vector<FleetWant> wants = parse_fleet_wants("train=1x3g.40gb,4x1g.10gb").value();
  const FleetRequest request;
  const FleetPlan plan = plan_fleet(gpus, wants, request).value();
  const FleetReport report{.fleet = gpus, .wants = wants, .request = request, .plan = plan};
  const std::string text = fleet_text(report);
  EXPECT_THAT(text, HasSubstr("5 of 5 instances served, on 2 GPUs; no plan is better.\n"));
  EXPECT_THAT(text, HasSubstr("train (3g.40gb)"));
  EXPECT_THAT(text, HasSubstr("unserved         0      0  optimal  prices"));
  expect_narrow(text);
  const auto json = nlohmann::json::parse(fleet_json(report));
  EXPECT_EQ(json["schema"], "sectile/fleet-plan/v1");
  EXPECT_EQ(json["serves_all"], true);
  EXPECT_EQ(json["wants"][0]["by"][0]["count"], 1);
  EXPECT_EQ(json["goals"][0]["proof"], "prices");
  EXPECT_EQ(json["gpus"].size(), plan.gpus.size());
  const std::string html = fleet_html(report);
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("</html>\n"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(FleetReportTest, SaysWhatOneMoreGpuWouldBring) {
  const std::vector<FleetGpu> gpus = fleet();
  const std::vector<FleetWant> wants = parse_fleet_wants("9x7g.80gb").value();
  const FleetRequest request;
  const FleetPlan plan = plan_fleet(gpus, wants, request).value();
  const std::vector<OneMore> more = one_more(gpus, wants, request).value();
  const FleetReport report{
      .fleet = gpus, .wants = wants, .request = request, .plan = plan, .one_more = more};
  EXPECT_THAT(fleet_text(report), HasSubstr("What one more GPU would bring"));
  EXPECT_THAT(fleet_text(report), HasSubstr("a100-80gb             7       1"));
  EXPECT_EQ(nlohmann::json::parse(fleet_json(report))["one_more"][0]["unserved"], 7);
}

TEST(CompactReportTest, ListsTheMovesByWave) {
  const std::vector<FleetGpu> gpus = fleet();
  const CompactRequest request;
  const Compaction result = compact(gpus, request).value();
  const CompactReport report{.fleet = gpus, .request = request, .result = result};
  const std::string text = compact_text(report);
  EXPECT_THAT(text, HasSubstr("1 GPU in use instead of 2 (optimal), with 1 instance that must"));
  EXPECT_THAT(text, HasSubstr("beta/gpu0 1g.10gb@0"));
  expect_narrow(text);
  const auto json = nlohmann::json::parse(compact_json(report));
  EXPECT_EQ(json["schema"], "sectile/fleet-compact/v1");
  EXPECT_EQ(json["order"][0]["from"]["gpu"], "beta/gpu0");
  EXPECT_EQ(json["moves"]["value"], 1);
  EXPECT_EQ(json["gpus_after"].size(), 4U);
  EXPECT_THAT(compact_html(report), HasSubstr("<svg"));
}

TEST(StaticReportTest, SaysWhatIsLost) {
  const std::vector<FleetWant> mix = parse_fleet_wants("1x1g.10gb,1x3g.40gb").value();
  const StaticRequest request{.gpus = {{.model = fleet()[0].model, .count = 4}}, .offered = 8};
  const StaticPlan plan = plan_static(mix, request).value();
  const StaticReport report{.mix = mix, .request = request, .plan = plan};
  expect_narrow(static_text(report));
  EXPECT_THAT(static_text(report), HasSubstr("by memory slices is carried on\naverage."));
  const auto json = nlohmann::json::parse(static_json(report));
  EXPECT_EQ(json["schema"], "sectile/fleet-static/v1");
  EXPECT_EQ(json["wants"].size(), 2U);
  EXPECT_THAT(static_html(report), HasSubstr("<svg"));
}

}  // namespace
}  // namespace sectile
