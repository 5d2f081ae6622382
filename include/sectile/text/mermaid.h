// Mermaid diagrams, for Markdown on pages that render it. https://mermaid.js.org
//
// Names are neutralised: no text of a GPU or an owner can end a label. Pure functions; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sectile/text/draw.h"

namespace sectile {

// A pie of the compute slices of all GPUs together: one entry for each profile, ascending by
// compute slices, with the total that its instances hold; "unused" if compute slices are left.
// `strategy` is "mixed" for the title "MIG Allocation (Mixed Strategy)"; may be empty.
std::string mermaid_pie(std::span<const GpuPicture> gpus, std::string_view strategy = {});

// A block diagram: a row for each GPU, a column for each of its memory slices, a block as wide as
// its instance, dashed ones for free runs.
std::string mermaid_blocks(std::span<const GpuPicture> gpus);

}  // namespace sectile
