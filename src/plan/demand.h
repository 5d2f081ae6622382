// Demand: wants and GPUs sorted into the few kinds that planning tells apart.
//
// Wants that can be served by the same profiles are one class; GPUs of one model with the same kept
// layout are one kind. How many of each there are does not change what has to be searched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/want.h"

namespace sectile::internal {

// A way to serve one instance of a class.
struct Option {
  Choice choice = {};
  int rank = 0;      // Among the options of its class; 0 is best.
  int given_up = 0;  // Slices less than was wanted; 0 unless smaller ones are allowed.

  friend bool operator==(const Option&, const Option&) = default;
};

struct DemandClass {
  std::vector<std::vector<Option>> options = {};  // For each of Demand::models.
  std::vector<std::size_t> wants = {};            // Indices, ascending.
  int count = 0;                                  // Instances.
  int slices = 0;  // Memory and compute slices of the least option: what dropping one gives up.
};

struct GpuKind {
  std::size_t model = 0;               // Index into Demand::models.
  Layout kept = {};                    // The same on all of them.
  std::vector<std::size_t> gpus = {};  // Indices, ascending.
};

struct Demand {
  std::vector<const Model*> models = {};
  std::vector<GpuKind> kinds = {};
  std::vector<DemandClass> classes = {};
  std::vector<std::size_t> hopeless = {};  // Wants that no model can serve; in no class.
};

// Whether instances may be served by less than was wanted.
enum class Shrink : std::uint8_t { kNo, kYes };

Demand gather(std::span<const PlanGpu> gpus, std::span<const Want> wants,
              Shrink shrink = Shrink::kNo);

// The memory and compute slices of one instance.
int slices_of(const Choice& choice);

}  // namespace sectile::internal
