#include "src/fleet/program/matching.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "sectile/base/check.h"
#include "src/fleet/program/flow.h"

namespace sectile::fleet::program {
namespace {

// The costs of a move: leaving the node is worse than waiting for another move.
constexpr std::int64_t kWaits = 1;
constexpr std::int64_t kLeavesNode = 2;

struct Place {
  std::size_t gpu = 0;
  Slot slot = {};
};

bool has(const Layout& layout, const Slot& slot) {
  const Slot* const found = layout.find(slot.placement());
  return found != nullptr && found->profile() == slot.profile();
}

// What may be exchanged: instances of a profile of a model for a tenant.
using Kind = std::tuple<const Model*, std::string, ProfileId>;

// Of one kind: who leaves and where there is room, by node.
struct Market {
  std::map<std::string, std::vector<Place>> leaving;
  // By node, and whether something in use must leave first.
  std::map<std::pair<std::string, bool>, std::vector<Place>> free;
};

// A flow from the nodes of those who leave to those with room; other nodes through a hub.
class Transport {
 public:
  explicit Transport(Market& market) : market_(market) { build(); }

  Status run(std::span<const FleetGpu> fleet, std::vector<Move>& moves);

 private:
  void build();
  static void move(std::span<const FleetGpu> fleet, std::vector<Place>& from,
                   std::vector<Place>& to, std::int64_t count, std::vector<Move>& moves);

  Market& market_;
  std::vector<std::int64_t> supply_ = {0};  // Node 0 is the hub.
  std::vector<FlowArc> arcs_;
  // Parallel to the arcs; nullptr: the hub.
  std::vector<std::pair<std::vector<Place>*, std::vector<Place>*>> ends_;
};

void Transport::build() {
  std::map<std::string, std::size_t> sources;
  const auto infinite = [](const std::vector<Place>& places) {
    return static_cast<std::int64_t>(places.size());
  };
  for (auto& [node, places] : market_.leaving) {
    sources[node] = supply_.size();
    arcs_.push_back(
        {.from = supply_.size(), .to = 0, .capacity = infinite(places), .cost = kLeavesNode});
    ends_.emplace_back(&places, nullptr);
    supply_.push_back(infinite(places));
  }
  for (auto& [key, places] : market_.free) {
    const auto& [node, waits] = key;
    const std::int64_t cost = waits ? kWaits : 0;
    arcs_.push_back({.from = 0, .to = supply_.size(), .capacity = infinite(places), .cost = cost});
    ends_.emplace_back(nullptr, &places);
    if (const auto source = sources.find(node); source != sources.end()) {
      arcs_.push_back({.from = source->second,
                       .to = supply_.size(),
                       .capacity = infinite(places),
                       .cost = cost});
      ends_.emplace_back(&market_.leaving.at(node), &places);
    }
    supply_.push_back(-infinite(places));
  }
}

void Transport::move(std::span<const FleetGpu> fleet, std::vector<Place>& from,
                     std::vector<Place>& to, std::int64_t count, std::vector<Move>& moves) {
  for (; count > 0; --count) {
    SECTILE_CHECK(!from.empty() && !to.empty());
    const Place source = from.back();
    const Place target = to.back();
    from.pop_back();
    to.pop_back();
    moves.push_back(
        {.from_gpu = source.gpu,
         .from = source.slot,
         .to_gpu = target.gpu,
         .to = moved(*fleet[source.gpu].model, source.slot, target.slot.placement().start)});
  }
}

Status Transport::run(std::span<const FleetGpu> fleet, std::vector<Move>& moves) {
  const Result<std::vector<std::int64_t>> flow = cheapest_flow(supply_, arcs_);
  if (!flow) {
    return fail(ErrorCode::kFailed, "instances that move found no place",
                "please report it with the fleet");
  }
  std::vector<std::vector<Place>*> through_hub_from;
  std::vector<std::vector<Place>*> through_hub_to;
  for (std::size_t i = 0; i < arcs_.size(); ++i) {
    const auto& [from, to] = ends_[i];
    const std::int64_t count = (*flow)[i];
    if (from != nullptr && to != nullptr) {
      move(fleet, *from, *to, count, moves);
    } else if (from != nullptr) {
      through_hub_from.insert(through_hub_from.end(), static_cast<std::size_t>(count), from);
    } else {
      through_hub_to.insert(through_hub_to.end(), static_cast<std::size_t>(count), to);
    }
  }
  SECTILE_CHECK(through_hub_from.size() == through_hub_to.size());
  for (std::size_t i = 0; i < through_hub_from.size(); ++i) {
    move(fleet, *through_hub_from[i], *through_hub_to[i], 1, moves);
  }
  return {};
}

struct Markets {
  std::map<Kind, Market> by_kind;
  std::vector<Kind> order;  // By first GPU: no address decides.

  Market& of(const FleetGpu& gpu, const Slot& slot) {
    const Kind kind(gpu.model, gpu.tenant, slot.profile());
    const auto [place, added] = by_kind.try_emplace(kind);
    if (added) {
      order.push_back(kind);
    }
    return place->second;
  }
};

bool overlaps(const Layout& layout, const Slot& slot) {
  return std::ranges::any_of(layout.slots(), [&](const Slot& other) {
    return other.placement().overlaps(slot.placement());
  });
}

// Who leaves the GPU and who may come, from what is in use to the target.
void add_gpu(Markets& markets, const FleetGpu& gpu, std::size_t index, const Layout& target) {
  const Layout in_use = gpu.in_use();
  for (const Slot& slot : in_use.slots()) {
    if (!has(target, slot)) {
      markets.of(gpu, slot).leaving[gpu.node].push_back({.gpu = index, .slot = slot});
    }
  }
  for (const Slot& slot : target.slots()) {
    if (!has(in_use, slot)) {
      const bool waits = overlaps(in_use, slot);
      markets.of(gpu, slot).free[{gpu.node, waits}].push_back({.gpu = index, .slot = slot});
    }
  }
}

}  // namespace

Slot moved(const Model& model, const Slot& slot, int start) {
  const Profile* const profile = model.find(slot.profile());
  SECTILE_CHECK(profile != nullptr);
  Slot result = Slot::bare(*profile, start);
  for (const ComputeSlot& compute : slot.compute()) {
    result = result.with_compute(*profile, compute).value_or(result);
  }
  return result;
}

Result<std::vector<Move>> match(std::span<const FleetGpu> fleet, std::span<const Layout> targets) {
  Markets markets;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    if (fleet[i].healthy) {
      add_gpu(markets, fleet[i], i, targets[i]);
    }
  }
  std::vector<Move> moves;
  for (const Kind& kind : markets.order) {
    Market& market = markets.by_kind.at(kind);
    if (market.leaving.empty()) {
      continue;
    }
    if (const Status done = Transport(market).run(fleet, moves); !done) {
      return fail(done);
    }
  }
  return moves;
}

}  // namespace sectile::fleet::program
