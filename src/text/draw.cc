#include "sectile/text/draw.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/text/notation.h"
#include "src/text/canvas.h"
#include "src/text/glyphs.h"
#include "src/text/picture.h"
#include "src/text/svg_canvas.h"
#include "src/text/text_canvas.h"

namespace sectile {
namespace {

using internal::Block;
using internal::Canvas;
using internal::Fact;
using internal::Mark;
using internal::Place;
using internal::Point;

constexpr int kWidthMin = 40;
constexpr int kWidthSvg = 80;
constexpr int kLabels = 7;       // Columns left of the blocks: "memory ".
constexpr int kFactLabels = 16;  // "compute slices  ".
constexpr int kGutter = 4;       // Columns between two GPUs that stand side by side.

// A row of words inside the blocks, with its label at the left.
struct Row {
  std::string_view label;
  std::string Block::* words;
  std::string_view classes;
};

constexpr Row kRows[] = {{.label = "MiB", .words = &Block::memory, .classes = "amount"},
                         {.label = "CIs", .words = &Block::compute, .classes = "compute"},
                         {.label = "owner", .words = &Block::owner, .classes = "owner"}};

std::string classes_of(const Block& block) {
  switch (block.kind) {
    case Block::Kind::kFree:
      return "free";
    case Block::Kind::kWhole:
      return "whole";
    case Block::Kind::kInstance:
      break;
  }
  return fmt::format("slot compute-{}{}", block.compute_slices, block.idle ? " idle" : "");
}

// One GPU on a canvas: knows where its parts stand.
class GpuDrawing {
 public:
  GpuDrawing(Canvas& canvas, const GpuPicture& gpu, std::size_t index)
      : canvas_(canvas),
        gpu_(gpu),
        id_(fmt::format("gpu-{}", index)),
        blocks_(internal::blocks_of(gpu)) {
    for (const Row& row : kRows) {
      if (std::ranges::any_of(blocks_,
                              [&row](const Block& b) { return !(b.*row.words).empty(); })) {
        rows_.push_back(row);
      }
    }
  }

  // With the top left corner at `origin`; returns the first row below.
  int draw(const Point& origin, int width) {
    left_ = origin.x;
    width_ = width;
    y_ = origin.y;
    cell_ = std::max((width - kLabels - 1) / internal::ruler_length(gpu_), 2);
    canvas_.begin({.id = id_, .classes = "gpu", .title = {}});
    title();
    ruler();
    blocks();
    for (const Fact& fact : internal::facts_of(gpu_, blocks_)) {
      this->fact(fact);
    }
    notes();
    canvas_.end();
    return y_;
  }

 private:
  int edge(int slice) const { return left_ + kLabels + slice * cell_; }
  static int room(const Block& block, int cell) { return block.placement.size * cell - 1; }

  Place inside(const Block& block, int y) const {
    return Place::between(edge(block.placement.start), edge(block.placement.end()), y);
  }

  // Name of the GPU at the left, of its model at the right.
  void title() {
    const std::string model = canvas_.fit(gpu_.model->key, width_ / 2);
    const int right = edge(internal::ruler_length(gpu_));
    const int room = right - left_ - internal::columns(model) - 2;
    canvas_.text(Place::from({left_, y_}), canvas_.fit(gpu_.title, room),
                 {.classes = "title", .strong = true});
    canvas_.text(Place::up_to({right, y_}), model, {.classes = "label", .faint = true});
    y_ += 1;
  }

  void ruler() {
    const Mark mark{.classes = "ruler", .faint = true};
    label("memory");
    for (int slice = 0; slice < internal::ruler_length(gpu_); ++slice) {
      const std::string number = std::to_string(slice);
      if (internal::columns(number) < cell_) {
        canvas_.text(Place::between(edge(slice), edge(slice + 1), y_), number, mark);
      }
      canvas_.tick({edge(slice), y_ + 1}, {.classes = "tick"});
    }
    canvas_.tick({edge(internal::ruler_length(gpu_)), y_ + 1}, {.classes = "tick"});
    y_ += 1;
  }

  void blocks() {
    const int height = static_cast<int>(rows_.size()) + 2;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      canvas_.text(Place::from({left_, y_ + 2 + static_cast<int>(i)}), rows_[i].label,
                   {.classes = "label", .faint = true});
    }
    for (const Block& block : blocks_) {
      canvas_.begin(
          {.id = fmt::format("{}-{}-{}", id_, block.kind == Block::Kind::kFree ? "free" : "slot",
                             block.placement.start),
           .classes = classes_of(block),
           .title = internal::in_words(block)});
      this->block(block, height);
      canvas_.end();
    }
    y_ += height + 1;
  }

  void block(const Block& block, int height) {
    const bool free = block.kind == Block::Kind::kFree;
    const int left = edge(block.placement.start);
    const Mark ink{.classes = "name", .compute = block.compute_slices, .faint = free};
    canvas_.box({left, y_, edge(block.placement.end()) - left, height},
                {.classes = "block", .compute = block.compute_slices, .dashed = free});
    const int middle = free ? static_cast<int>(rows_.size()) / 2 : 0;
    canvas_.text(inside(block, y_ + 1 + middle), name_that_fits(block), ink);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const Row& row = rows_[i];
      Mark mark = ink;
      mark.classes = row.classes;
      mark.faint = row.words == &Block::owner && block.idle;
      canvas_.text(inside(block, y_ + 2 + static_cast<int>(i)), words_that_fit(block, row), mark);
    }
  }

  std::string name_that_fits(const Block& block) const {
    const auto found = std::ranges::find_if(block.names, [this, &block](const std::string& name) {
      return internal::columns(name) <= room(block, cell_);
    });
    return found == block.names.end() ? "" : *found;
  }

  // Numbers are whole or not there; words may be cut.
  std::string words_that_fit(const Block& block, const Row& row) const {
    const std::string& words = block.*row.words;
    const bool number = row.words == &Block::memory;
    const bool fits = internal::columns(words) <= room(block, cell_);
    return number && !fits ? "" : canvas_.fit(words, room(block, cell_));
  }

  bool cut(const Block& block) const {
    return block.kind == Block::Kind::kInstance &&
           (name_that_fits(block) != block.names.front() ||
            std::ranges::any_of(rows_, [this, &block](const Row& row) {
              return internal::columns(block.*row.words) > room(block, cell_);
            }));
  }

  void label(std::string_view text) {
    canvas_.text(Place::from({left_, y_}), text, {.classes = "label", .faint = true});
  }

  void fact(const Fact& fact) {
    const int indent = left_ + kLabels;
    const int room = left_ + width_ - indent - kFactLabels;
    canvas_.text(Place::from({indent, y_}), fact.label, {.classes = "label", .faint = true});
    for (const std::string& line : internal::wrap(fact.parts, room)) {
      canvas_.text(Place::from({indent + kFactLabels, y_}), canvas_.fit(line, room),
                   {.classes = "fact"});
      y_ += 1;
    }
  }

  // What did not fit into its block, then what the caller has to say.
  void notes() {
    const int room = width_ - kLabels;
    for (const Block& block : blocks_) {
      if (cut(block)) {
        note(canvas_.fit(internal::in_words(block), 2 * room));
      }
    }
    for (const std::string& note : gpu_.notes) {
      this->note(internal::clean(note));
    }
  }

  void note(std::string_view text) {
    const int indent = left_ + kLabels;
    const int room = left_ + width_ - indent;
    for (const std::string& line : internal::wrap(text, room)) {
      canvas_.text(Place::from({indent, y_}), canvas_.fit(line, room), {.classes = "note"});
      y_ += 1;
    }
  }

  Canvas& canvas_;
  const GpuPicture& gpu_;
  std::string id_;
  std::vector<Block> blocks_;
  std::vector<Row> rows_;  // Those of kRows that say something here.
  int left_ = 0;
  int width_ = 0;
  int y_ = 0;
  int cell_ = 0;  // Columns of a memory slice, its left edge included.
};

// The GPUs in rows; returns the first row below.
int draw(Canvas& canvas, std::span<const GpuPicture> gpus, int width) {
  const int abreast = canvas.pictures_abreast(static_cast<int>(gpus.size()));
  int top = 0;
  int bottom = 0;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    SECTILE_CHECK(gpus[i].model != nullptr);
    const int column = static_cast<int>(i) % abreast;
    top = column == 0 && i > 0 ? bottom + 1 : top;
    const Point origin{column * (width + kGutter), top};
    bottom = std::max(bottom, GpuDrawing(canvas, gpus[i], i).draw(origin, width));
  }
  return bottom;
}

std::string describe(std::span<const GpuPicture> gpus) {
  std::string result;
  for (const GpuPicture& gpu : gpus) {
    result += result.empty() ? "" : " ";
    result += fmt::format("{} ({}): {}.", gpu.title, gpu.model->key,
                          gpu.mig_enabled ? to_notation(*gpu.model, gpu.layout) : "MIG is off");
  }
  return result;
}

// The numbers of compute slices that occur; 0 for free.
std::set<int> compute_slices_in(std::span<const GpuPicture> gpus) {
  std::set<int> result;
  for (const GpuPicture& gpu : gpus) {
    if (gpu.mig_enabled) {
      std::ranges::transform(internal::blocks_of(gpu), std::inserter(result, result.end()),
                             &Block::compute_slices);
    }
  }
  return result;
}

// What the colours mean.
void legend(Canvas& canvas, std::span<const GpuPicture> gpus, int y) {
  canvas.begin({.id = "legend", .classes = "legend"});
  int x = kLabels;
  for (const int compute : compute_slices_in(gpus)) {
    const bool free = compute == 0;
    canvas.begin({.classes = free ? "free" : fmt::format("slot compute-{}", compute)});
    canvas.swatch({x, y}, {.classes = "block", .compute = compute, .dashed = free});
    canvas.end();
    const std::string words = free           ? "free"
                              : compute == 1 ? "1 compute slice"
                                             : fmt::format("{} compute slices", compute);
    canvas.text(Place::from({x + 3, y}), words, {.classes = "label", .faint = true});
    x += 4 + internal::columns(words);
  }
  canvas.end();
}

}  // namespace

std::string draw_text(std::span<const GpuPicture> gpus, const TextStyle& style) {
  internal::TextCanvas canvas(style.unicode, style.colour);
  draw(canvas, gpus, std::max(style.width, kWidthMin));
  return canvas.str();
}

std::string draw_svg(std::span<const GpuPicture> gpus) {
  internal::SvgCanvas canvas;
  const int y = draw(canvas, gpus, kWidthSvg);
  if (!gpus.empty()) {
    legend(canvas, gpus, y + 1);
  }
  const std::size_t count = gpus.size();
  return canvas.str(fmt::format("MIG layout of {} GPU{}", count, count == 1 ? "" : "s"),
                    describe(gpus));
}

}  // namespace sectile
