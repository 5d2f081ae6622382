// The journal for people and for programs.
#pragma once

#include <span>
#include <string>

#include "sectile/apply/journal.h"

namespace sectile::cli {

// "alice"; "alice (sudo)"; "uid 1000" if the system does not know the name.
std::string author_text(const Author& author);

// Without the folder of the program: "sectile apply --yes".
std::string command_text(const Author& author);

// How a change ended: "taken back", "closed after a restart".
std::string end_text(ChangeState state);

// A line for each change, 80 columns wide. `running`: of the unfinished one, whether its process
// still is.
std::string log_table(std::span<const ChangeRecord> changes, bool running);

// One change with layouts and steps.
std::string log_entry(const ChangeRecord& change, std::span<const StepRecord> steps,
                      std::span<const StepRecord> planned, bool running);

// "sectile/log/v1". `steps`: of the only change, or none.
std::string log_json(std::span<const ChangeRecord> changes, std::span<const StepRecord> steps,
                     bool running);

}  // namespace sectile::cli
