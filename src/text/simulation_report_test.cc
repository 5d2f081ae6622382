#include "sectile/text/simulation_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sectile {
namespace {

using testing::HasSubstr;
using testing::Not;

SimulationReport sample(Queueing queueing) {
  const auto run = [](std::int64_t accepted, double wait) {
    return SimulationOutcome{.offered = {100},
                             .accepted = {accepted},
                             .slices = {2},
                             .blocked = 100 - accepted,
                             .blocked_by_structure = 5,
                             .blocked_slices = 2 * (100 - accepted),
                             .blocked_slices_by_structure = 10,
                             .used_slices = 6,
                             .waits = {0, wait}};
  };
  return {.fleet = "1xa100-80gb",
          .demand = "mix <uniform>",
          .wants = {"2g.20gb"},
          .gpus = 1,
          .total_slices = 8,
          .queueing = queueing,
          .runs = 2,
          .seed = 1,
          .time_unit = "s",
          .comparisons = {{.load = 0.85,
                           .candidates = {{.name = "one", .runs = {run(90, 1), run(92, 1)}},
                                          {.name = "two, <2>", .runs = {run(80, 3), run(81, 3)}}}}},
          .notes = {"a note"}};
}

TEST(SimulationReportTest, TextFitsATerminalAndEndsInAdvice) {
  const std::string text = simulation_text(sample(Queueing::kLoss));
  EXPECT_THAT(text, HasSubstr("91.0 ±12.7"));
  EXPECT_THAT(text, HasSubstr("Use one:"));
  EXPECT_THAT(text, Not(HasSubstr("<svg")));
}

TEST(SimulationReportTest, CsvAndJsonSayTheSame) {
  const SimulationReport report = sample(Queueing::kFifo);
  const std::string csv = simulation_csv(report);
  EXPECT_THAT(csv, HasSubstr("\n0.85,one,accepted_count,0.91,0.12706\n"));
  EXPECT_THAT(csv, HasSubstr("\n0.85,two  <2>,wait_mean,1.5,0\n"));
  const nlohmann::json json = nlohmann::json::parse(simulation_json(report));
  EXPECT_EQ(json["schema"], "sectile/simulation/v1");
  const auto& one = json["comparisons"][0]["ways"][0];
  EXPECT_DOUBLE_EQ(one["measures"]["accepted_count"]["mean"].get<double>(), 0.91);
}

TEST(SimulationReportTest, HtmlIsOneHarmlessDocument) {
  const std::string html = simulation_html(sample(Queueing::kBackfill));
  EXPECT_THAT(html, HasSubstr("<svg class=\"chart\""));
  EXPECT_THAT(html, HasSubstr("mix &lt;uniform&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<2>")));
  for (const char* const foreign : {"<script", "<link", "@import", "src=", "url("}) {
    EXPECT_THAT(html, Not(HasSubstr(foreign)));
  }
}

}  // namespace
}  // namespace sectile
