// Whatever call fails, and however: afterwards the GPUs have the old layout or the new one, or the
// error says exactly what is different.
#include <gtest/gtest.h>

#include "sectile/apply/apply.h"
#include "sectile/apply/change.h"
#include "sectile/apply/repair.h"
#include "src/apply/apply_testing.h"
#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {
namespace {

struct Fault {
  nvmlReturn_t code = NVML_SUCCESS;  // Success: it returns without doing anything.
  bool persistent = false;
  bool late = false;  // The call has its effect, and fails all the same.
  bool everywhere = false;
};

struct World {
  FakeNvml fake;
  Layout before;
  Layout after;
};

std::string name_of(const Fault& fault, int call) {
  return "call " + std::to_string(call) + " returns " + std::to_string(fault.code) +
         (fault.persistent ? " for ever" : " once") + (fault.late ? " after its effect" : "");
}

// A mixed node: one GPU changes its instances, one its mode as well.
void build(World& world) {
  const Model& model = *find_model("a30-24gb").value();
  const auto slot = [&](const char* name, int start) {
    return Slot(*model.find_by_name(name), start);
  };
  world.before =
      Layout().with(model, slot("2g.12gb", 2)).value().with(model, slot("1g.6gb", 0)).value();
  world.after =
      Layout().with(model, slot("2g.12gb", 2)).value().with(model, slot("1g.6gb", 1)).value();
  FakeNvml::Gpu& changing = world.fake.add("a30-24gb", world.before);
  world.fake.occupy(changing, {2, 2}, 7);
  FakeNvml::Gpu& waking = world.fake.add("a30-24gb");
  waking.enabled = false;
  waking.pending = false;
}

class FaultsTest : public testing::TestWithParam<Fault> {
 private:
  ScratchFolder folder_ = ScratchFolder::in_memory();
  TestVariable variable_{"SECTILE_STATE_DIR", folder_.path() / "state"};
};

// What a GPU is, as opposed to what is on it: these calls are swept with one kind of fault only.
bool tells_geometry(const std::string& name) {
  return name.find("ProfileInfo") != std::string::npos ||
         name.find("Placements") != std::string::npos || name == "nvmlDeviceGetName" ||
         name == "nvmlDeviceGetPciInfo_v3" || name == "nvmlDeviceGetMemoryInfo";
}

// Breaks the Nth call from now on. Late faults let the call happen first.
template <typename... Arguments>
void arm(NvmlFunction<nvmlReturn_t(Arguments...) noexcept>& function, const Fault& fault,
         int& left) {
  if (!function.target || (!fault.everywhere && tells_geometry(function.name()))) {
    return;
  }
  function.target = [&fault, &left, inner = std::move(function.target)](Arguments... arguments) {
    left -= 1;
    const bool fails = left == 0 || (fault.persistent && left < 0);
    if (!fails) {
      return inner(arguments...);
    }
    if (fault.late) {
      static_cast<void>(inner(arguments...));
    }
    return fault.code;
  };
}

bool is_as(const World& world, const Layout& first, bool second_on, const Layout& second) {
  const FakeNvml& fake = world.fake;
  return fake.gpus[0].layout() == first && fake.gpus[0].enabled &&
         fake.gpus[1].enabled == second_on && fake.gpus[1].pending == second_on &&
         fake.gpus[1].layout() == second;
}

std::vector<GpuTarget> targets(const World& world) {
  std::vector<GpuTarget> both(2);
  both[0].uuid = "GPU-0";
  both[1].uuid = "GPU-1";
  both[0].layout = world.after;
  both[1].layout = world.after;
  return both;
}

// What must be true after any failure.
void expect_old_new_or_named(const World& world, const Result<Applied>& applied,
                             const std::string& what) {
  const bool is_old = is_as(world, world.before, false, {});
  const bool is_new = is_as(world, world.after, true, world.after);
  if (applied) {
    EXPECT_TRUE(is_new) << what;
    return;
  }
  const Error& error = applied.error();
  if (error.code == ErrorCode::kNotRestored) {
    EXPECT_NE(error.message.find("not restored: "), std::string::npos) << what;
    const bool names =
        error.message.find("gpu ", error.message.find("not restored: ")) != std::string::npos ||
        error.message.find("cannot be read") != std::string::npos;
    EXPECT_TRUE(names) << what << ": " << error.message;
    EXPECT_FALSE(error.next.empty()) << what;
  } else {
    EXPECT_TRUE(is_old) << what << ": " << error.message;
  }
  // The instance in use is there whatever happens.
  EXPECT_NE(world.fake.gpus[0].layout().find({2, 2}), nullptr) << what;
  EXPECT_EQ(std::ranges::count(world.fake.destroyed, "GPU-0 2:2"), 0) << what;
}

TEST_P(FaultsTest, OldOrNewOrNamed) {
  for (int call = 1;; ++call) {
    World world;
    build(world);
    int left = 1 << 30;
    NvmlTable table = world.fake.table();
    table.for_each([&](auto& function) { arm(function, GetParam(), left); });
    Node node = FakeNvml::node(table);
    const ChangePlan plan = prepare(node.read().value(), targets(world)).value();
    FakeClock clock;
    left = call;
    const Result<Applied> applied = execute(node, plan, {.clock = &clock});
    expect_old_new_or_named(world, applied, name_of(GetParam(), call));
    // One call that fails once is never reason enough to leave a node half done.
    if (!GetParam().persistent && !applied) {
      EXPECT_NE(applied.error().code, ErrorCode::kNotRestored)
          << name_of(GetParam(), call) << ": " << applied.error().message;
    }
    if (left > 0 || HasFailure()) {
      EXPECT_TRUE(applied) << "without a fault it succeeds";
      break;
    }
  }
}

// With the journal: whatever happened, once the driver works again `repair` brings the old layout
// or the new one, and a second one finds nothing.
class JournalledFaultsTest : public FaultsTest {};

void expect_repaired(const World& world, const NvmlTable& table, const std::string& what) {
  FakeClock clock;
  RepairOptions options;
  options.clock = &clock;
  const auto open = [&]() -> Result<Node> { return FakeNvml::node(table); };
  const Result<Repaired> repaired = repair(open, options);
  EXPECT_TRUE(repaired) << what << ": " << repaired.error().message;
  EXPECT_TRUE(is_as(world, world.before, false, {}) || is_as(world, world.after, true, world.after))
      << what;
  const Result<Repaired> again = repair(open, options);
  EXPECT_TRUE(again && !again->found) << what;
  EXPECT_EQ(std::ranges::count(world.fake.destroyed, "GPU-0 2:2"), 0) << what;
}

TEST_P(JournalledFaultsTest, RepairBringsTheOldLayoutOrTheNewOne) {
  int not_restored = 0;
  for (int call = 1;; ++call) {
    World world;
    build(world);
    int left = 1 << 30;
    NvmlTable table = world.fake.table();
    table.for_each([&](auto& function) { arm(function, GetParam(), left); });
    Node node = FakeNvml::node(table);
    const ChangePlan plan = prepare(node.read().value(), targets(world)).value();
    FakeClock clock;
    ChangeOptions options;
    options.clock = &clock;
    left = call;
    const Result<Applied> applied = change(node, plan, options);
    expect_old_new_or_named(world, applied, name_of(GetParam(), call));
    not_restored += !applied && applied.error().code == ErrorCode::kNotRestored ? 1 : 0;
    const bool reached = left <= 0;
    left = 1 << 30;  // The driver works again.
    expect_repaired(world, table, name_of(GetParam(), call));
    if (!reached || HasFailure()) {
      EXPECT_TRUE(applied) << "without a fault it succeeds";
      break;
    }
  }
  EXPECT_GT(not_restored, 0) << "no fault was bad enough for repair";
}

INSTANTIATE_TEST_SUITE_P(Persistent, JournalledFaultsTest,
                         testing::Values(Fault{.code = NVML_SUCCESS, .persistent = true},
                                         Fault{.code = NVML_ERROR_UNKNOWN, .persistent = true}));

std::vector<Fault> all_faults() {
  std::vector<Fault> faults;
  for (const nvmlReturn_t code :
       {NVML_SUCCESS, NVML_ERROR_UNKNOWN, NVML_ERROR_IN_USE, NVML_ERROR_INSUFFICIENT_RESOURCES,
        NVML_ERROR_NO_PERMISSION, NVML_ERROR_GPU_IS_LOST, NVML_ERROR_NOT_FOUND,
        NVML_ERROR_NOT_SUPPORTED, NVML_ERROR_INVALID_ARGUMENT}) {
    faults.push_back({.code = code, .persistent = false});
    faults.push_back({.code = code, .persistent = true});
  }
  faults.push_back({.code = NVML_ERROR_TIMEOUT, .late = true});
  faults.push_back({.code = NVML_ERROR_UNKNOWN, .everywhere = true});
  return faults;
}

INSTANTIATE_TEST_SUITE_P(EachCode, FaultsTest, testing::ValuesIn(all_faults()));

}  // namespace
}  // namespace sectile
