#include "sectile/text/fleet_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/text/fleet_summary.h"
#include "src/text/page.h"

namespace sectile {
namespace {

using internal::counted;
using internal::grouped;
using internal::LayoutCounts;
using internal::Page;
using internal::PageSection;
using internal::PageTable;
using internal::verdict;

std::int64_t gpus_used(const FleetReport& report) {
  auto used = static_cast<std::int64_t>(report.plan.gpus.size());
  for (const BoughtGpus& bought : report.plan.bought) {
    used += bought.count;
  }
  return used;
}

std::string first_sentence(const FleetReport& report) {
  std::int64_t asked = 0;
  std::int64_t served = 0;
  for (const WantOutcome& want : report.plan.wants) {
    served += want.served;
    asked += want.served + want.unserved;
  }
  return fmt::format("{} of {} served, on {}{}.", grouped(served), counted(asked, "instance"),
                     counted(gpus_used(report), "GPU"),
                     report.plan.optimal() ? "; no plan is better" : "");
}

// The model is named only where there are several.
std::string served_by(const WantOutcome& want) {
  const bool several = std::ranges::any_of(
      want.by, [&](const WantOutcome::By& by) { return by.model != want.by.front().model; });
  std::string text;
  for (const WantOutcome::By& by : want.by) {
    const Profile* const profile = by.model->find(by.profile);
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", grouped(by.count),
                        profile ? profile->name : "?", several ? " of " + by.model->key : "");
  }
  return text;
}

PageSection wants_section(const FleetReport& report) {
  PageTable table{.columns = {{"WANT"},
                              {"ASKED", Align::kRight},
                              {"SERVED", Align::kRight},
                              {"MISSING", Align::kRight},
                              {"BY"}},
                  .rows = {}};
  for (std::size_t i = 0; i < report.wants.size(); ++i) {
    const WantOutcome& want = report.plan.wants[i];
    table.rows.push_back({internal::want_title(report.wants[i]), grouped(report.wants[i].count),
                          grouped(want.served), grouped(want.unserved), served_by(want)});
  }
  return {.heading = "Wants", .table = std::move(table)};
}

PageSection goals_section(const FleetReport& report) {
  PageTable table{.columns = {{"GOAL"},
                              {"REACHED", Align::kRight},
                              {"BOUND", Align::kRight},
                              {"VERDICT"},
                              {"PROOF"}},
                  .rows = {}};
  for (const GoalOutcome& goal : report.plan.goals) {
    table.rows.push_back({std::string(to_string(goal.goal)), grouped(goal.objective.value),
                          grouped(goal.objective.bound), verdict(goal.objective),
                          std::string(to_string(goal.objective.proof))});
  }
  return {.heading = "Goals, the first first",
          .prose = fmt::format(
              "Weighed: {} of {}. No plan is below a bound.",
              counted(static_cast<std::int64_t>(report.plan.patterns), "layout"),
              counted(static_cast<std::int64_t>(report.plan.states), "group") + " of alike GPUs"),
          .table = std::move(table)};
}

PageSection layouts_section(const FleetReport& report) {
  LayoutCounts counts;
  for (const FleetGpuPlan& gpu : report.plan.gpus) {
    counts.add(*report.fleet[gpu.gpu].model, gpu.layout, 1, report.fleet[gpu.gpu].name);
  }
  for (const BoughtGpus& bought : report.plan.bought) {
    counts.add(*report.request.purchases[bought.purchase].model, bought.layout, bought.count,
               "to buy");
  }
  return {.heading = "Layouts of the GPUs that serve",
          .table = counts.table(),
          .pictures = counts.pictures()};
}

PageSection one_more_section(const FleetReport& report) {
  PageTable table{
      .columns = {{"ONE MORE"}, {"MISSING THEN", Align::kRight}, {"GAINED", Align::kRight}},
      .rows = {}};
  const Objective* const now = report.plan.find(Goal::kUnserved);
  for (const OneMore& more : report.one_more) {
    table.rows.push_back({more.model->key, grouped(more.unserved),
                          grouped((now ? now->value : more.unserved) - more.unserved)});
  }
  return {.heading = "What one more GPU would bring, by weight", .table = std::move(table)};
}

Page page_of(const FleetReport& report) {
  Page page{.title = "Fleet plan", .summary = {first_sentence(report)}, .sections = {}};
  const auto drained = std::ranges::count_if(
      report.fleet, [](const FleetGpu& gpu) { return gpu.drain || !gpu.healthy; });
  if (drained > 0) {
    page.summary.push_back(
        fmt::format("GPUs that drain or are not healthy were left alone: {}.", grouped(drained)));
  }
  page.sections = {wants_section(report), goals_section(report), layouts_section(report)};
  if (!report.one_more.empty()) {
    page.sections.push_back(one_more_section(report));
  }
  return page;
}

// Compaction.

std::string place(const FleetGpu& gpu, const Slot& slot) {
  const Profile* const profile = gpu.model->find(slot.profile());
  return fmt::format("{} {}@{}", gpu.name, profile ? profile->name : "?", slot.placement().start);
}

std::string remark(const Move& move) {
  return move.stops_first ? "stops first" : move.detour ? "detour" : "";
}

Page page_of(const CompactReport& report) {
  const Compaction& result = report.result;
  Page page{.title = "Compaction of a fleet", .summary = {}, .sections = {}};
  page.summary.push_back(fmt::format("{} in use instead of {} ({}), with {} that must move ({}).",
                                     counted(result.gpus.value, "GPU"), grouped(result.gpus_before),
                                     verdict(result.gpus), counted(result.moves.value, "instance"),
                                     verdict(result.moves)));
  page.summary.push_back(
      fmt::format("{}, at most {} at once; {} are detours, and {} stop before they start again.",
                  counted(static_cast<std::int64_t>(result.waves), "wave"),
                  report.request.max_unavailable, result.detours, result.stops));
  PageTable table{.columns = {{"WAVE", Align::kRight}, {"FROM"}, {"TO"}, {"REMARK"}}, .rows = {}};
  for (const Move& move : result.order) {
    table.rows.push_back({std::to_string(move.wave + 1),
                          place(report.fleet[move.from_gpu], move.from),
                          place(report.fleet[move.to_gpu], move.to), remark(move)});
  }
  page.sections.push_back({.heading = "Moves", .table = std::move(table)});
  LayoutCounts counts;
  for (std::size_t i = 0; i < report.fleet.size(); ++i) {
    counts.add(*report.fleet[i].model, result.layouts[i], 1, report.fleet[i].name);
  }
  page.sections.push_back(
      {.heading = "Layouts afterwards", .table = counts.table(), .pictures = counts.pictures()});
  return page;
}

// Static layouts.

std::string percent(double share) {
  return fmt::format("{:.2f} %", share * 100);
}

Page page_of(const StaticReport& report) {
  const StaticPlan& plan = report.plan;
  Page page{.title = "Static layouts for a mix", .summary = {}, .sections = {}};
  page.summary.push_back(
      fmt::format("Of what arrives {} by count and {} by memory slices is carried on average.",
                  percent(plan.outcome.accepted_count), percent(plan.outcome.accepted_slices)));
  page.summary.push_back(
      fmt::format("No static layouts lose less than {} of the value that arrives; these lose {}.",
                  percent(static_cast<double>(plan.lost.bound) / plan.offered),
                  percent(static_cast<double>(plan.lost.value) / plan.offered)));
  PageTable wants{.columns = {{"WANT"},
                              {"UNDER WAY", Align::kRight},
                              {"INSTANCES", Align::kRight},
                              {"LOST", Align::kRight}},
                  .rows = {}};
  for (std::size_t i = 0; i < report.mix.size(); ++i) {
    const StaticWant& want = plan.outcome.wants[i];
    wants.rows.push_back({internal::want_title(report.mix[i]), fmt::format("{:.1f}", want.offered),
                          grouped(want.instances), percent(want.loss)});
  }
  page.sections.push_back({.heading = "Wants", .table = std::move(wants)});
  LayoutCounts counts;
  for (const StaticLayout& each : plan.layouts) {
    counts.add(*each.model, each.layout, each.count, "");
  }
  page.sections.push_back(
      {.heading = "Layouts", .table = counts.table(), .pictures = counts.pictures()});
  return page;
}

}  // namespace

std::string fleet_text(const FleetReport& report) {
  return internal::page_text(page_of(report));
}
std::string fleet_html(const FleetReport& report) {
  return internal::page_html(page_of(report));
}
std::string compact_text(const CompactReport& report) {
  return internal::page_text(page_of(report));
}
std::string compact_html(const CompactReport& report) {
  return internal::page_html(page_of(report));
}
std::string static_text(const StaticReport& report) {
  return internal::page_text(page_of(report));
}
std::string static_html(const StaticReport& report) {
  return internal::page_html(page_of(report));
}

}  // namespace sectile
