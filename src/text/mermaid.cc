#include "sectile/text/mermaid.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

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

void add_shares(Shares& shares, const GpuPicture& gpu) {
  int left = gpu.model->compute_slices;
  for (const internal::Block& block : internal::blocks_of(gpu)) {
    if (block.compute_slices > 0) {
      shares.taken[{block.compute_slices, block.names.front()}] += block.compute_slices;
      left -= block.compute_slices;
    }
  }
  shares.unused += std::max(left, 0);
}

std::string words_of(const internal::Block& block) {
  std::string compute = block.compute;  // In round brackets: square ones end a label.
  std::ranges::replace(compute, '[', '(');
  std::ranges::replace(compute, ']', ')');
  return label(block.names.front() + compute) +
         (block.owner.empty() ? "" : "<br/>" + label(block.owner));
}

std::string node(std::string_view id, std::string_view words, int columns) {
  return fmt::format("  {}[\"{}\"]:{}\n", id, words, columns);
}

// Gives nodes a style of their own; nothing for no node.
std::string in_class(std::string_view name, std::string_view style,
                     const std::vector<std::string>& ids) {
  return ids.empty() ? ""
                     : fmt::format("  classDef {} {}\n  class {} {}\n", name, style,
                                   fmt::join(ids, ","), name);
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

// The blocks of the `index`th GPU; the ids of those that are free are added to `free`.
std::string blocks_text(const GpuPicture& gpu, std::size_t index, int scale,
                        std::vector<std::string>& free) {
  std::string text;
  for (const internal::Block& block : internal::blocks_of(gpu)) {
    const bool is_free = block.kind == internal::Block::Kind::kFree;
    const std::string id =
        fmt::format("gpu{}{}{}", index, is_free ? "free" : "slot", block.placement.start);
    text += node(id, words_of(block), block.placement.size * scale);
    if (is_free) {
      free.push_back(id);
    }
  }
  return text;
}

}  // namespace

std::string mermaid_pie(std::span<const GpuPicture> gpus, std::string_view strategy) {
  Shares shares;
  for (const GpuPicture& gpu : gpus) {
    add_shares(shares, gpu);
  }
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
  const int columns = columns_for(gpus);
  std::string result = fmt::format("block-beta\n  columns {}\n", columns);
  std::vector<std::string> titles;
  std::vector<std::string> free;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const GpuPicture& gpu = gpus[i];
    titles.push_back(fmt::format("gpu{}title", i));
    result += node(titles.back(), label(gpu.title + " (" + gpu.model->key + ")"), columns);
    result += blocks_text(gpu, i, columns / internal::ruler_length(gpu), free);
  }
  return result + in_class("title", "fill:none,stroke:none", titles) +
         in_class("free", "fill:none,stroke-dasharray:4", free);
}

}  // namespace sectile
