#include "sectile/fleet/compact.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "sectile/base/check.h"
#include "src/fleet/program/grouping.h"
#include "src/fleet/program/matching.h"
#include "src/fleet/program/program.h"
#include "src/fleet/program/waves.h"
#include "src/fleet/program/ways.h"

namespace sectile {
namespace {

using fleet::program::Group;
using fleet::program::InstanceSet;
using fleet::program::Pattern;
using fleet::program::Program;
using fleet::program::Ways;

constexpr std::size_t kGpusLevel = 0;
constexpr std::size_t kMovesLevel = 1;
constexpr std::size_t kEmptied = static_cast<std::size_t>(-1);

// The fleet as a program: each group of GPUs in one state gets new layouts, all of it.
class Compacting {
 public:
  explicit Compacting(std::span<const FleetGpu> fleet) : fleet_(fleet) {}

  void ask();
  const Program& program() const { return program_; }
  // What each GPU shall hold at most; empty for those that are left alone or emptied.
  std::vector<Layout> targets(const fleet::program::Solution& solution) const;

 private:
  std::string market_key(const FleetGpu& gpu) const;
  void note_models();
  std::size_t first_item(const FleetGpu& gpu);
  void add_group(std::vector<std::size_t> gpus);

  std::span<const FleetGpu> fleet_;
  Program program_;
  std::map<const Model*, std::unique_ptr<Ways>> ways_;
  std::map<std::pair<const Model*, std::string>, std::size_t> first_items_;
  std::vector<std::vector<std::size_t>> groups_;  // GPUs of each.
  std::vector<std::size_t> layouts_;  // By pattern: index into the ways' layouts, or kEmptied.
};

void Compacting::note_models() {
  std::map<const Model*, std::vector<bool>> taking_part;
  for (const FleetGpu& gpu : fleet_) {
    if (gpu.healthy) {
      std::vector<bool>& profiles = taking_part[gpu.model];
      profiles.resize(gpu.model->profiles.size(), false);
      fleet::program::add_profiles(*gpu.model, gpu.in_use(), profiles);
    }
  }
  for (const auto& [model, profiles] : taking_part) {
    ways_[model] = std::make_unique<Ways>(*model, profiles);
  }
}

// An item and a need for each profile of the model in each tenant's GPUs.
std::size_t Compacting::first_item(const FleetGpu& gpu) {
  const auto [place, added] = first_items_.try_emplace({gpu.model, gpu.tenant}, program_.items);
  if (added) {
    for (std::size_t i = 0; i < gpu.model->profiles.size(); ++i) {
      program_.services.push_back({.item = program_.items, .need = program_.items, .costs = {}});
      program_.needs.push_back({.count = 0});
      ++program_.items;
    }
  }
  return place->second;
}

void Compacting::add_group(std::vector<std::size_t> gpus) {
  const FleetGpu& gpu = fleet_[gpus.front()];
  const Ways& ways = *ways_.at(gpu.model);
  const Layout in_use = gpu.in_use();
  const std::size_t first = first_item(gpu);
  const auto count = static_cast<std::int64_t>(gpus.size());
  for (const Slot& slot : in_use.slots()) {
    program_.needs[first + fleet::program::profile_index(*gpu.model, slot.profile())].count +=
        count;
  }
  const std::size_t group = program_.groups.size();
  program_.groups.push_back({.count = count, .exact = true});
  groups_.push_back(std::move(gpus));
  Pattern emptied{.group = group, .gives = {}, .costs = {}};
  emptied.costs[kMovesLevel] = static_cast<std::int64_t>(in_use.size());
  program_.patterns.push_back(std::move(emptied));
  layouts_.push_back(kEmptied);
  if (gpu.drain) {
    return;
  }
  for (const fleet::program::Way& way : ways.reachable({}, ways.bits(in_use))) {
    Pattern pattern{.group = group, .gives = gives_of(way, first), .costs = {}};
    pattern.costs[kGpusLevel] = 1;
    pattern.costs[kMovesLevel] = way.displaced;
    program_.patterns.push_back(std::move(pattern));
    layouts_.push_back(way.layout);
  }
}

// Equal for GPUs of one model between which compaction makes no difference.
std::string state_key(const FleetGpu& gpu) {
  std::string key;
  for (std::size_t i = 0; i < gpu.layout.size(); ++i) {
    if (gpu.is_busy(i)) {
      const Slot& slot = gpu.layout.slots()[i];
      key +=
          std::to_string(slot.profile().value) + '@' + std::to_string(slot.placement().start) + ' ';
    }
  }
  return key + (gpu.drain ? '-' : '+') + gpu.tenant;
}

void Compacting::ask() {
  note_models();
  program_.levels = 2;
  fleet::program::Grouping<std::pair<const Model*, std::string>> groups;
  for (std::size_t i = 0; i < fleet_.size(); ++i) {
    if (fleet_[i].healthy) {
      groups.add({fleet_[i].model, state_key(fleet_[i])}, i);
    }
  }
  for (std::vector<std::size_t>& gpus : groups.take()) {
    add_group(std::move(gpus));
  }
}

std::vector<Layout> Compacting::targets(const fleet::program::Solution& solution) const {
  std::vector<Layout> result(fleet_.size());
  std::vector<std::size_t> next(groups_.size(), 0);
  for (std::size_t i = 0; i < program_.patterns.size(); ++i) {
    const std::size_t group = program_.patterns[i].group;
    const Ways& ways = *ways_.at(fleet_[groups_[group].front()].model);
    const Layout target = layouts_[i] == kEmptied ? Layout() : ways.layouts()[layouts_[i]];
    for (std::int64_t n = solution.patterns[i]; n > 0; --n) {
      result[groups_[group][next[group]++]] = target;
    }
  }
  return result;
}

// With the idle instances of the GPU for which it has room.
Layout with_idle(Layout layout, const FleetGpu& gpu) {
  for (std::size_t i = 0; i < gpu.layout.size(); ++i) {
    if (!gpu.is_busy(i)) {
      layout = layout.with(*gpu.model, gpu.layout.slots()[i]).value_or(layout);
    }
  }
  return layout;
}

// What is on the GPUs when all moves are done: idle instances stay where nothing came.
std::vector<Layout> final_layouts(std::span<const FleetGpu> fleet, std::span<const Layout> in_use) {
  std::vector<Layout> result;
  result.reserve(fleet.size());
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    result.push_back(with_idle(in_use[i], fleet[i]));
  }
  return result;
}

}  // namespace

Result<Compaction> compact(std::span<const FleetGpu> fleet, const CompactRequest& request) {
  if (const Status sound = check_fleet(fleet); !sound) {
    return fail(sound);
  }
  if (request.max_unavailable < 1) {
    return fail(ErrorCode::kInvalidArgument,
                std::to_string(request.max_unavailable) + " instances at once cannot be moved");
  }
  Compacting compacting(fleet);
  compacting.ask();
  const Result<fleet::program::Answer> answer = fleet::program::solve(compacting.program());
  if (!answer && answer.error().code == ErrorCode::kUnsatisfiable) {
    return fail(ErrorCode::kUnsatisfiable,
                "the GPUs that drain hold more than the others have room for",
                "drain fewer GPUs at once");
  }
  if (!answer) {
    return fail(answer);
  }
  const Result<std::vector<Move>> moves =
      fleet::program::match(fleet, compacting.targets(answer->solution));
  if (!moves) {
    return fail(moves);
  }
  Compaction result{.gpus = answer->levels[kGpusLevel], .moves = answer->levels[kMovesLevel]};
  fleet::program::Waves waves(fleet, request);
  if (const Status ordered = waves.order(*moves); !ordered) {
    return fail(ordered);
  }
  result.order = waves.moves();
  result.waves = waves.count();
  result.layouts = final_layouts(fleet, waves.in_use());
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    const bool counts = fleet[i].healthy && fleet[i].busy != 0;
    result.gpus_before += counts ? 1 : 0;
    if (counts && waves.in_use()[i].empty()) {
      result.emptied.push_back(i);
    }
  }
  const auto count = [&](bool Move::* what) {
    return static_cast<std::size_t>(std::ranges::count(result.order, true, what));
  };
  result.detours = count(&Move::detour);
  result.stops = count(&Move::stops_first);
  return result;
}

}  // namespace sectile
