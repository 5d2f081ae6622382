#include "src/emulator/surface/event_sets.h"

#include <algorithm>
#include <bit>

namespace sectile::emulator {
namespace {

std::uintptr_t number_of(nvmlEventSet_t handle) {
  return std::bit_cast<std::uintptr_t>(handle);
}

}  // namespace

nvmlEventSet_t EventSets::create() {
  const std::lock_guard lock(mutex_);
  ++last_;
  sets_.try_emplace(last_);
  return std::bit_cast<nvmlEventSet_t>(last_);
}

bool EventSets::destroy(nvmlEventSet_t handle) {
  const std::lock_guard lock(mutex_);
  return sets_.erase(number_of(handle)) == 1;
}

void EventSets::clear() {
  const std::lock_guard lock(mutex_);
  sets_.clear();
}

bool EventSets::contains(nvmlEventSet_t handle) const {
  const std::lock_guard lock(mutex_);
  return sets_.contains(number_of(handle));
}

bool EventSets::add(nvmlEventSet_t handle, const Node& node, std::uint32_t gpu,
                    std::uint64_t types) {
  const std::lock_guard lock(mutex_);
  const auto set = sets_.find(number_of(handle));
  if (set == sets_.end()) {
    return false;
  }
  set->second.wishes.push_back({.gpu = gpu, .types = types, .after = node.last_event});
  return true;
}

std::optional<Event> EventSets::next(nvmlEventSet_t handle, const Node& node) {
  const std::lock_guard lock(mutex_);
  const auto found = sets_.find(number_of(handle));
  if (found == sets_.end()) {
    return std::nullopt;
  }
  Set& set = found->second;
  const std::uint64_t kept = std::min<std::uint64_t>(node.last_event, kMaxEvents);
  const std::uint64_t oldest = std::max(set.seen, node.last_event - kept) + 1;
  for (std::uint64_t sequence = oldest; sequence <= node.last_event; ++sequence) {
    const Event& event = node.events[sequence % kMaxEvents];
    const bool wanted = std::ranges::any_of(set.wishes, [&](const Wish& wish) {
      return wish.gpu == event.gpu && (wish.types & event.type) != 0 && wish.after < sequence;
    });
    if (wanted) {
      set.seen = sequence;
      return event;
    }
  }
  return std::nullopt;
}

EventSets& event_sets() {
  static EventSets sets;
  return sets;
}

}  // namespace sectile::emulator
