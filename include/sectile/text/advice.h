// Advice in words, as JSON, and as what plan takes.
//
// Pure functions; thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/plan/advise.h"
#include "sectile/plan/memory_estimate.h"
#include "sectile/plan/want.h"

namespace sectile {

struct AdvisedWorkload {
  Want want;
  WorkloadTraits traits;
  Advice advice;
  std::optional<MemoryEstimate> estimate = {};  // If its memory was worked out.
};

// The rule that decided for each workload and its numbers, what speaks beside it, and the wants;
// then, if anything shall share a GPU, what sharing does not give.
std::string explain(std::span<const AdvisedWorkload> workloads);

// "sectile/advice/v1".
std::string advice_json(std::span<const AdvisedWorkload> workloads);

// The slices that are advised, by profile: for plan --want, or as kind Workloads for plan -f.
std::vector<Want> advised_wants(std::span<const AdvisedWorkload> workloads);

// The parts of an estimate with their formulas.
std::string explain(const LanguageModel& model, const MemoryEstimate& estimate);

// How each profile of the models stands to it; with more than one model the smallest safe profile
// of each.
std::string fits_table(std::span<const Model* const> models, const MemoryEstimate& estimate);

// "sectile/memory/v1": the estimate and how each profile of each model stands to it.
std::string memory_json(std::span<const Model* const> models, const LanguageModel& model,
                        const MemoryEstimate& estimate);

}  // namespace sectile
