#include "src/text/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/text/chart.h"
#include "src/text/lines.h"
#include "src/text/markup.h"

namespace sectile::internal {
namespace {

constexpr std::size_t kTextRows = 30;
constexpr std::size_t kHtmlRows = 2'000;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --line: #8884; --quiet: #777; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--quiet); font-weight: 500; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
.right { text-align: right; } .summary { font-size: 1.05rem; }
svg { max-width: 100%; height: auto; }
)";

PageTable shortened(const PageTable& table, std::size_t rows) {
  PageTable result{.columns = table.columns, .rows = {}};
  const std::size_t shown = std::min(rows, table.rows.size());
  result.rows.assign(table.rows.begin(), table.rows.begin() + static_cast<std::ptrdiff_t>(shown));
  return result;
}

std::string more_rows(const PageTable& table, std::size_t rows) {
  return table.rows.size() <= rows
             ? ""
             : fmt::format("and {} more; -o json has all",
                           grouped(static_cast<std::int64_t>(table.rows.size() - rows)));
}

std::string text_of(const PageTable& table) {
  Table lines(table.columns);
  for (const std::vector<std::string>& row : shortened(table, kTextRows).rows) {
    lines.add(row);
  }
  const std::string more = more_rows(table, kTextRows);
  return lines.text() + (more.empty() ? "" : more + '\n');
}

std::string cell(std::string_view tag, const Column& column, const std::string& text) {
  return fmt::format("<{0}{1}>{2}</{0}>", tag,
                     column.align == Align::kRight ? " class=\"right\"" : "", markup(text));
}

std::string html_of(const PageTable& table) {
  std::string html = "<table>\n<tr>";
  for (const Column& column : table.columns) {
    html += cell("th", column, column.header);
  }
  html += "</tr>\n";
  for (const std::vector<std::string>& row : shortened(table, kHtmlRows).rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += cell("td", table.columns[i], row[i]);
    }
    html += "</tr>\n";
  }
  const std::string more = more_rows(table, kHtmlRows);
  return html + "</table>\n" + (more.empty() ? "" : "<p>" + more + "</p>\n");
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string page_text(const Page& page) {
  Lines lines;
  for (const std::string& sentence : page.summary) {
    lines.add("", sentence);
  }
  std::string text = std::move(lines).str();
  for (const PageSection& section : page.sections) {
    if (section.prose.empty() && !section.table) {
      continue;  // Pictures only.
    }
    text += '\n' + section.heading + '\n';
    if (!section.prose.empty()) {
      Lines prose;
      prose.add("", section.prose);
      text += std::move(prose).str();
    }
    text += section.table ? text_of(*section.table) : "";
  }
  return text;
}

std::string page_html(const Page& page) {
  const bool charts = std::ranges::any_of(
      page.sections, [](const PageSection& section) { return !section.charts.empty(); });
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n"
      "<style>{1}{2}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
      markup(page.title), kStyle, charts ? chart_style() : "");
  for (const std::string& sentence : page.summary) {
    html += fmt::format("<p class=\"summary\">{}</p>\n", markup(sentence));
  }
  for (const PageSection& section : page.sections) {
    html += fmt::format("<h2>{}</h2>\n", markup(section.heading));
    html += section.prose.empty() ? "" : fmt::format("<p>{}</p>\n", markup(section.prose));
    html += section.table ? html_of(*section.table) : "";
    html += section.pictures.empty() ? "" : draw_svg(section.pictures);
    for (const std::string& chart : section.charts) {
      html += chart;
    }
  }
  return html + "</body>\n</html>\n";
}

}  // namespace sectile::internal
