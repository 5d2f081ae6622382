// What a workload is like, out of a tree and into YAML.
#pragma once

#include <string>

#include "sectile/plan/advise.h"
#include "src/text/tree.h"

namespace sectile::internal {

// The value of `llm`.
LanguageModel read_language_model(Reader& reader, const Tree& tree);

// gpus, trusted, bursty, latency-critical, busy: those that are there.
void read_traits(Reader& reader, Fields& fields, WorkloadTraits& traits);

// The lines of an item of `workloads`, without those that say what is so anyway.
std::string write_traits(const WorkloadTraits& traits);

}  // namespace sectile::internal
