// What surrounds a change, as the options say: the companions of apply/companions.h.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sectile/apply/companions.h"
#include "sectile/apply/holders.h"
#include "sectile/base/result.h"
#include "src/cli/session.h"

namespace sectile::cli {

class Surround {
 public:
  // What an interrupted change left to be done, for a repair.
  explicit Surround(const Session& session);

  // Of a verb with the options of table/surround.h, or with none of them. `label`: the
  // configuration that was chosen, for hooks. Fails with kInvalidArgument for a hooks file that
  // cannot be read. `session` must outlive it.
  static Result<Surround> read(const Session& session, const std::string& label);

  // In the order in which change() and repair() take them. Valid while this lives and is not moved.
  std::vector<Companion*> companions() { return {&hooks_, &services_, &names_}; }

  // Where nothing differs, the hooks that frame a change run all the same, as with mig-parted.
  Status frame_nothing() const;

  // Whether somebody is in the way, and everybody who is belongs to a service that will be stopped.
  bool frees(const ChangePlan& plan, const Holders& holders) const;

  // For a dry run, lines for people: which services would be stopped, which may be in the way.
  std::vector<std::string> service_notes(const ChangePlan& plan) const;

 private:
  Surround(HookSettings hooks, ServiceSettings services, NameSettings names);

  HookSettings hook_settings_;
  ServiceSettings service_settings_;
  HookCompanion hooks_;
  ServiceCompanion services_;
  NameCompanion names_;
};

}  // namespace sectile::cli
