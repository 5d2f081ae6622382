#include "src/text/fleet_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sectile/text/notation.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kPictures = 24;

}  // namespace

std::string multiset(const Model& model, const Layout& layout) {
  std::string result;
  for (const Profile& profile : model.profiles) {
    const int count = layout.count(profile.id);
    if (count > 0) {
      result += fmt::format("{}{}{}", result.empty() ? "" : " ",
                            count == 1 ? "" : fmt::format("{}x", count), profile.name);
    }
  }
  return result.empty() ? "nothing" : result;
}

std::string want_title(const FleetWant& want) {
  return want.name.empty() ? describe(want) : fmt::format("{} ({})", want.name, describe(want));
}

std::string verdict(const Objective& objective) {
  return objective.optimal() ? "optimal"
                             : fmt::format("at most {} above the best", grouped(objective.gap()));
}

void LayoutCounts::add(const Model& model, const Layout& layout, std::int64_t count,
                       std::string example) {
  Row& row = rows_.try_emplace(model.key + ": " + to_notation(model, layout), Row{}).first->second;
  if (row.count == 0) {
    row = {.model = &model, .layout = layout, .count = 0, .example = std::move(example)};
  }
  row.count += count;
}

std::vector<LayoutCounts::Row> LayoutCounts::sorted() const {
  std::vector<Row> rows;
  rows.reserve(rows_.size());
  for (const auto& [key, row] : rows_) {
    rows.push_back(row);
  }
  std::ranges::stable_sort(rows, std::greater{}, &Row::count);
  return rows;
}

PageTable LayoutCounts::table() const {
  PageTable table{.columns = {{"GPUS", Align::kRight}, {"MODEL"}, {"LAYOUT"}, {"FIRST"}},
                  .rows = {}};
  for (const Row& row : sorted()) {
    table.rows.push_back(
        {grouped(row.count), row.model->key, multiset(*row.model, row.layout), row.example});
  }
  return table;
}

std::vector<GpuPicture> LayoutCounts::pictures() const {
  std::vector<GpuPicture> pictures;
  for (const Row& row : sorted()) {
    if (pictures.size() < kPictures) {
      pictures.push_back(
          {.title = fmt::format("{} of {}", counted(row.count, "GPU"), row.model->key),
           .model = row.model,
           .layout = row.layout});
    }
  }
  return pictures;
}

}  // namespace sectile::internal
