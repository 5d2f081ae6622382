// What surrounds a change: hooks, services that stop and start again, and the new names of MIG
// devices. Each is a Companion of change.h; give them to it in the order of this file, so that
// hooks come first and go last.
//
// What has to be made good is written to the state file before it is needed, so that exit() does it
// in a repair as well, where nothing of the interrupted process is left.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sectile/apply/change.h"
#include "sectile/apply/client_services.h"
#include "sectile/apply/host_paths.h"
#include "sectile/base/result.h"
#include "sectile/text/hooks.h"

namespace sectile {

using Say = std::function<void(const std::string&)>;

// docs/formats/hooks.md says what hooks are given and when they run.
struct HookSettings {
  HooksConfig hooks;
  std::map<std::string, std::string> variables;  // MIG_PARTED_*: how Sectile was called.
  bool show_output = false;                      // Also of hooks that succeed.
  std::chrono::milliseconds limit = std::chrono::minutes(10);  // Of each hook.
  Say say;                                                     // A line for people; may be empty.
};

// Runs the hooks of one point one after the other, each with `more` beside its own variables. Of
// apply-exit all are run, and of other points those up to the first that fails. Fails as
// run_to_success() does, naming the hook.
Status run_hooks(const HookSettings& settings, HookPoint point,
                 const std::map<std::string, std::string>& more);

class HookCompanion : public Companion {
 public:
  // Without settings it runs what an interrupted change left to be run, and nothing else.
  explicit HookCompanion(HookSettings settings = {}) : settings_(std::move(settings)) {}

  Status start(const ChangeContext& context) override;
  Status before_mode(const ChangeContext& context) override;
  Status before_config(const ChangeContext& context) override;
  Status exit(const ChangeContext& context, const Result<Applied>& outcome) override;

 private:
  HookSettings settings_;
};

struct ServiceSettings {
  bool catalogue = false;          // Stop what the catalogue says that the change needs.
  std::vector<std::string> asked;  // And these units.
  Systemctl systemctl;
  std::string boot_id_file = "/proc/sys/kernel/random/boot_id";
  Say say;
};

// Stops the services that are active, and starts the same again, in the opposite order. What else
// of the catalogue stopped with them, because it needs them, is started again too. After a restart
// of the machine there is nothing to start: systemd has.
class ServiceCompanion : public Companion {
 public:
  explicit ServiceCompanion(ServiceSettings settings = {}) : settings_(std::move(settings)) {}

  Status start(const ChangeContext& context) override;
  // Services may be who is in the way, and by then they are stopped.
  bool makes_way() const override { return settings_.catalogue || !settings_.asked.empty(); }
  Status exit(const ChangeContext& context, const Result<Applied>& outcome) override;

 private:
  Status stop(const ChangeContext& context, const std::vector<UnitState>& before);
  std::string start_again(const std::vector<std::string>& units) const;

  ServiceSettings settings_;
};

struct NameSettings {
  HostPaths paths;
  bool cdi = false;  // Write a CDI spec even if there is none yet.
  Say say;
};

// Writes uuids.json and the CDI spec, also after a failure: what was put back may have new names.
class NameCompanion : public Companion {
 public:
  explicit NameCompanion(NameSettings settings = {}) : settings_(std::move(settings)) {}

  Status after_success(const ChangeContext& context, const Applied& applied) override;
  Status exit(const ChangeContext& context, const Result<Applied>& outcome) override;

 private:
  Status write(const ChangeContext& context, const Snapshot& before, const Snapshot& after);

  NameSettings settings_;
  bool written_ = false;
};

}  // namespace sectile
