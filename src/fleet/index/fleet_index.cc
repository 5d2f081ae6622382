#include "sectile/fleet/fleet_index.h"

#include <string>
#include <utility>

#include "src/fleet/index/core.h"

namespace sectile {
namespace {

std::unexpected<Error> unknown(WantNumber want) {
  return fail(ErrorCode::kInvalidArgument, "no want number " + std::to_string(want.value));
}

// Short, so that an answer as ordinary as this needs no memory.
std::unexpected<Error> no_room() {
  return fail(ErrorCode::kUnsatisfiable, "fits nowhere");
}

}  // namespace

FleetIndex::FleetIndex(Rule rule) : core_(std::make_unique<Core>(rule)) {}
FleetIndex::FleetIndex(FleetIndex&&) noexcept = default;
FleetIndex& FleetIndex::operator=(FleetIndex&&) noexcept = default;
FleetIndex::~FleetIndex() = default;

Rule FleetIndex::rule() const {
  return core_->rule();
}

ModelNumber FleetIndex::add_model(const StateSpace& space) {
  return core_->add_model(space);
}

Result<GpuNumber> FleetIndex::add_gpus(ModelNumber model, std::size_t count,
                                       const GpuAttributes& attributes) {
  return core_->add_gpus(model, count, attributes);
}

Result<WantNumber> FleetIndex::add_want(std::span<const ServedBy> served_by) {
  return core_->add_want(served_by);
}

Status FleetIndex::expect(ModelNumber model, std::span<const double> shares) {
  return core_->expect(model, shares);
}

Status FleetIndex::prefer(ModelNumber model, Preference preference) {
  return core_->prefer(model, std::move(preference));
}

Result<FleetInstance> FleetIndex::place(WantNumber want, TenantNumber tenant) {
  if (!core_->knows(want)) {
    return unknown(want);
  }
  core_->count_request(want);
  const std::optional<FleetInstance> placed = core_->place(want, tenant);
  if (!placed) {
    return no_room();
  }
  return *placed;
}

Result<MovedPlacement> FleetIndex::place_or_move(WantNumber want, TenantNumber tenant) {
  if (!core_->knows(want)) {
    return unknown(want);
  }
  core_->count_request(want);
  if (const std::optional<FleetInstance> placed = core_->place(want, tenant)) {
    return MovedPlacement{.placed = *placed};
  }
  const std::optional<MovedPlacement> chosen = core_->choose_with_move(want, tenant);
  if (!chosen || !chosen->move) {
    return no_room();
  }
  core_->take(chosen->move->from);
  core_->put(chosen->placed);
  core_->put(chosen->move->to);
  return *chosen;
}

std::optional<FleetMove> FleetIndex::consolidate(float gain_min) {
  const std::optional<FleetMove> move = core_->choose_consolidation(gain_min);
  if (!move) {
    return std::nullopt;
  }
  core_->take(move->from);
  core_->put(move->to);
  return move;
}

Result<FleetInstance> FleetIndex::reserve(GpuNumber gpu, ProfileId profile, int start) {
  const Result<FleetInstance> free = core_->check_free(gpu, profile, start);
  if (free) {
    core_->put(*free);
  }
  return free;
}

Status FleetIndex::release(const FleetInstance& instance) {
  return core_->release(instance);
}

Status FleetIndex::set_attributes(GpuNumber gpu, const GpuAttributes& attributes) {
  return core_->set_attributes(gpu, attributes);
}

std::size_t FleetIndex::gpus() const {
  return core_->gpus();
}
const StateSpace& FleetIndex::space(GpuNumber gpu) const {
  return core_->space(gpu);
}
StateNumber FleetIndex::state(GpuNumber gpu) const {
  return core_->state(gpu);
}
const GpuAttributes& FleetIndex::attributes(GpuNumber gpu) const {
  return core_->attributes(gpu);
}
std::vector<FleetIndex::ClassCount> FleetIndex::classes() const {
  return core_->classes();
}
std::size_t FleetIndex::memory_bytes() const {
  return core_->memory_bytes();
}

}  // namespace sectile
