// The saved layout: how the GPUs of this machine shall be after a restart, which takes all
// instances away and, from Hopper on, the MIG mode too.
//
// A `kind: Layout` file with one label, an entry for each GPU by UUID with every placement, kept as
// a document of the state file. docs/formats/saved-layout.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"

namespace sectile {

inline constexpr const char* kSavedLayout = "saved-layout";  // The name of the document.

// The node as it is, or as it will be once `plan` is carried out. `when` is for people. A mode that
// waits for a reset counts as what it will be.
std::string write_saved_layout(const Snapshot& now, const ChangePlan& plan, std::string_view when);

struct SavedTargets {
  std::vector<GpuTarget> targets;    // In order of index.
  std::vector<std::string> missing;  // UUIDs of GPUs that are not there.
};

// What the document asks of the GPUs that there are. Fails with kInvalidArgument for a document
// that nobody could have saved, and as parse_layout() does if a GPU no longer offers a profile.
Result<SavedTargets> saved_targets(std::string_view document, const Snapshot& now);

}  // namespace sectile
