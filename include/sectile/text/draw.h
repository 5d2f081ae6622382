// Drawings of GPUs: what is where, who holds it, and what still fits.
//
// One description, two forms: text for terminals and SVG for pages and documents. Names and notes
// may come from anywhere: control characters, markup and broken UTF-8 are neutralised. Pure
// functions; thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// One GPU as it shall be drawn.
struct GpuPicture {
  std::string title = {};        // "gpu0", a UUID, or both; for people.
  const Model* model = nullptr;  // Must outlive the call, and be valid.
  Layout layout = {};            // Of that model.
  std::vector<std::string> owners =
      {};  // Parallel to layout.slots(), "" for idle; empty: not known.
  std::vector<std::string> notes = {};  // Sentences under the picture.
  bool mig_enabled = true;              // false: drawn as one undivided GPU, without the layout.
};

struct TextStyle {
  int width = 80;       // Columns that no line exceeds; below 40 counts as 40.
  bool colour = false;  // ANSI colours.
  bool unicode = true;  // Box-drawing characters; otherwise ASCII only, owners included.
};

// A ruler of memory slices, a block for each instance and each free run, compute slices in words,
// and the profiles that still fit. Ends with a newline unless there is nothing to draw.
std::string draw_text(std::span<const GpuPicture> gpus, const TextStyle& style = {});

// The same as a self-contained SVG document: no script, font or link from elsewhere; follows the
// reader's light or dark scheme. Ids are stable: "gpu-0" for the first GPU, "gpu-0-slot-4" for the
// instance that starts at its memory slice 4, "gpu-0-free-6" for a free run. Classes: "gpu",
// "slot", "compute-3" (compute slices), "free", "idle" (known to have no owner).
std::string draw_svg(std::span<const GpuPicture> gpus);

// The plain profiles that can still be created beside `layout`, as sets of which none is part of
// another: "1x 3g.40gb or 1x 2g.20gb + 1x 1g.10gb". At most `sets_max` sets, those with the
// largest profiles first, then "or 3 more sets". "nothing" if nothing fits.
std::string still_fits(const Model& model, const Layout& layout, int sets_max = 3);

}  // namespace sectile
