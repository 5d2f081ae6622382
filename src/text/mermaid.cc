#include "sectile/text/mermaid.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "src/text/glyphs.h"
#include "src/text/picture.h"

namespace sectile {
namespace {

constexpr int kLabelMax = 60;  // Columns.

// What no label may hold: quotes end it, "#" and ";" make entities, "%" directives, "`" Markdown,
// and the rest is markup of Mermaid or HTML.
constexpr std::string_view kSpecial = "\"#;%`<>&{}[]|\\$";

std::string label(std::string_view hostile) {
  std::string result = internal::shorten(hostile, kLabelMax);
  std::ranges::replace_if(result, [](char c) { return kSpecial.contains(c); }, '?');
  return result;
}

// "all-balanced" as "All-Balanced".
std::string capitalised(std::string_view strategy) {
  std::string result = label(strategy);
  bool first = true;
  for (char& c : result) {
    if (first && c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    }
    first = c == '-' || c == ' ';
  }
  return result;
}

// Compute slices of all instances, by those of one and by name; and what no instance has.
struct Shares {
  std::map<std::pair<int, std::string>, int> taken;
  int unused = 0;
};

Shares shares_of(std::span<const GpuPicture> gpus) {
  Shares shares;
  for (const GpuPicture& gpu : gpus) {
    int left = gpu.model->compute_slices;
    for (const internal::Block& block : internal::blocks_of(gpu)) {
      if (block.compute_slices > 0) {
        shares.taken[{block.compute_slices, block.names.front()}] += block.compute_slices;
        left -= block.compute_slices;
      }
    }
    shares.unused += std::max(left, 0);
  }
  return shares;
}

std::string words_of(const internal::Block& block) {
  std::string compute = block.compute;  // In round brackets: square ones end a label.
  std::ranges::replace(compute, '[', '(');
  std::ranges::replace(compute, ']', ')');
  return label(block.names.front() + compute) +
         (block.owner.empty() ? "" : "<br/>" + label(block.owner));
}

// GPUs with different numbers of memory slices share one grid. Few numbers occur, and all of them
// divide 24 on real models; whoever makes up models may get a wide grid.
int columns_for(std::span<const GpuPicture> gpus) {
  int columns = 1;
  for (const GpuPicture& gpu : gpus) {
    columns = std::lcm(columns, internal::ruler_length(gpu));
  }
  return columns;
}

}  // namespace

std::string mermaid_pie(std::span<const GpuPicture> gpus, std::string_view strategy) {
  const Shares shares = shares_of(gpus);
  std::string result = "pie title MIG Allocation";
  result += strategy.empty() ? "\n" : " (" + capitalised(strategy) + " Strategy)\n";
  for (const auto& [profile, slices] : shares.taken) {
    result += fmt::format("    \"{}\" : {}\n", label(profile.second), slices);
  }
  if (shares.unused > 0) {
    result += fmt::format("    \"unused\" : {}\n", shares.unused);
  }
  return result;
}

std::string mermaid_blocks(std::span<const GpuPicture> gpus) {
  using Kind = internal::Block::Kind;
  const int columns = columns_for(gpus);
  std::string result = fmt::format("block-beta\n  columns {}\n", columns);
  std::string titles;
  std::string free;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const GpuPicture& gpu = gpus[i];
    const std::string title = fmt::format("gpu{}title", i);
    result += fmt::format("  {}[\"{}\"]:{}\n", title,
                          label(gpu.title + " (" + gpu.model->key + ")"), columns);
    titles += (titles.empty() ? "" : ",") + title;
    for (const internal::Block& block : internal::blocks_of(gpu)) {
      const bool is_free = block.kind == Kind::kFree;
      const std::string id =
          fmt::format("gpu{}{}{}", i, is_free ? "free" : "slot", block.placement.start);
      result += fmt::format("  {}[\"{}\"]:{}\n", id, words_of(block),
                            block.placement.size * (columns / internal::ruler_length(gpu)));
      free += is_free ? (free.empty() ? "" : ",") + id : "";
    }
  }
  if (!titles.empty()) {
    result += "  classDef title fill:none,stroke:none\n  class " + titles + " title\n";
  }
  if (!free.empty()) {
    result += "  classDef free fill:none,stroke-dasharray:4\n  class " + free + " free\n";
  }
  return result;
}

}  // namespace sectile
