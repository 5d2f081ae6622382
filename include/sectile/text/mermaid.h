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

// A block diagram: for each GPU its name and a row of blocks, each as wide as the memory slices of
// its instance, dashed ones for free runs.
std::string mermaid_blocks(std::span<const GpuPicture> gpus);

}  // namespace sectile
