#include "src/fleet/program/waves.h"

#include <algorithm>
#include <utility>

#include "sectile/base/check.h"
#include "sectile/geometry/fit.h"
#include "src/fleet/program/matching.h"

namespace sectile::fleet::program {

Waves::Waves(std::span<const FleetGpu> fleet, const CompactRequest& request)
    : fleet_(fleet), request_(request) {
  for (const FleetGpu& gpu : fleet) {
    in_use_.push_back(gpu.in_use());
  }
}

bool Waves::is_free(std::size_t gpu, const Slot& slot) const {
  const Model& model = *fleet_[gpu].model;
  return fits(model, in_use_[gpu], *model.find(slot.profile()), slot.placement().start);
}

void Waves::leave(const Pending& pending) {
  if (!pending.stopped) {
    Layout& layout = in_use_[pending.move.from_gpu];
    layout = layout.without(pending.move.from.placement());
  }
}

// Does all moves whose place is free at the beginning, as far as they may be under way together.
// New instances come first and old ones go at the end, so nothing that runs is missed.
std::size_t Waves::run_wave() {
  std::vector<Pending> moving;
  std::vector<Pending> waiting;
  for (Pending& pending : pending_) {
    const bool room = moving.size() < static_cast<std::size_t>(request_.max_unavailable);
    if (room && is_free(pending.move.to_gpu, pending.move.to)) {
      Layout& layout = in_use_[pending.move.to_gpu];
      layout = layout.with_unchecked(pending.move.to).value();
      pending.move.wave = wave_;
      moving.push_back(pending);
    } else {
      waiting.push_back(pending);
    }
  }
  for (const Pending& pending : moving) {
    leave(pending);
    done_.push_back(pending.move);
  }
  pending_ = std::move(waiting);
  wave_ += moving.empty() ? 0U : 1U;
  return moving.size();
}

bool Waves::blocks_another(const Pending& pending) const {
  return std::ranges::any_of(pending_, [&](const Pending& other) {
    return other.move.to_gpu == pending.move.from_gpu &&
           other.move.to.placement().overlaps(pending.move.from.placement());
  });
}

// Another GPU of the same kind, or the same one.
bool Waves::may_stand_in(std::size_t gpu, const Move& move) const {
  const FleetGpu& from = fleet_[move.from_gpu];
  const FleetGpu& to = fleet_[gpu];
  return to.model == from.model && to.tenant == from.tenant && to.healthy && !to.drain;
}

bool Waves::is_awaited(std::size_t gpu, const Placement& placement) const {
  return std::ranges::any_of(pending_, [&](const Pending& other) {
    return other.move.to_gpu == gpu && other.move.to.placement().overlaps(placement);
  });
}

// The instance at a place that is free there and that nobody waits for.
std::optional<Slot> Waves::place_on(std::size_t gpu, const Slot& slot) const {
  const Model& model = *fleet_[gpu].model;
  for (const int start : free_starts(model, in_use_[gpu], *model.find(slot.profile()))) {
    const Slot place = moved(model, slot, start);
    if (!is_awaited(gpu, place.placement())) {
      return place;
    }
  }
  return std::nullopt;
}

std::optional<Move> Waves::detour_of(const Pending& pending) const {
  for (std::size_t gpu = 0; gpu < fleet_.size(); ++gpu) {
    if (!may_stand_in(gpu, pending.move)) {
      continue;
    }
    if (const std::optional<Slot> place = place_on(gpu, pending.move.from)) {
      return Move{.from_gpu = pending.move.from_gpu,
                  .from = pending.move.from,
                  .to_gpu = gpu,
                  .to = *place,
                  .wave = wave_,
                  .detour = true};
    }
  }
  return std::nullopt;
}

// Breaks a circle by moving one instance twice.
bool Waves::detour() {
  for (Pending& pending : pending_) {
    if (pending.detoured || pending.stopped || !blocks_another(pending)) {
      continue;
    }
    if (const std::optional<Move> aside = detour_of(pending)) {
      in_use_[aside->to_gpu] = in_use_[aside->to_gpu].with_unchecked(aside->to).value();
      leave(pending);
      done_.push_back(*aside);
      ++wave_;
      pending.detoured = true;
      pending.move.from_gpu = aside->to_gpu;
      pending.move.from = aside->to;
      return true;
    }
  }
  return false;
}

// Breaks a circle by stopping one instance that another one waits for.
bool Waves::stop_one() {
  const auto stopped = std::ranges::count(pending_, true, &Pending::stopped);
  if (stopped >= request_.max_unavailable) {
    return false;
  }
  const auto one = std::ranges::find_if(pending_, [&](const Pending& pending) {
    return !pending.stopped && blocks_another(pending);
  });
  if (one == pending_.end()) {
    return false;
  }
  leave(*one);
  one->stopped = true;
  one->move.stops_first = true;
  one->move.stop_wave = wave_;
  return true;
}

Status Waves::order(std::span<const Move> moves) {
  for (const Move& move : moves) {
    pending_.push_back({.move = move});
  }
  while (!pending_.empty()) {
    const bool went_on = run_wave() > 0 || (request_.allow_detours && detour()) || stop_one();
    if (!went_on) {
      return fail(ErrorCode::kUnsatisfiable,
                  "the moves wait for each other, and not so many instances may be stopped at once",
                  "allow more with --max-unavailable");
    }
  }
  return {};
}

}  // namespace sectile::fleet::program
