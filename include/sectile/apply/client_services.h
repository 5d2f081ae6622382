// The services that are known to stand in a change's way, and systemctl.
//
// A GPU cannot be reset while a service keeps it open, and some services must be started again to
// see new instances. The catalogue says which, for what kind of change, and why. systemctl is found
// in PATH and is run without a shell and with time limits.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/base/result.h"
#include "sectile/text/unit_states.h"

namespace sectile {

// What a service has to be stopped for.
enum class StopFor : std::uint8_t {
  kInstances,  // Any change.
  kReset,      // A reset of a GPU: the mode change of an Ampere GPU.
  kAsked,      // Only if somebody names it: people or jobs depend on it.
};

struct ClientService {
  std::string_view unit;
  StopFor stop_for;
  std::string_view why;
};

// In the order in which they are stopped: those first that need the others. They are started in the
// opposite order.
std::span<const ClientService> client_services();

// What a change needs to have stopped: kReset counts if a GPU of the plan is to be reset. Of the
// catalogue if `catalogue`, and `asked` in any case, before the others and in its order.
std::vector<std::string> services_to_stop(const ChangePlan& plan, bool catalogue,
                                          std::span<const std::string> asked);

class Systemctl {
 public:
  Systemctl() = default;
  explicit Systemctl(std::chrono::milliseconds limit) : limit_(limit) {}

  // In the order of `units`, without those that are not installed and an alias only once. Fails
  // with kUnavailable if there is no systemctl or systemd does not run this machine.
  Result<std::vector<UnitState>> states(std::span<const std::string> units) const;

  // Both wait until it is done, but start() not while the machine is still starting: what waits
  // for us would wait for itself.
  Status stop(const std::string& unit) const;
  Status start(const std::string& unit) const;

  // Whether the machine is still starting. If systemctl does not say, it is not.
  bool starting() const;

 private:
  std::chrono::milliseconds limit_ = std::chrono::minutes(2);  // Of each call.
};

}  // namespace sectile
