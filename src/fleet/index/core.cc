#include "src/fleet/index/core.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sectile/base/check.h"

namespace sectile {

ModelNumber FleetIndex::Core::add_model(const StateSpace& space) {
  const std::size_t profiles = space.profiles().size();
  ModelEntry& entry = models_.emplace_back();
  entry.space = &space;
  entry.shares.assign(profiles, 1.0 / static_cast<double>(profiles));
  entry.counted.assign(profiles, 0);
  entry.ranking = internal::rank_states(space, make_rule_table(space, rule_, entry.shares));
  if (ordered_by_gpu(rule_)) {
    entry.roomy.resize(profiles);
  }
  return {static_cast<std::uint32_t>(models_.size() - 1)};
}

Result<GpuNumber> FleetIndex::Core::add_gpus(ModelNumber model, std::size_t count,
                                             const GpuAttributes& attributes) {
  if (model.value >= models_.size()) {
    return fail(ErrorCode::kInvalidArgument, "no model number " + std::to_string(model.value));
  }
  if (count > kMaxGpus - gpus_.size()) {
    return fail(ErrorCode::kInvalidArgument, std::to_string(gpus_.size()) + " and " +
                                                 std::to_string(count) + " GPUs are more than " +
                                                 std::to_string(kMaxGpus));
  }
  const Result<ClassNumber> number = find_class(model.value, attributes);
  if (!number) {
    return fail(number);
  }
  const auto first = static_cast<GpuNumber>(gpus_.size());
  gpus_.resize(gpus_.size() + count, Gpu{.number_of_class = *number});
  for (ModelEntry& entry : models_) {
    for (internal::OrderedSet& roomy : entry.roomy) {
      roomy.grow(gpus_.size());
    }
  }
  // Backwards, so that the list begins with the first.
  for (std::size_t gpu = gpus_.size(); gpu > first; --gpu) {
    link(static_cast<GpuNumber>(gpu - 1));
    set_roomy(static_cast<GpuNumber>(gpu - 1), attributes.accepts);
  }
  internal::change_room(classes_[*number].room, {}, models_[model.value].ranking.room[kEmptyState],
                        static_cast<std::uint32_t>(count));
  return first;
}

Result<WantNumber> FleetIndex::Core::add_want(std::span<const ServedBy> served_by) {
  if (served_by.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a want that nothing serves");
  }
  Want want;
  want.profile.assign(models_.size(), kNotServed);
  for (const ServedBy& served : served_by) {
    if (served.model.value >= models_.size()) {
      return fail(ErrorCode::kInvalidArgument,
                  "no model number " + std::to_string(served.model.value));
    }
    const StateSpace& space = *models_[served.model.value].space;
    const std::optional<std::size_t> profile = space.find_profile(served.profile);
    if (!profile) {
      return fail(ErrorCode::kInvalidArgument, space.model().key + " has no profile " +
                                                   std::to_string(served.profile.value) +
                                                   " that may be placed");
    }
    if (want.profile[served.model.value] != kNotServed) {
      return fail(ErrorCode::kInvalidArgument, space.model().key + " serves the want twice");
    }
    want.profile[served.model.value] = static_cast<std::uint8_t>(*profile);
    want.models.push_back(served.model.value);
  }
  wants_.push_back(std::move(want));
  return WantNumber{static_cast<std::uint32_t>(wants_.size() - 1)};
}

Result<FleetIndex::Core::ClassNumber> FleetIndex::Core::find_class(
    std::size_t model, const GpuAttributes& attributes) {
  for (std::size_t number = 0; number < classes_.size(); ++number) {
    const Class& entry = classes_[number];
    if (entry.model == model && entry.attributes == attributes) {
      return static_cast<ClassNumber>(number);
    }
  }
  if (classes_.size() == kMaxClasses) {
    return fail(ErrorCode::kInvalidArgument, "more than " + std::to_string(kMaxClasses) +
                                                 " combinations of model and attributes");
  }
  const auto number = static_cast<ClassNumber>(classes_.size());
  const ModelEntry& entry = models_[model];
  Class& added = classes_.emplace_back();
  added.model = model;
  added.attributes = attributes;
  added.head.assign(entry.space->size(), kNoGpu);
  added.count.assign(entry.space->size(), 0);
  for (const auto& order : entry.ranking.order) {
    added.open.emplace_back(order.size());
  }
  if (attributes.accepts && attributes.tenant == kNobody) {
    open_to_all_.push_back(number);
  }
  if (attributes.accepts && attributes.tenant != kNobody) {
    open_classes_[attributes.tenant.value].push_back(number);
  }
  return number;
}

std::span<const FleetIndex::Core::ClassNumber> FleetIndex::Core::open_to(
    TenantNumber tenant) const {
  const auto found = open_classes_.find(tenant.value);
  if (found == open_classes_.end()) {
    return {};
  }
  return found->second;
}

void FleetIndex::Core::set_open(Class& entry, StateNumber state, bool open) {
  const internal::Ranking& ranking = models_[entry.model].ranking;
  for (std::size_t profile = 0; profile < entry.open.size(); ++profile) {
    const internal::Rank rank = ranking.rank_of[profile][state];
    if (rank == internal::kNoRank) {
      continue;
    }
    if (open) {
      entry.open[profile].insert(rank);
    } else {
      entry.open[profile].erase(rank);
    }
  }
}

void FleetIndex::Core::link(GpuNumber gpu) {
  Gpu& node = gpus_[gpu];
  Class& entry = classes_[node.number_of_class];
  GpuNumber& head = entry.head[node.state];
  node.next = head;
  node.previous = kNoGpu;
  if (head != kNoGpu) {
    gpus_[head].previous = gpu;
  }
  head = gpu;
  if (entry.count[node.state]++ == 0) {
    set_open(entry, node.state, true);
  }
}

void FleetIndex::Core::unlink(GpuNumber gpu) {
  const Gpu& node = gpus_[gpu];
  Class& entry = classes_[node.number_of_class];
  if (node.previous == kNoGpu) {
    entry.head[node.state] = node.next;
  } else {
    gpus_[node.previous].next = node.next;
  }
  if (node.next != kNoGpu) {
    gpus_[node.next].previous = node.previous;
  }
  if (--entry.count[node.state] == 0) {
    set_open(entry, node.state, false);
  }
}

void FleetIndex::Core::change_state(GpuNumber gpu, StateNumber to) {
  const StateNumber from = gpus_[gpu].state;
  unlink(gpu);
  gpus_[gpu].state = to;
  link(gpu);
  Class& entry = classes_[gpus_[gpu].number_of_class];
  const internal::Ranking& ranking = models_[entry.model].ranking;
  if (!ranking.scarcity.empty()) {
    internal::change_room(entry.room, ranking.room[from], ranking.room[to]);
  }
  if (ordered_by_gpu(rule_)) {
    set_roomy(gpu, class_of(gpu).attributes.accepts);
  }
}

void FleetIndex::Core::set_roomy(GpuNumber gpu, bool accepts) {
  ModelEntry& entry = models_[class_of(gpu).model];
  for (std::size_t profile = 0; profile < entry.roomy.size(); ++profile) {
    if (accepts && entry.space->fits(profile, gpus_[gpu].state)) {
      entry.roomy[profile].insert(gpu);
    } else {
      entry.roomy[profile].erase(gpu);
    }
  }
}

void FleetIndex::Core::put(const FleetInstance& instance) {
  const StateNumber to =
      space(instance.gpu).placed(instance.profile, instance.start, gpus_[instance.gpu].state);
  SECTILE_CHECK(to != kNoState);
  change_state(instance.gpu, to);
}

void FleetIndex::Core::take(const FleetInstance& instance) {
  const StateNumber to =
      space(instance.gpu).released(instance.profile, instance.start, gpus_[instance.gpu].state);
  SECTILE_CHECK(to != kNoState);
  change_state(instance.gpu, to);
}

Result<FleetInstance> FleetIndex::Core::check_free(GpuNumber gpu, ProfileId id, int start) const {
  if (gpu >= gpus_.size()) {
    return fail(ErrorCode::kInvalidArgument, "no GPU number " + std::to_string(gpu));
  }
  const StateSpace& states = space(gpu);
  const std::optional<std::size_t> profile = states.find_profile(id);
  if (!profile) {
    return fail(ErrorCode::kInvalidArgument, states.model().key + " has no profile " +
                                                 std::to_string(id.value) + " that may be placed");
  }
  const Profile& found = states.profiles()[*profile];
  if (std::ranges::find(found.starts, start) == found.starts.end()) {
    return fail(ErrorCode::kInvalidArgument, found.name + " of " + states.model().key +
                                                 " cannot start at memory slice " +
                                                 std::to_string(start));
  }
  if (states.placed(*profile, start, gpus_[gpu].state) == kNoState) {
    return fail(ErrorCode::kUnsatisfiable,
                "no room for " + found.name + " at " + std::to_string(start) + " on GPU " +
                    std::to_string(gpu) + ", which holds \"" +
                    states.layout(gpus_[gpu].state).diagram(states.model().memory_slices) + "\"");
  }
  return FleetInstance{.gpu = gpu,
                       .profile = static_cast<std::uint8_t>(*profile),
                       .start = static_cast<std::uint8_t>(start)};
}

Status FleetIndex::Core::release(const FleetInstance& instance) {
  if (instance.gpu >= gpus_.size()) {
    return fail(ErrorCode::kInvalidArgument, "no GPU number " + std::to_string(instance.gpu));
  }
  const StateSpace& states = space(instance.gpu);
  if (instance.profile >= states.profiles().size()) {
    return not_held(instance);
  }
  const StateNumber to =
      states.released(instance.profile, instance.start, gpus_[instance.gpu].state);
  if (to == kNoState) {
    return not_held(instance);
  }
  change_state(instance.gpu, to);
  return {};
}

std::unexpected<Error> FleetIndex::Core::not_held(const FleetInstance& instance) const {
  const auto profiles = space(instance.gpu).profiles();
  const std::string name = instance.profile < profiles.size()
                               ? profiles[instance.profile].name
                               : "profile number " + std::to_string(instance.profile);
  return fail(ErrorCode::kStale, "no " + name + " at " + std::to_string(instance.start) +
                                     " on GPU " + std::to_string(instance.gpu) +
                                     ": it was released before or never placed");
}

Status FleetIndex::Core::set_attributes(GpuNumber gpu, const GpuAttributes& attributes) {
  if (gpu >= gpus_.size()) {
    return fail(ErrorCode::kInvalidArgument, "no GPU number " + std::to_string(gpu));
  }
  const Result<ClassNumber> number = find_class(class_of(gpu).model, attributes);
  if (!number) {
    return fail(number);
  }
  const internal::Room room = models_[class_of(gpu).model].ranking.room[gpus_[gpu].state];
  unlink(gpu);
  internal::change_room(classes_[gpus_[gpu].number_of_class].room, room, {});
  gpus_[gpu].number_of_class = *number;
  link(gpu);
  internal::change_room(classes_[*number].room, {}, room);
  set_roomy(gpu, attributes.accepts);
  return {};
}

std::vector<FleetIndex::ClassCount> FleetIndex::Core::classes() const {
  std::vector<ClassCount> result;
  for (const Class& entry : classes_) {
    for (std::size_t state = 0; state < entry.count.size(); ++state) {
      if (entry.count[state] == 0) {
        continue;
      }
      result.push_back({.model = {static_cast<std::uint32_t>(entry.model)},
                        .attributes = entry.attributes,
                        .state = static_cast<StateNumber>(state),
                        .gpus = entry.count[state]});
    }
  }
  return result;
}

std::size_t FleetIndex::Core::memory_bytes() const {
  std::size_t bytes = gpus_.capacity() * sizeof(Gpu) + classes_.capacity() * sizeof(Class);
  for (const Class& entry : classes_) {
    bytes +=
        entry.head.capacity() * sizeof(GpuNumber) + entry.count.capacity() * sizeof(std::uint32_t);
    for (const internal::OpenRanks& open : entry.open) {
      bytes += sizeof(open) + open.memory_bytes();
    }
  }
  for (const ModelEntry& entry : models_) {
    for (const internal::OrderedSet& roomy : entry.roomy) {
      bytes += roomy.memory_bytes();
    }
    for (std::size_t profile = 0; profile < entry.shares.size(); ++profile) {
      bytes += entry.ranking.order[profile].capacity() * sizeof(internal::RankedState) +
               entry.ranking.groups[profile].capacity() * sizeof(internal::RankGroup) +
               entry.ranking.rank_of[profile].capacity() * sizeof(internal::Rank);
    }
    bytes += entry.ranking.takes.capacity() * sizeof(internal::ProfileSet) +
             entry.ranking.room.capacity() * sizeof(internal::Room) +
             entry.ranking.scarcity.memory_bytes();
  }
  return bytes;
}

}  // namespace sectile
