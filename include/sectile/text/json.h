// JSON output for programs. Every document has a `schema` field, "sectile/plan/v1", whose number
// changes when a reader would have to. docs/formats/json.md describes each.
//
// Two spaces of indentation, fields in a fixed order, a newline at the end. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"
#include "sectile/plan/pack.h"
#include "sectile/plan/transition.h"
#include "sectile/plan/want.h"
#include "sectile/text/config_gpu.h"

namespace sectile {

// "sectile/gpus/v1": the models in brief.
std::string gpus_json(std::span<const Model> models);

// "sectile/profiles/v1": one model with profiles, compute profiles and provenance.
std::string profiles_json(const Model& model);

// A GPU with a layout.
struct NamedLayout {
  std::string name;  // A UUID, or "gpu0".
  const Model* model = nullptr;
  Layout layout;
};

// "sectile/layouts/v1".
std::string layouts_json(std::span<const NamedLayout> gpus);

// "sectile/plan/v1", of wants that fit. Sizes of `gpus` and plan.layouts are equal.
std::string plan_json(std::span<const PlanGpu> gpus, std::span<const Want> wants, const Plan& plan);

// "sectile/plan/v1", of a strategy or a custom layout: `strategy` and the reasons name it.
std::string plan_json(std::span<const NamedLayout> gpus, std::string_view strategy,
                      std::span<const std::string> reasons);

// "sectile/plan/v1" with `"feasible": false`: what is missing and the nearest that fits.
std::string infeasible_json(std::span<const PlanGpu> gpus, std::span<const Want> wants,
                            const Infeasible& infeasible);

// What changes on one GPU.
struct GpuDiff {
  std::string name;
  const Model* model = nullptr;
  Layout from;
  Layout to;
  Transition transition;
};

// "sectile/diff/v1".
std::string diff_json(std::span<const GpuDiff> gpus);

// "sectile/error/v1": an error for programs, with the name of its code.
std::string error_json(const Error& error);
std::string_view name_of(ErrorCode code);  // "unsatisfiable"

// A plan read back: `sectile apply -f plan.json`.
struct PlanDocumentGpu {
  std::string name;      // A UUID, or "gpu0" for the GPU with index 0.
  std::string model;     // Key.
  std::string notation;  // Of the layout, every start given.
  struct Instance {
    unsigned profile_id = 0;
    int start = 0;
    friend auto operator<=>(const Instance&, const Instance&) = default;
  };
  std::vector<Instance> instances;  // The same said with ids; must agree.

  friend bool operator==(const PlanDocumentGpu&, const PlanDocumentGpu&) = default;
};

struct PlanDocument {
  std::string file;
  std::vector<PlanDocumentGpu> gpus;
};

// Reads "sectile/plan/v1" and "sectile/layouts/v1". Fails with kInvalidArgument at
// "file:line:column: ", and with kUnsatisfiable for the plan of wants that did not fit.
Result<PlanDocument> parse_plan_json(std::string_view text, std::string_view file);

// GPUs are found by UUID, or by index for names such as "gpu0"; the model must be the one that the
// plan was made for. GPUs that the plan leaves as they are count as selected too.
Result<Resolution> resolve_plan(const PlanDocument& plan, std::span<const ConfigGpu> gpus);

}  // namespace sectile
