#include "src/text/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "src/text/markup.h"

namespace sectile::internal {
namespace {

constexpr double kWidth = 880;
constexpr double kLeft = 56;
constexpr double kRight = 16;
constexpr double kTop = 34;
constexpr double kPlotHeight = 220;
constexpr double kBelow = 26;  // The names of the groups.
constexpr double kLegendRow = 20;
constexpr double kLegendItem = 216;  // Four to a row.
constexpr std::size_t kHues = 8;

double plot_width() {
  return kWidth - kLeft - kRight;
}

// A round number of which at most five make the range.
double tick_for(double range) {
  const double power = std::pow(10, std::floor(std::log10(range / 5)));
  for (const double step : {1.0, 2.0, 5.0, 10.0}) {
    if (step * power * 5 >= range) {
      return step * power;
    }
  }
  return 10 * power;
}

struct Axis {
  double low = 0;
  double high = 1;
  double tick = 0.2;

  double y(double value) const {
    return kTop + kPlotHeight * (1 - (std::clamp(value, low, high) - low) / (high - low));
  }
};

Axis axis_for(double low, double high) {
  if (!(high > low)) {
    high = low + 1;
  }
  const double tick = tick_for(high - low);
  return {
      .low = std::floor(low / tick) * tick, .high = std::ceil(high / tick) * tick, .tick = tick};
}

std::string number(double value) {
  return fmt::format("{:.6g}", value);
}

std::string lines_of(const Axis& axis) {
  std::string svg;
  const auto steps = static_cast<int>(std::lround((axis.high - axis.low) / axis.tick));
  for (int i = 0; i <= steps; ++i) {
    const double value = axis.low + i * axis.tick;
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0:.0f}\" x2=\"{1:.0f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text class=\"tick\" x=\"{3:.0f}\" y=\"{4:.1f}\">{5}</text>\n",
        kLeft, kWidth - kRight, axis.y(value), kLeft - 6, axis.y(value) + 4, number(value));
  }
  return svg;
}

std::string legend(const std::vector<std::string>& series, double top) {
  std::string svg;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double x = kLeft + static_cast<double>(i % 4) * kLegendItem;
    const std::size_t row = i / 4;
    const double y = top + static_cast<double>(row) * kLegendRow;
    constexpr std::size_t kShown = 30;
    const std::string name =
        series[i].size() > kShown ? series[i].substr(0, kShown - 2) + ".." : series[i];
    svg += fmt::format(
        "<rect class=\"s{0}\" x=\"{1:.0f}\" y=\"{2:.0f}\" width=\"12\" height=\"12\" rx=\"2\"/>"
        "<text class=\"name\" x=\"{3:.0f}\" y=\"{4:.0f}\">{5}</text>\n",
        i % kHues, x, y, x + 18, y + 10, markup(name));
  }
  return svg;
}

std::string frame(const std::string& title, const std::string& unit,
                  const std::vector<std::string>& series, const std::string& inside) {
  const double legend_top = kTop + kPlotHeight + kBelow + 10;
  const std::size_t rows = (series.size() + 3) / 4;
  const std::string label = markup(unit.empty() ? title : title + ", " + unit);
  return fmt::format(
      "<svg class=\"chart\" viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" aria-label=\"{2}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n<text class=\"title\" x=\"{3:.0f}\" "
      "y=\"18\">{2}</text>\n{4}{5}</svg>\n",
      kWidth, legend_top + static_cast<double>(rows) * kLegendRow, label, kLeft, inside,
      legend(series, legend_top));
}

std::string bar_of(const Bar& bar, const Axis& axis, double x, double width, std::size_t hue) {
  const double top = axis.y(bar.value);
  std::string svg = fmt::format(
      "<rect class=\"s{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"1.5\">"
      "<title>{} ± {}</title></rect>",
      hue % kHues, x, top, width, std::max(0.5, axis.y(axis.low) - top), number(bar.value),
      number(bar.half_width));
  if (bar.half_width > 0) {
    svg += fmt::format(
        "<line class=\"error\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>",
        x + width / 2, axis.y(bar.value - bar.half_width), axis.y(bar.value + bar.half_width));
  }
  return svg + "\n";
}

}  // namespace

std::string draw(const BarChart& chart) {
  double low = chart.from_zero ? 0 : INFINITY;
  double high = 0;
  for (const std::vector<Bar>& group : chart.bars) {
    for (const Bar& bar : group) {
      low = std::min(low, bar.value - bar.half_width);
      high = std::max(high, bar.value + bar.half_width);
    }
  }
  if (!chart.from_zero && std::isfinite(low)) {
    // Room below the least, so that bars that are all alike can still be seen.
    low = std::max(0.0, low - std::max((high - low) / 8, high / 50));
  } else {
    low = 0;
  }
  Axis axis = axis_for(low, high);
  if (chart.unit == "%" && high <= 100) {
    axis.high = std::min(axis.high, 100.0);
  }
  std::string svg = lines_of(axis);
  const double group_width =
      plot_width() / static_cast<double>(std::max<std::size_t>(1, chart.groups.size()));
  for (std::size_t g = 0; g < chart.groups.size(); ++g) {
    const double left = kLeft + static_cast<double>(g) * group_width;
    const double all = group_width * 0.8;
    const double each =
        std::min(72.0, all / static_cast<double>(std::max<std::size_t>(1, chart.bars[g].size())));
    const double first =
        left + (group_width - each * static_cast<double>(chart.bars[g].size())) / 2;
    for (std::size_t i = 0; i < chart.bars[g].size(); ++i) {
      svg += bar_of(chart.bars[g][i], axis, first + static_cast<double>(i) * each + 1.5,
                    std::max(1.0, each - 3), i);
    }
    svg += fmt::format("<text class=\"group\" x=\"{:.1f}\" y=\"{:.0f}\">{}</text>\n",
                       left + group_width / 2, kTop + kPlotHeight + 18, markup(chart.groups[g]));
  }
  return frame(chart.title, chart.unit, chart.series, svg);
}

std::string draw(const DistributionChart& chart) {
  double high = 0;
  for (const std::vector<double>& values : chart.values) {
    high = values.empty() ? high : std::max(high, values.back());
  }
  constexpr int kPoints = 100;
  const Axis axis{.low = 0, .high = 100, .tick = 20};
  const double range = high > 0 ? high : 1;
  std::string svg = lines_of(axis);
  for (std::size_t i = 0; i < chart.values.size(); ++i) {
    const std::vector<double>& values = chart.values[i];
    std::string points;
    for (int p = 0; p <= kPoints && !values.empty(); ++p) {
      const double x = range * p / kPoints;
      const auto below = std::ranges::upper_bound(values, x) - values.begin();
      const double share = 100 * static_cast<double>(below) / static_cast<double>(values.size());
      points += fmt::format("{:.1f},{:.1f} ", kLeft + plot_width() * p / kPoints, axis.y(share));
    }
    svg += fmt::format("<polyline class=\"l{}\" points=\"{}\"/>\n", i % kHues, points);
  }
  for (int p = 0; p <= 4; ++p) {
    svg +=
        fmt::format("<text class=\"group\" x=\"{:.1f}\" y=\"{:.0f}\">{}</text>\n",
                    kLeft + plot_width() * p / 4, kTop + kPlotHeight + 18, number(range * p / 4));
  }
  return frame(chart.title, chart.unit, chart.series, svg);
}

std::string_view chart_style() {
  return R"(
.chart { --h0: #2f6db3; --h1: #c2652a; --h2: #3d8a4a; --h3: #8a5bb5; --h4: #b8892b; --h5: #2a8f96;
  --h6: #b5477f; --h7: #6b7280; --ink: #1f2328; --quiet: #59636e; --grid: #d5dae0; }
@media (prefers-color-scheme: dark) { .chart { --h0: #6aa5e8; --h1: #e8935a; --h2: #6fbf7c;
  --h3: #b793e0; --h4: #dfb559; --h5: #5cc0c7; --h6: #e07fb0; --h7: #9aa5b1; --ink: #e6edf3;
  --quiet: #9aa5b1; --grid: #39424c; } }
.chart text { font: 12px system-ui, sans-serif; fill: var(--quiet); }
.chart .title { font-size: 14px; font-weight: 600; fill: var(--ink); }
.chart .name { fill: var(--ink); } .chart .tick { text-anchor: end; }
.chart .group { text-anchor: middle; } .chart .grid { stroke: var(--grid); }
.chart .error { stroke: var(--ink); stroke-width: 1.5; } .chart polyline { fill: none; stroke-width: 2; }
.s0 { fill: var(--h0); } .s1 { fill: var(--h1); } .s2 { fill: var(--h2); } .s3 { fill: var(--h3); }
.s4 { fill: var(--h4); } .s5 { fill: var(--h5); } .s6 { fill: var(--h6); } .s7 { fill: var(--h7); }
.l0 { stroke: var(--h0); } .l1 { stroke: var(--h1); } .l2 { stroke: var(--h2); }
.l3 { stroke: var(--h3); } .l4 { stroke: var(--h4); } .l5 { stroke: var(--h5); }
.l6 { stroke: var(--h6); } .l7 { stroke: var(--h7); }
)";
}

}  // namespace sectile::internal
