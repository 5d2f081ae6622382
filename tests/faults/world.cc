#include "tests/faults/world.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/notation.h"
#include "src/device/nvml.h"
#include "src/emulator/faults.h"

namespace sectile::faults {
namespace {

namespace fs = std::filesystem;

// For what is wrong with the test itself.
[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "faults: %s\n", why.c_str());
  std::exit(2);  // NOLINT(concurrency-mt-unsafe)
}

template <typename T>
T must(Result<T> result, const std::string& what) {
  if (!result) {
    give_up(what + ": " + result.error().message);
  }
  return *std::move(result);
}

void must(const Status& status, const std::string& what) {
  if (!status) {
    give_up(what + ": " + status.error().message);
  }
}

bool is_off(const char* notation) {
  return std::string_view(notation) == "off";
}

Layout layout_of(const GpuScenario& gpu, const char* notation) {
  const Model& model = *must(find_model(gpu.model), gpu.model);
  return is_off(notation) ? Layout() : must(parse_layout(model, notation), notation);
}

bool has_the_same_instances(const Layout& one, const Layout& other) {
  return std::ranges::all_of(one.slots(), [&](const Slot& slot) {
    return other.count(slot.profile()) == one.count(slot.profile());
  });
}

std::vector<emulator::InitialInstance> instances_of(const Layout& layout) {
  std::vector<emulator::InitialInstance> instances;
  for (const Slot& slot : layout.slots()) {
    emulator::InitialInstance instance;
    instance.profile = slot.profile();
    instance.start = slot.placement().start;
    instance.bare = slot.compute().empty();
    for (const ComputeSlot& compute : slot.compute()) {
      instance.compute.push_back(compute.profile);
    }
    instances.push_back(std::move(instance));
  }
  return instances;
}

emulator::GpuDescription describe_gpu(const GpuScenario& gpu) {
  emulator::GpuDescription description;
  description.model = must(find_model(gpu.model), gpu.model);
  description.count = gpu.count;
  description.swapped = gpu.swapped;
  description.toggle = gpu.toggle;
  description.mig_enabled = !is_off(gpu.from);
  description.instances = instances_of(layout_of(gpu, gpu.from));
  return description;
}

// One entry for each GPU of the node, in order of index.
std::vector<const GpuScenario*> by_index(const Scenario& scenario) {
  std::vector<const GpuScenario*> gpus;
  for (const GpuScenario& gpu : scenario.gpus) {
    gpus.insert(gpus.end(), static_cast<std::size_t>(gpu.count), &gpu);
  }
  return gpus;
}

Slot view_slot(const Model& model, const emulator::Geometry& geometry,
               const emulator::GpuInstance& instance, GpuView::Identity& identity) {
  const emulator::ProfileKind& kind = geometry.profiles.items.at(instance.profile);
  const Profile& profile = *model.find(ProfileId{kind.id});
  Slot slot = Slot::bare(profile, static_cast<int>(instance.span.start));
  identity = {.placement = slot.placement(), .generations = {instance.generation}};
  for (const emulator::ComputeInstance& compute : instance.compute) {
    if (compute.exists != 0) {
      const Placement placement{.start = static_cast<int>(compute.span.start),
                                .size = static_cast<int>(compute.span.size)};
      slot =
          must(slot.with_compute(
                   profile, {.profile = ComputeProfileId{kind.compute.items.at(compute.compute).id},
                             .placement = placement}),
               "the emulator holds a compute instance that the catalogue does not know");
      identity.generations.push_back(compute.generation);
    }
  }
  return slot;
}

GpuView view_gpu(const emulator::Node& node, const emulator::Gpu& gpu) {
  const emulator::Geometry& geometry = node.geometry_of(gpu);
  GpuView view;
  view.model = must(find_model(std::string(geometry.key.view())), "model");
  view.on = gpu.current_mode != 0;
  view.pending = gpu.pending_mode != 0;
  for (const emulator::GpuInstance& instance : gpu.instances) {
    if (instance.exists != 0) {
      GpuView::Identity identity;
      const Slot slot = view_slot(*view.model, geometry, instance, identity);
      view.layout = must(view.layout.with_unchecked(slot), "two emulated instances in one place");
      view.identities.push_back(std::move(identity));
    }
  }
  return view;
}

std::string mode_text(const GpuView& gpu) {
  const std::string now = gpu.on ? "MIG is on" : "MIG is off";
  return gpu.on == gpu.pending ? now : now + " until a reset, then " + (gpu.pending ? "on" : "off");
}

bool holds(const Layout& layout, const Slot& slot) {
  return std::ranges::find(layout.slots(), slot) != layout.slots().end();
}

template <typename... Arguments>
void tell(NvmlFunction<nvmlReturn_t(Arguments...) noexcept>& function, const Hook& hook) {
  if (!function.target) {
    return;
  }
  function.target = [hook, name = function.name(),
                     inner = std::move(function.target)](Arguments... arguments) {
    hook({.function = name});
    const nvmlReturn_t result = inner(arguments...);
    hook({.function = name, .over = true, .result = result});
    return result;
  };
}

}  // namespace

const GpuView::Identity* GpuView::find(const Placement& placement) const {
  const auto found = std::ranges::find(identities, placement, &Identity::placement);
  return found == identities.end() ? nullptr : &*found;
}

bool alike(const NodeView& left, const NodeView& right) {
  return std::ranges::equal(left, right,
                            [](const GpuView& a, const GpuView& b) { return a.looks_like(b); });
}

bool same(const NodeView& left, const NodeView& right) {
  return alike(left, right) &&
         std::ranges::equal(left, right, {}, &GpuView::identities, &GpuView::identities);
}

std::vector<std::string> named_differences(const NodeView& old, const NodeView& now) {
  std::vector<std::string> parts;
  for (std::size_t index = 0; index < old.size(); ++index) {
    const GpuView& was = old[index];
    const GpuView& is = now.at(index);
    const std::string gpu = "gpu " + std::to_string(index) + ": ";
    for (const Slot& slot : was.layout.slots()) {
      if (!holds(is.layout, slot)) {
        parts.push_back(gpu + to_notation(*was.model, slot) + " is missing");
      }
    }
    for (const Slot& slot : is.layout.slots()) {
      if (!holds(was.layout, slot)) {
        parts.push_back(gpu + to_notation(*is.model, slot) + " is there");
      }
    }
    if (was.on != is.on || was.pending != is.pending) {
      parts.push_back(gpu + mode_text(is));
    }
  }
  return parts;
}

std::string describe(const NodeView& view) {
  std::string text;
  for (const GpuView& gpu : view) {
    text += text.empty() ? "" : "; ";
    text += mode_text(gpu) + " " + to_notation(*gpu.model, gpu.layout);
  }
  return text;
}

World::World(const Scenario& scenario) : scenario_(scenario) {
  create();
  setenv(emulator::kStateEnvironment, node_folder().c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  setenv("SECTILE_STATE_DIR", state_folder().c_str(), 1);         // NOLINT(concurrency-mt-unsafe)
  Node node = must(open_node(), "open the node");
  plan_ = must(plan_again(node), scenario_.name);
  if (!plan_.blocked.empty() || plan_.empty()) {
    give_up(std::string(scenario_.name) + ": the plan is blocked or empty");
  }
  before_ = look();
  expect_before();
  expect_after();
}

void World::create() {
  emulator::NodeDescription description;
  for (const GpuScenario& gpu : scenario_.gpus) {
    description.gpus.push_back(describe_gpu(gpu));
  }
  must(emulator::create_node(node_folder(), description), scenario_.name);
  store_ = std::make_unique<emulator::Store>(must(emulator::Store::open(node_folder()), "store"));
  const std::vector<const GpuScenario*> gpus = by_index(scenario_);
  for (std::size_t index = 0; index < gpus.size(); ++index) {
    for (const int start : gpus[index]->busy) {
      occupy(index, start);
    }
  }
  pristine_ = std::make_unique<emulator::Node>();
  store_->read([&](const emulator::Node& node) {
    *pristine_ = node;
    return NVML_SUCCESS;
  });
}

void World::occupy(std::size_t gpu, int start) const {
  emulator::Occupant occupant;
  occupant.pid = static_cast<std::uint32_t>(getpid());
  occupant.gpu = static_cast<int>(gpu);
  store_->read([&](const emulator::Node& node) {
    for (std::uint32_t id = 0; id < emulator::kTreeIds; ++id) {
      const emulator::GpuInstance& instance = node.gpus.items.at(gpu).instances.at(id);
      if (instance.exists != 0 && static_cast<int>(instance.span.start) == start) {
        occupant.gpu_instance = id;
      }
    }
    return NVML_SUCCESS;
  });
  must(emulator::add_occupant(node_folder(), occupant), scenario_.name);
}

void World::expect_before() const {
  const std::vector<const GpuScenario*> gpus = by_index(scenario_);
  for (std::size_t index = 0; index < gpus.size(); ++index) {
    if (before_[index].layout != layout_of(*gpus[index], gpus[index]->from)) {
      give_up(std::string(scenario_.name) + ": the emulator began with " + describe(before_));
    }
  }
}

// What was asked for, taken from the scenario and not from the plan; where places were left open,
// the plan chose them, and only what it was free to choose is taken from it.
void World::expect_after() {
  const std::vector<const GpuScenario*> gpus = by_index(scenario_);
  after_ = before_;
  std::size_t change = 0;
  for (std::size_t index = 0; index < gpus.size(); ++index) {
    const GpuScenario& gpu = *gpus[index];
    if (gpu.to == nullptr) {
      continue;
    }
    GpuView& view = after_[index];
    view.on = view.pending = !is_off(gpu.to);
    view.layout = layout_of(gpu, gpu.to);
    const Layout& planned = plan_.changes.at(change++).to;
    if (gpu.any_place) {
      if (!has_the_same_instances(view.layout, planned)) {
        give_up(std::string(scenario_.name) + ": the plan is for other instances");
      }
      view.layout = planned;
    }
  }
}

std::vector<GpuTarget> World::targets(const Snapshot& now) const {
  const std::vector<const GpuScenario*> gpus = by_index(scenario_);
  std::vector<GpuTarget> targets;
  for (std::size_t index = 0; index < gpus.size(); ++index) {
    const GpuScenario& gpu = *gpus[index];
    if (gpu.to == nullptr) {
      continue;
    }
    GpuTarget target;
    target.uuid = now.gpus.at(index).uuid;
    target.mig_enabled = !is_off(gpu.to);
    target.layout = layout_of(gpu, gpu.to);
    target.exact_placement = !gpu.any_place;
    targets.push_back(std::move(target));
  }
  return targets;
}

Result<ChangePlan> World::plan_again(Node& node) const {
  const Result<Snapshot> now = node.read();
  return now ? prepare(*now, targets(*now)) : fail(now);
}

void World::restore() {
  fs::remove_all(state_folder());
  store_->write([&](emulator::Node& node) {
    node = *pristine_;
    return NVML_SUCCESS;
  });
}

void World::set_faults(std::string_view script) {
  const std::vector<emulator::FaultRule> rules = must(emulator::parse_faults(script), "faults");
  store_->write([&](emulator::Node& node) {
    node.faults.count = 0;
    for (const emulator::FaultRule& rule : rules) {
      node.faults.push(rule);
    }
    return NVML_SUCCESS;
  });
}

NodeView World::look() const {
  NodeView view;
  store_->read([&](const emulator::Node& node) {
    for (const emulator::Gpu& gpu : node.gpus.view()) {
      view.push_back(view_gpu(node, gpu));
    }
    return NVML_SUCCESS;
  });
  return view;
}

std::optional<World::Occupied> World::occupy_youngest() {
  emulator::Occupant occupant;
  occupant.pid = static_cast<std::uint32_t>(getpid());
  Occupied youngest;
  const auto consider = [&](const emulator::GpuInstance& instance, std::uint32_t gpu,
                            std::uint32_t id) {
    for (std::uint32_t compute = 0; compute < emulator::kMaxComputeInstances; ++compute) {
      const emulator::ComputeInstance& one = instance.compute.at(compute);
      if (one.exists != 0 && one.generation > youngest.compute_instance) {
        youngest = {
            .gpu = gpu, .gpu_instance = instance.generation, .compute_instance = one.generation};
        occupant.gpu = static_cast<int>(gpu);
        occupant.gpu_instance = id;
        occupant.compute_instance = compute;
      }
    }
  };
  store_->read([&](const emulator::Node& node) {
    for (std::uint32_t gpu = 0; gpu < node.gpus.count; ++gpu) {
      for (std::uint32_t id = 0; id < emulator::kTreeIds; ++id) {
        consider(node.gpus.items.at(gpu).instances.at(id), gpu, id);
      }
    }
    return NVML_SUCCESS;
  });
  if (youngest.compute_instance == 0) {
    return std::nullopt;
  }
  must(emulator::add_occupant(node_folder(), occupant), "occupy");
  return youngest;
}

bool World::is_there(const Occupied& occupied) const {
  return std::ranges::any_of(look().at(occupied.gpu).identities, [&](const auto& one) {
    const auto& generations = one.generations;
    return generations.front() == occupied.gpu_instance &&
           std::ranges::find(generations, occupied.compute_instance) != generations.end();
  });
}

void World::restart() {
  must(emulator::reboot_node(node_folder()), "restart");
  sqlite3* database = nullptr;
  const std::string file = state_folder() + "/state.db";
  if (sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
    sqlite3_exec(database, "UPDATE change SET boot = 'another'", nullptr, nullptr, nullptr);
  }
  sqlite3_close(database);
}

std::string World::state_bytes() const {
  std::ifstream stream(fs::path(state_folder()) / "state.db", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

ResetFn World::reset() const {
  return [this](const std::string& uuid) -> Status {
    const Result<std::vector<emulator::GpuStatus>> gpus = emulator::gpu_status(node_folder());
    if (!gpus) {
      return fail(gpus);
    }
    const auto found = std::ranges::find(*gpus, uuid, &emulator::GpuStatus::uuid);
    return emulator::reset_gpus(node_folder(), {static_cast<int>(found - gpus->begin())});
  };
}

std::string setting(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr ? value : "";
}

Result<Node> open_node(const Hook& hook, CallWatch* watch) {
  Result<std::unique_ptr<Nvml>> nvml = Nvml::open(SECTILE_LIBRARY, watch);
  if (!nvml) {
    return fail(nvml);
  }
  (*nvml)->pause = [](std::chrono::milliseconds) {};
  if (hook) {
    (*nvml)->for_each([&](auto& function) { tell(function, hook); });
  }
  return Node(*std::move(nvml));
}

}  // namespace sectile::faults

// A process with little memory forks fast, and the sweeps fork thousands of times.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): ASan's name.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=1:thread_local_quarantine_size_kb=16:malloc_context_size=8";
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
