// Page: what a report says, before it is known whether as text or as HTML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/text/draw.h"
#include "sectile/text/table.h"

namespace sectile::internal {

struct PageTable {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};

struct PageSection {
  std::string heading;
  std::string prose = {};  // A sentence or a few.
  std::optional<PageTable> table = {};
  std::vector<GpuPicture> pictures = {};  // In HTML only.
  std::vector<std::string> charts = {};   // SVG of chart.h; in HTML only.
};

struct Page {
  std::string title;
  std::vector<std::string> summary;  // Sentences, each on a line of its own.
  std::vector<PageSection> sections;
};

// At most 80 columns; of a long table the first rows, and how many more there are.
std::string page_text(const Page& page);

// One self-contained document: no script, font or link from elsewhere; light and dark.
std::string page_html(const Page& page);

// "1,234,567"
std::string grouped(std::int64_t number);

// "1 GPU", "3 GPUs", "1,000 instances"
std::string counted(std::int64_t number, std::string_view noun);

}  // namespace sectile::internal
