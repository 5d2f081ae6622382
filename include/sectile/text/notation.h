// Layout notation: how people write down what is on a GPU. docs/formats/notation.md is its grammar.
//
//   3g.40gb@4 2g.20gb@0 2g.20gb@2      profiles, each with its first memory slice
//   7g.80gb@0[3c 2c 2c]                compute instances in brackets
//   3x1g.10gb                          the same three times, placed by exact packing
//   3g 2g 2g                           short labels: the plain profile with so many compute slices
//   1g.10gb@0[]                        a GPU instance without any compute instance
//   -                                  nothing; "empty" is read as well
//
// Pure functions; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile {

// Largest profiles first, then ascending start. Every start is printed; compute instances only
// where they are not the one that fills the GPU instance, and their starts only where they are not
// the lowest free ones. parse_layout() reads it back as the same layout. A slot whose profile the
// model does not have prints as "profile7:0@4", which parse_layout() refuses.
std::string to_notation(const Model& model, const Layout& layout);

// One instance of it, "3g.40gb@4".
std::string to_notation(const Model& model, const Slot& slot);

// Starts that are left out are chosen so that everything fits if that is possible at all, with the
// most useful space left (plan/pack.h). Fails with kInvalidArgument for what is no notation and for
// a profile or start that the model does not have, with kUnsatisfiable for what does not fit.
Result<Layout> parse_layout(const Model& model, std::string_view text);

// Whether the notation says where each instance is, so that nothing was left to choose.
// Meaningful for what parse_layout() accepts.
bool names_every_start(std::string_view text);

// A layout with the model it is for, in one line: "h100-80gb-sxm5: 3g.40gb@4 2g.20gb@0".
struct GpuLayout {
  const Model* model = nullptr;
  Layout layout;

  friend bool operator==(const GpuLayout&, const GpuLayout&) = default;
};

std::string to_string(const GpuLayout& gpu);

// `models`: looked up by exact key before the catalogue; they must outlive the result. Fails as
// find_model() and parse_layout() do.
Result<GpuLayout> parse_gpu_layout(std::string_view text, std::span<const Model> models = {});

}  // namespace sectile
