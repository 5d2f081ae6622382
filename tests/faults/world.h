// World: one emulated node on which a scenario is run again and again, and how it looks from behind
// the driver, where no fault reaches and none of the code under test is asked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/apply.h"
#include "sectile/device/node.h"
#include "sectile/geometry/layout.h"
#include "sectile/nvml_abi/nvml.h"
#include "src/base/scratch_folder.h"
#include "src/emulator/state.h"
#include "src/emulator/store.h"
#include "tests/faults/scenario.h"

namespace sectile::faults {

// A GPU as its emulated driver knows it.
struct GpuView {
  const Model* model = nullptr;
  bool on = false;
  bool pending = false;
  Layout layout;
  // By start: the generations of the GPU instance and of its compute instances, which tell whether
  // it is still the same one.
  struct Identity {
    Placement placement;
    std::vector<std::uint32_t> generations;

    friend bool operator==(const Identity&, const Identity&) = default;
  };
  std::vector<Identity> identities;

  const Identity* find(const Placement& placement) const;
  bool looks_like(const GpuView& other) const {
    return on == other.on && pending == other.pending && layout == other.layout;
  }
};

using NodeView = std::vector<GpuView>;

bool alike(const NodeView& left, const NodeView& right);
// Not only alike, but the very same instances.
bool same(const NodeView& left, const NodeView& right);

// "gpu 0: 3g.40gb@4 is missing, MIG is off; gpu 2: ..." as an error should name it, each part once.
std::vector<std::string> named_differences(const NodeView& old, const NodeView& now);

std::string describe(const NodeView& view);

class World {
 public:
  // In a folder of its own, in memory. Ends the program with a message if the scenario is wrong.
  explicit World(const Scenario& scenario);

  // Everything as in the beginning: no faults, and no state file.
  void restore();
  void set_faults(std::string_view script);

  NodeView look() const;

  // Somebody starts a process in the youngest compute instance.
  struct Occupied {
    std::size_t gpu = 0;
    std::uint32_t gpu_instance = 0;  // Generations.
    std::uint32_t compute_instance = 0;
  };
  std::optional<Occupied> occupy_youngest();  // None: there is no instance.
  bool is_there(const Occupied& occupied) const;
  // What a restart of the machine does to its GPUs, and to what the state file says of the present.
  void restart();

  // What the scenario asks for: the plan, made once, and how the node shall be afterwards.
  const ChangePlan& plan() const { return plan_; }
  const NodeView& before() const { return before_; }
  const NodeView& after() const { return after_; }
  // Plans again, from the node as it is.
  Result<ChangePlan> plan_again(Node& node) const;

  const Scenario& scenario() const { return scenario_; }
  std::string node_folder() const { return folder_.path() / "node"; }
  std::string state_folder() const { return folder_.path() / "state"; }
  // The whole state file; empty if there is none.
  std::string state_bytes() const;

  ResetFn reset() const;
  ResetFn allowed_reset() const { return scenario_.may_reset ? reset() : ResetFn(); }

 private:
  void create();
  // Puts this process on the instance there.
  void occupy(std::size_t gpu, int start) const;
  void expect_before() const;
  void expect_after();
  std::vector<GpuTarget> targets(const Snapshot& now) const;

  const Scenario& scenario_;
  ScratchFolder folder_ = ScratchFolder::in_memory();
  std::unique_ptr<emulator::Store> store_;
  std::unique_ptr<emulator::Node> pristine_;
  ChangePlan plan_;
  NodeView before_;
  NodeView after_;
};

// An environment variable; empty if it is not set.
std::string setting(const char* name);

// The emulator's library as a Node that never waits. `hook` is told of each call before it is made
// and when it is over, then with what came of it; it may be empty.
struct Call {
  const char* function = "";
  bool over = false;
  nvmlReturn_t result = NVML_SUCCESS;

  bool is(std::string_view part) const {
    return std::string_view(function).find(part) != std::string_view::npos;
  }
};
using Hook = std::function<void(const Call& call)>;
Result<Node> open_node(const Hook& hook = {}, CallWatch* watch = nullptr);

}  // namespace sectile::faults
