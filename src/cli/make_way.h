// Waiting for those who are in the way of a change, and evicting them.
#pragma once

#include <chrono>
#include <optional>

#include "sectile/apply/evict.h"
#include "src/cli/desired.h"
#include "src/cli/live.h"
#include "src/cli/session.h"

namespace sectile::cli {

// What the options say about those who are in the way.
struct Patience {
  std::optional<std::chrono::seconds> wait;  // --wait
  bool evict = false;                        // --evict
  std::chrono::seconds grace{30};            // --grace
};
Result<Patience> read_patience(const Arguments& arguments);

// Waits until nobody is in the way any more, or until the time is over: then what was prepared last
// still has somebody. Says whom it waits for. NVML is open only while it looks, and it looks at
// once when one of them ends. Fails as prepare_change() does.
Result<Prepared> wait_for_holders(const Session& session, const Request& request, Prepared prepared,
                                  std::chrono::seconds time);

// Ends those in the way, as evict() does, and prepares anew. `agreed`: who was named when it was
// asked; nobody else is touched. Fails with kBusy, and touches nobody, if some are not to be ended.
Result<Prepared> evict_holders(const Session& session, const Request& request,
                               const Prepared& prepared, const std::vector<Victim>& agreed,
                               std::chrono::seconds grace);

// The error of a change that failed, with everybody who has its GPUs open if the driver refused
// because somebody does: it does not say who, and NVML names only those who run something.
Error with_suspects(Error error, const Prepared& prepared);

// Those who would have to end, with a line for each, to be read before anything happens. Fails as
// evict_holders() does.
Result<EvictionPlan> eviction_of(const Prepared& prepared);
std::string victims_text(const std::vector<Victim>& victims);

}  // namespace sectile::cli
