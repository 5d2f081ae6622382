// Charts for reports: plain SVG without script, fonts or links, readable in light and dark.
//
// Pure functions. The page brings the style sheet (chart_style()), once for all of its charts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sectile::internal {

// A bar with the half of its confidence interval; 0: none is drawn.
struct Bar {
  double value = 0;
  double half_width = 0;
};

struct BarChart {
  std::string title = {};
  std::string unit = {};                    // "%", "s"
  std::vector<std::string> series = {};     // What colours mean; at most eight are told apart.
  std::vector<std::string> groups = {};     // Below the axis.
  std::vector<std::vector<Bar>> bars = {};  // [group][series]
  bool from_zero = true;                    // false: the axis begins a little below the least bar.
};

std::string draw(const BarChart& chart);

// For each series its values ascending: what share of them is at most so much.
struct DistributionChart {
  std::string title = {};
  std::string unit = {};
  std::vector<std::string> series = {};
  std::vector<std::vector<double>> values = {};
};

std::string draw(const DistributionChart& chart);

std::string_view chart_style();

}  // namespace sectile::internal
