#include "sectile/plan/advise.h"

#include <algorithm>
#include <utility>

namespace sectile {
namespace {

constexpr int kPercent = 100;
constexpr std::int64_t kParts = 10'000;  // Of a GPU, to compare slices of different models.

// The question, with what every rule looks at.
struct Case {
  const Model& model;
  const Want& want;
  const WorkloadTraits& traits;
  const AdviceOptions& options;
  MiB need;  // Of one instance.
  const Profile* profile =
      nullptr;      // The smallest that serves it; nullptr: not even the whole GPU.
  int compute = 0;  // Compute slices that it keeps busy.

  MiB memory_of_all() const { return need * want.count; }
  bool share_fits() const { return memory_of_all() <= model.whole().memory; }
  int idle_percent() const {
    const std::int64_t has = profile == nullptr ? 0 : profile->memory.value;
    return has == 0 ? 0 : static_cast<int>((has - std::min(need.value, has)) * kPercent / has);
  }
};

bool plain(const Profile& profile) {
  return profile.media == Media::kPlain && !profile.graphics;
}

// A want by label needs what the profile has; by need, what it says.
std::optional<Case> look_up(const Model& model, const Want& want, const WorkloadTraits& traits,
                            const AdviceOptions& options) {
  Case c{.model = model, .want = want, .traits = traits, .options = options, .need = {}};
  c.compute = (traits.busy_percent * model.compute_slices + kPercent - 1) / kPercent;
  Want asked = want;
  if (auto* const need = std::get_if<ByNeed>(&asked.what)) {
    c.need = need->memory_min;
    need->compute_min = std::max(need->compute_min, std::min(c.compute, model.compute_slices));
    c.compute = std::max(c.compute, need->compute_min);
  }
  const std::vector<Choice> found = choices(model, asked);
  if (!found.empty()) {
    c.profile = found.front().profile;
  }
  if (const auto* const need = std::get_if<ByNeed>(&want.what)) {
    // Too large is an answer; graphics that the model does not have is none.
    const bool hopeless = found.empty() && need->graphics;
    return hopeless ? std::nullopt : std::optional(c);
  }
  if (found.empty()) {
    return std::nullopt;
  }
  c.need = found.front().profile->memory;
  return c;
}

// The largest plain profile below the whole GPU.
MiB next_smaller(const Model& model) {
  MiB largest;
  for (const Profile& profile : model.profiles) {
    if (plain(profile) && profile.memory_slices < model.whole().memory_slices) {
      largest = std::max(largest, profile.memory);
    }
  }
  return largest;
}

int most_on_a_gpu(const Case& c) {
  return c.profile == nullptr ? 0 : c.profile->max_count;
}

// What each rule says, or nothing if it does not apply.
struct Decision {
  Sharing sharing;
  AdviceReason reason;
};
using Rule = std::optional<Decision> (*)(const Case&);

std::optional<Decision> gpus_at_once(const Case& c) {
  if (c.traits.gpus <= 1) {
    return std::nullopt;
  }
  return Decision{Sharing::kSeveralGpus,
                  {.rule = AdviceRule::kGpusAtOnce, .numbers = {c.traits.gpus}}};
}

std::optional<Decision> too_large(const Case& c) {
  if (c.need <= c.model.whole().memory) {
    return std::nullopt;
  }
  return Decision{
      Sharing::kSeveralGpus,
      {.rule = AdviceRule::kTooLarge, .numbers = {c.need.value, c.model.whole().memory.value}}};
}

std::optional<Decision> fills_gpu(const Case& c) {
  const bool only_whole = c.profile == nullptr || c.profile == &c.model.whole();
  const bool busy = c.traits.busy_percent >= c.options.full_percent;
  if (!only_whole && !busy) {
    return std::nullopt;
  }
  return Decision{Sharing::kWholeGpu,
                  {.rule = AdviceRule::kFillsGpu,
                   .numbers = {c.need.value, next_smaller(c.model).value, c.traits.busy_percent,
                               c.options.full_percent}}};
}

std::optional<Decision> untrusted(const Case& c) {
  if (c.traits.trusted) {
    return std::nullopt;
  }
  return Decision{Sharing::kSlice,
                  {.rule = AdviceRule::kUntrusted, .numbers = {c.want.count, most_on_a_gpu(c)}}};
}

std::optional<Decision> latency(const Case& c) {
  if (!c.traits.latency_critical) {
    return std::nullopt;
  }
  return Decision{
      Sharing::kSlice,
      {.rule = AdviceRule::kLatency, .numbers = {c.profile->compute_slices, c.profile->sm_count}}};
}

std::optional<Decision> quiet(const Case& c) {
  const int busy = c.traits.busy_percent;
  if (!c.traits.bursty || busy == 0 || busy > c.options.quiet_percent || !c.share_fits()) {
    return std::nullopt;
  }
  return Decision{Sharing::kTimeSlicing,
                  {.rule = AdviceRule::kQuiet, .numbers = {busy, c.options.quiet_percent}}};
}

std::optional<Decision> borrows(const Case& c) {
  if (!c.traits.bursty || !c.share_fits()) {
    return std::nullopt;
  }
  return Decision{
      Sharing::kMps,
      {.rule = AdviceRule::kBorrows,
       .numbers = {c.want.count, c.memory_of_all().value, c.model.whole().memory.value}}};
}

std::optional<Decision> above_border(const Case& c) {
  if (c.idle_percent() <= c.options.idle_percent_max || !c.share_fits() || c.want.count < 2) {
    return std::nullopt;
  }
  return Decision{Sharing::kMps,
                  {.rule = AdviceRule::kAboveBorder,
                   .numbers = {c.need.value, c.profile->memory.value, c.idle_percent(),
                               c.options.idle_percent_max}}};
}

std::optional<Decision> fits(const Case& c) {
  return Decision{Sharing::kSlice,
                  {.rule = AdviceRule::kFits,
                   .numbers = {c.need.value, c.profile->memory.value, c.idle_percent()}}};
}

constexpr Rule kRules[] = {gpus_at_once, too_large, fills_gpu,    untrusted, latency,
                           quiet,        borrows,   above_border, fits};

// What should be known beside the decision.
void add_remarks(const Case& c, Advice& advice) {
  const bool slice = advice.sharing == Sharing::kSlice;
  if (slice && c.idle_percent() > c.options.idle_percent_max &&
      advice.reasons.front().rule != AdviceRule::kFits) {
    advice.reasons.push_back({.rule = AdviceRule::kWasteAccepted,
                              .numbers = {c.need.value, c.profile->memory.value, c.idle_percent(),
                                          c.options.idle_percent_max}});
  }
  if (slice && c.model.mode_needs_reset && c.options.virtual_machine) {
    advice.reasons.push_back({.rule = AdviceRule::kModeNeedsReset});
  }
  if (advice.sharing == Sharing::kMps) {
    advice.reasons.push_back({.rule = AdviceRule::kMpsNoIsolation});
  }
  if (advice.sharing == Sharing::kTimeSlicing) {
    advice.reasons.push_back({.rule = AdviceRule::kSharesAll,
                              .numbers = {c.memory_of_all().value, c.model.whole().memory.value}});
  }
}

int gpus_needed(const Case& c, Sharing sharing) {
  if (sharing != Sharing::kSeveralGpus) {
    return 1;
  }
  const std::int64_t has = std::max<std::int64_t>(1, c.model.whole().memory.value);
  const std::int64_t by_memory = (c.need.value + has - 1) / has;
  return static_cast<int>(std::max<std::int64_t>(c.traits.gpus, by_memory));
}

// Smaller is better: a slice before the other ways, then the least part of a GPU.
std::pair<int, std::int64_t> cost(const Advice& advice) {
  const std::int64_t part =
      advice.profile == nullptr
          ? kParts
          : kParts * advice.profile->memory_slices / std::max(1, advice.model->memory_slices);
  return {static_cast<int>(advice.sharing), part * advice.gpus};
}

}  // namespace

std::string_view to_string(Sharing sharing) {
  switch (sharing) {
    case Sharing::kSlice:
      return "MIG slice";
    case Sharing::kMps:
      return "MPS";
    case Sharing::kTimeSlicing:
      return "time-slicing";
    case Sharing::kWholeGpu:
      return "whole GPU";
    case Sharing::kSeveralGpus:
      return "several GPUs";
  }
  return "";
}

std::optional<Advice> advise(const Model& model, const Want& want, const WorkloadTraits& traits,
                             const AdviceOptions& options) {
  const std::optional<Case> c = look_up(model, want, traits, options);
  if (!c) {
    return std::nullopt;
  }
  for (const Rule rule : kRules) {
    std::optional<Decision> decision = rule(*c);
    if (!decision) {
      continue;
    }
    Advice advice{.sharing = decision->sharing,
                  .model = &model,
                  .profile = nullptr,
                  .gpus = gpus_needed(*c, decision->sharing),
                  .reasons = {std::move(decision->reason)}};
    if (advice.sharing == Sharing::kSlice) {
      advice.profile = c->profile;
    } else if (advice.sharing == Sharing::kWholeGpu) {
      advice.profile = &model.whole();
    }
    add_remarks(*c, advice);
    return advice;
  }
  return std::nullopt;
}

std::optional<Advice> advise(std::span<const Model* const> models, const Want& want,
                             const WorkloadTraits& traits, const AdviceOptions& options) {
  std::optional<Advice> best;
  for (const Model* model : models) {
    const std::optional<Advice> advice = advise(*model, want, traits, options);
    if (advice && (!best || cost(*advice) < cost(*best))) {
      best = advice;
    }
  }
  return best;
}

}  // namespace sectile
