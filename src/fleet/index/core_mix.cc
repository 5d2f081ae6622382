// What the order of states is made for: the mix that is expected, or what was learned for it.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>

#include "src/fleet/index/core.h"

namespace sectile {
namespace {

// What was asked for is looked at this often, and weighed over some eight thousand requests; a
// difference in shares that adds up to kDriftMin is worth a new ranking.
constexpr std::uint32_t kRequestsBetweenLooks = 1024;
constexpr double kRequestsWeighed = 8192;
constexpr double kDriftMin = 0.15;

}  // namespace

Status FleetIndex::Core::check_mix(ModelNumber model, std::span<const double> shares) const {
  if (model.value >= models_.size()) {
    return fail(ErrorCode::kInvalidArgument, "no model number " + std::to_string(model.value));
  }
  const ModelEntry& entry = models_[model.value];
  const auto sound = [](double share) { return std::isfinite(share) && share >= 0; };
  if (shares.size() != entry.shares.size() || !std::ranges::all_of(shares, sound)) {
    return fail(ErrorCode::kInvalidArgument, entry.space->model().key + ": a mix is " +
                                                 std::to_string(entry.shares.size()) +
                                                 " shares, finite and none negative");
  }
  return {};
}

Status FleetIndex::Core::expect(ModelNumber model, std::span<const double> shares) {
  if (const Status sound = check_mix(model, shares); !sound) {
    return sound;
  }
  rank_model(model.value, shares);
  return {};
}

Status FleetIndex::Core::prefer(ModelNumber model, Preference preference) {
  if (const Status sound = check_mix(model, preference.shares); !sound) {
    return sound;
  }
  const StateSpace& space = *models_[model.value].space;
  const auto bounded = [](const std::vector<float>& lack) {
    return std::ranges::all_of(lack,
                               [](float each) { return std::abs(each) <= Preference::kMaxLack; });
  };
  if (rule_ != Rule::kForesight || preference.potential.size() != space.size() ||
      !bounded(preference.potential)) {
    return fail(ErrorCode::kInvalidArgument,
                space.model().key + ": a potential is a number up to 1e30 for each of " +
                    std::to_string(space.size()) + " states, and for the rule foresight only");
  }
  const auto sound = [&](const std::vector<float>& row) { return !row.empty() && bounded(row); };
  const std::size_t rows = preference.scarcity.size();
  if (rows != 0 &&
      (rows != space.profiles().size() || !std::ranges::all_of(preference.scarcity, sound))) {
    return fail(ErrorCode::kInvalidArgument,
                space.model().key + ": a scarcity is one number up to 1e30 or more for each of " +
                    std::to_string(space.profiles().size()) + " profiles, or none at all");
  }
  note_mix(model.value, preference.shares);
  rank_again(model.value,
             internal::rank_states(space, make_rule_table(space, std::move(preference.potential)),
                                   internal::Scarcity(std::move(preference.scarcity))));
  return {};
}

void FleetIndex::Core::note_mix(std::size_t model, std::span<const double> shares) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (std::size_t profile = 0; profile < shares.size(); ++profile) {
    models_[model].shares[profile] =
        total > 0 ? shares[profile] / total : 1.0 / static_cast<double>(shares.size());
  }
}

void FleetIndex::Core::rank_model(std::size_t model, std::span<const double> shares) {
  note_mix(model, shares);
  const ModelEntry& entry = models_[model];
  if (rule_ == Rule::kForesight) {  // No other rule looks at shares.
    rank_again(model, internal::rank_states(*entry.space,
                                            make_rule_table(*entry.space, rule_, entry.shares)));
  }
}

void FleetIndex::Core::rank_again(std::size_t model, internal::Ranking ranking) {
  ModelEntry& entry = models_[model];
  entry.ranking = std::move(ranking);
  for (Class& of_model : classes_) {
    if (of_model.model != model) {
      continue;
    }
    of_model.open.clear();
    for (const auto& order : entry.ranking.order) {
      of_model.open.emplace_back(order.size());
    }
    of_model.room = {};
    for (std::size_t number = 0; number < of_model.count.size(); ++number) {
      const auto state = static_cast<StateNumber>(number);
      if (of_model.count[state] > 0) {
        set_open(of_model, state, true);
        internal::change_room(of_model.room, {}, entry.ranking.room[state], of_model.count[state]);
      }
    }
  }
}

void FleetIndex::Core::count_request(WantNumber want) {
  for (const std::size_t model : wants_[want.value].models) {
    ModelEntry& entry = models_[model];
    entry.counted[wants_[want.value].profile[model]] += 1;
    entry.total += 1;
  }
  if (++requests_ % kRequestsBetweenLooks != 0) {
    return;
  }
  for (std::size_t model = 0; model < models_.size(); ++model) {
    ModelEntry& entry = models_[model];
    if (entry.total == 0) {
      continue;
    }
    double difference = 0;
    for (std::size_t profile = 0; profile < entry.shares.size(); ++profile) {
      difference += std::abs(entry.counted[profile] / entry.total - entry.shares[profile]);
    }
    if (difference > kDriftMin) {
      rank_model(model, entry.counted);
    }
    if (entry.total < kRequestsWeighed) {
      continue;
    }
    for (double& count : entry.counted) {
      count /= 2;
    }
    entry.total /= 2;
  }
}

}  // namespace sectile
