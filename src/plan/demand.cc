#include "src/plan/demand.h"

#include <algorithm>

namespace sectile::internal {
namespace {

std::size_t index_of(std::vector<const Model*>& models, const Model* model) {
  const auto found = std::ranges::find(models, model);
  if (found == models.end()) {
    models.push_back(model);
    return models.size() - 1;
  }
  return static_cast<std::size_t>(found - models.begin());
}

void add_gpu(Demand& demand, const PlanGpu& gpu, std::size_t index) {
  const std::size_t model = index_of(demand.models, gpu.model);
  for (GpuKind& kind : demand.kinds) {
    if (kind.model == model && kind.kept == gpu.kept) {
      kind.gpus.push_back(index);
      return;
    }
  }
  demand.kinds.push_back({.model = model, .kept = gpu.kept, .gpus = {index}});
}

// Whether `less` could stand in for `more` at a pinch: never with more of anything, never without
// graphics, and with the usual media engines at least.
bool stands_in(const Profile& less, const Profile& more) {
  const bool usual = less.media == Media::kPlain || less.media == more.media;
  return usual && less.id != more.id && less.graphics == more.graphics &&
         less.compute_slices <= more.compute_slices && less.memory_slices <= more.memory_slices;
}

int given_up(const Profile& less, const Profile& more) {
  return more.compute_slices - less.compute_slices + more.memory_slices - less.memory_slices +
         (less.media == more.media ? 0 : 1);
}

// An extended instance serves nothing that a plain one of the same shape does not, and there are
// as many plain ones; leaving it out halves the search.
bool is_spare(const std::vector<Option>& options, const Profile& profile) {
  return profile.media == Media::kExtended &&
         std::ranges::any_of(options, [&](const Option& option) {
           const Profile& other = *option.choice.profile;
           return other.media == Media::kPlain && other.starts == profile.starts &&
                  other.memory_slices == profile.memory_slices &&
                  other.graphics == profile.graphics;
         });
}

void add_smaller(const Model& model, std::vector<Option>& options) {
  if (options.empty() || options.front().choice.compute != nullptr) {
    return;
  }
  const Profile& wanted = *options.front().choice.profile;
  for (const Profile& profile : model.profiles) {
    const int less = given_up(profile, wanted);
    if (stands_in(profile, wanted) && less > 0) {
      options.push_back({.choice = {.profile = &profile},
                         .rank = static_cast<int>(options.size()),
                         .given_up = less});
    }
  }
}

std::vector<Option> options_of(const Model& model, const Want& want, Shrink shrink) {
  std::vector<Option> options;
  for (const Choice& choice : choices(model, want)) {
    if (!is_spare(options, *choice.profile)) {
      options.push_back({.choice = choice, .rank = static_cast<int>(options.size())});
    }
  }
  if (shrink == Shrink::kYes) {
    add_smaller(model, options);
  }
  return options;
}

int least_slices(const std::vector<std::vector<Option>>& options) {
  int least = 0;
  for (const std::vector<Option>& of_model : options) {
    for (const Option& option : of_model) {
      const int slices = slices_of(option.choice);
      least = option.given_up == 0 && (least == 0 || slices < least) ? slices : least;
    }
  }
  return least;
}

void add_want(Demand& demand, const Want& want, std::size_t index, Shrink shrink) {
  std::vector<std::vector<Option>> options;
  options.reserve(demand.models.size());
  for (const Model* model : demand.models) {
    options.push_back(options_of(*model, want, shrink));
  }
  if (std::ranges::all_of(options, &std::vector<Option>::empty)) {
    demand.hopeless.push_back(index);
    return;
  }
  auto found = std::ranges::find(demand.classes, options, &DemandClass::options);
  if (found == demand.classes.end()) {
    const int slices = least_slices(options);
    demand.classes.push_back({.options = std::move(options), .slices = slices});
    found = demand.classes.end() - 1;
  }
  found->wants.push_back(index);
  found->count += want.count;
}

}  // namespace

Demand gather(std::span<const PlanGpu> gpus, std::span<const Want> wants, Shrink shrink) {
  Demand demand;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    add_gpu(demand, gpus[i], i);
  }
  for (std::size_t i = 0; i < wants.size(); ++i) {
    add_want(demand, wants[i], i, shrink);
  }
  return demand;
}

int slices_of(const Choice& choice) {
  return choice.profile->memory_slices + choice.profile->compute_slices;
}

}  // namespace sectile::internal
