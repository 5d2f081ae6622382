#include "sectile/text/simulation_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "src/text/chart.h"
#include "src/text/page.h"

namespace sectile {
namespace {

using internal::Bar;
using internal::BarChart;
using internal::DistributionChart;
using internal::Page;
using internal::PageSection;
using internal::PageTable;

constexpr std::array<Measure, 8> kMeasures = {Measure::kAcceptedCount,    Measure::kAcceptedSlices,
                                              Measure::kUtilisation,      Measure::kBlockedCapacity,
                                              Measure::kBlockedStructure, Measure::kWaitMean,
                                              Measure::kWaitHigh,         Measure::kMoves};

bool is_time(Measure measure) {
  return measure == Measure::kWaitMean || measure == Measure::kWaitHigh;
}

bool has_queue(const SimulationReport& report) {
  return report.queueing != Queueing::kLoss;
}

std::string heading(Measure measure) {
  switch (measure) {
    case Measure::kAcceptedCount:
      return "accepted %";
    case Measure::kAcceptedSlices:
      return "slices %";
    case Measure::kUtilisation:
      return "in use %";
    case Measure::kBlockedCapacity:
      return "full %";
    case Measure::kBlockedStructure:
      return "fragm. %";
    case Measure::kWaitMean:
      return "wait";
    case Measure::kWaitHigh:
      return "wait p95";
    case Measure::kMoves:
      return "moved %";
  }
  return "";
}

std::string cell(const SimulationReport& report, const Candidate& candidate, Measure measure) {
  const Interval found = measured(report, candidate, measure);
  const double scale = is_time(measure) ? 1 : 100;
  return report.runs > 1
             ? fmt::format("{:.1f} ±{:.1f}", found.mean * scale, found.half_width * scale)
             : fmt::format("{:.1f}", found.mean * scale);
}

bool moves_anything(const Candidate& candidate) {
  return std::ranges::any_of(candidate.runs, [](const auto& run) { return run.moves > 0; });
}

bool moves_anything(const SimulationReport& report) {
  return std::ranges::any_of(report.comparisons, [](const Comparison& comparison) {
    return std::ranges::any_of(comparison.candidates, [](const Candidate& candidate) {
      return moves_anything(candidate);
    });
  });
}

// Those that say something here.
std::vector<Measure> shown_measures(const SimulationReport& report) {
  std::vector<Measure> shown = {Measure::kAcceptedCount, Measure::kAcceptedSlices,
                                Measure::kUtilisation, Measure::kBlockedStructure};
  if (has_queue(report)) {
    shown = {Measure::kWaitMean, Measure::kWaitHigh, Measure::kUtilisation,
             Measure::kBlockedStructure};
  }
  if (moves_anything(report)) {
    shown.push_back(Measure::kMoves);
  }
  return shown;
}

std::string load_name(double load) {
  return load > 0 ? fmt::format("load {:.2f}", load) : "as recorded";
}

PageTable table_of(const SimulationReport& report, const Comparison& comparison) {
  PageTable table{.columns = {{.header = "way"}}, .rows = {}};
  const std::vector<Measure> shown = shown_measures(report);
  for (const Measure measure : shown) {
    table.columns.push_back({.header = heading(measure), .align = Align::kRight});
  }
  for (const Candidate& candidate : comparison.candidates) {
    std::vector<std::string> row = {candidate.name};
    for (const Measure measure : shown) {
      row.push_back(cell(report, candidate, measure));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> names(const Comparison& comparison) {
  std::vector<std::string> result;
  result.reserve(comparison.candidates.size());
  for (const Candidate& candidate : comparison.candidates) {
    result.push_back(candidate.name);
  }
  return result;
}

std::string bars(const SimulationReport& report, Measure measure, const std::string& title,
                 bool from_zero) {
  BarChart chart{.title = title,
                 .unit = is_time(measure) ? report.time_unit : "%",
                 .series = names(report.comparisons.front()),
                 .from_zero = from_zero};
  const double scale = is_time(measure) ? 1 : 100;
  for (const Comparison& comparison : report.comparisons) {
    chart.groups.push_back(load_name(comparison.load));
    std::vector<Bar>& group = chart.bars.emplace_back();
    for (const Candidate& candidate : comparison.candidates) {
      const Interval found = measured(report, candidate, measure);
      group.push_back({.value = found.mean * scale, .half_width = found.half_width * scale});
    }
  }
  return draw(chart);
}

std::string waits(const SimulationReport& report, const Comparison& comparison) {
  DistributionChart chart{
      .title = "Requests that waited at most so long, " + load_name(comparison.load),
      .unit = "% by " + report.time_unit,
      .series = names(comparison)};
  for (const Candidate& candidate : comparison.candidates) {
    std::vector<double>& all = chart.values.emplace_back();
    for (const SimulationOutcome& run : candidate.runs) {
      all.insert(all.end(), run.waits.begin(), run.waits.end());
    }
    std::ranges::sort(all);
  }
  return draw(chart);
}

PageSection charts(const SimulationReport& report) {
  PageSection section{.heading = "Charts"};
  if (report.comparisons.empty()) {
    return section;
  }
  section.charts.push_back(
      bars(report, Measure::kAcceptedCount, "Accepted, by number of requests", false));
  section.charts.push_back(
      bars(report, Measure::kAcceptedSlices, "Accepted, by memory slices", false));
  section.charts.push_back(bars(report, Measure::kUtilisation, "Memory slices in use", false));
  section.charts.push_back(bars(report, Measure::kBlockedStructure,
                                "Slices that found room, but not where it is of use", true));
  section.charts.push_back(
      bars(report, Measure::kBlockedCapacity, "Slices that found too little room", true));
  if (has_queue(report)) {
    section.charts.push_back(bars(report, Measure::kWaitMean, "Mean wait", true));
    for (const Comparison& comparison : report.comparisons) {
      section.charts.push_back(waits(report, comparison));
    }
  }
  return section;
}

std::string plural(std::int64_t count, std::string_view noun) {
  return internal::counted(count, noun);
}

Page page_of(const SimulationReport& report) {
  Page page{.title = "Simulation of " + report.fleet, .summary = {}, .sections = {}};
  page.summary.push_back(fmt::format(
      "{}, {} memory slices, {}; {} of {}, seed {}.", plural(report.gpus, "GPU"),
      internal::grouped(report.total_slices), report.demand, plural(report.runs, "run"),
      has_queue(report) ? fmt::format("a queue ({})", to_string(report.queueing)) : "loss",
      report.seed));
  for (const Comparison& comparison : report.comparisons) {
    page.sections.push_back({.heading = comparison.load > 0
                                            ? fmt::format("Load {:.2f}", comparison.load)
                                            : "As recorded",
                             .table = table_of(report, comparison)});
  }
  page.sections.push_back(charts(report));
  PageSection advice{.heading = "What to do"};
  for (const std::string& sentence : recommend(report)) {
    advice.prose += (advice.prose.empty() ? "" : " ") + sentence;
  }
  page.sections.push_back(std::move(advice));
  PageSection reading{.heading = "How to read it"};
  reading.prose =
      "± is half of a 95 % confidence interval over the runs; all ways meet the same requests. "
      "\"slices\" weighs each request by its memory slices, so that starving large requests shows. "
      "\"fragm.\" is what found enough memory slices free, but not where an instance may start.";
  for (const std::string& note : report.notes) {
    reading.prose += " " + note + ".";
  }
  page.sections.push_back(std::move(reading));
  return page;
}

using Json = nlohmann::ordered_json;

std::string csv_lines(const SimulationReport& report, double load, const Candidate& candidate) {
  std::string name = candidate.name;
  std::ranges::replace_if(
      name, [](char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; }, ' ');
  std::string lines;
  for (const Measure measure : kMeasures) {
    const Interval found = measured(report, candidate, measure);
    lines += fmt::format("{},{},{},{:.9g},{:.9g}\n", load, name, to_string(measure), found.mean,
                         found.half_width);
  }
  return lines;
}

Json measures_json(const SimulationReport& report, const Candidate& candidate) {
  Json measures = Json::object();
  for (const Measure measure : kMeasures) {
    const Interval found = measured(report, candidate, measure);
    measures[std::string(to_string(measure))] = {{"mean", found.mean},
                                                 {"half_width", found.half_width}};
  }
  return measures;
}

}  // namespace

std::string simulation_text(const SimulationReport& report) {
  return page_text(page_of(report));
}

std::string simulation_html(const SimulationReport& report) {
  return page_html(page_of(report));
}

std::string simulation_csv(const SimulationReport& report) {
  std::string text = "load,way,measure,mean,half_width\n";
  for (const Comparison& comparison : report.comparisons) {
    for (const Candidate& candidate : comparison.candidates) {
      text += csv_lines(report, comparison.load, candidate);
    }
  }
  return text;
}

std::string simulation_json(const SimulationReport& report) {
  Json comparisons = Json::array();
  for (const Comparison& comparison : report.comparisons) {
    Json candidates = Json::array();
    for (const Candidate& candidate : comparison.candidates) {
      candidates.push_back(
          {{"name", candidate.name}, {"measures", measures_json(report, candidate)}});
    }
    comparisons.push_back({{"load", comparison.load}, {"ways", std::move(candidates)}});
  }
  const Json json = {{"schema", "sectile/simulation/v1"},
                     {"fleet", report.fleet},
                     {"gpus", report.gpus},
                     {"memory_slices", report.total_slices},
                     {"demand", report.demand},
                     {"wants", report.wants},
                     {"queueing", to_string(report.queueing)},
                     {"runs", report.runs},
                     {"seed", report.seed},
                     {"time_unit", report.time_unit},
                     {"comparisons", std::move(comparisons)},
                     {"recommendation", recommend(report)},
                     {"notes", report.notes}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sectile
