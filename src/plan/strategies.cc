#include "src/plan/strategies.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "src/plan/cutting.h"
#include "src/plan/describe.h"
#include "src/plan/label.h"

namespace sectile::internal {
namespace {

std::string count_of(int count, const Profile& profile) {
  return std::to_string(count) + "x " + profile.name;
}

Result<Cut> repeated(const Model& model, const Profile& profile, int count,
                     std::vector<std::string> reasons) {
  const Result<Layout> layout = cut(model, std::vector(static_cast<std::size_t>(count), &profile));
  if (!layout) {
    return fail(layout);
  }
  return Cut{.layout = *layout, .reasons = std::move(reasons)};
}

Result<const Profile*> named(const Model& model, const std::string& label) {
  const std::optional<Label> parsed = parse_label(label);
  if (parsed && parsed->compute_instance) {
    return fail(ErrorCode::kInvalidArgument,
                "'" + label + "' names a compute instance; strategies cut GPU instances");
  }
  if (const Profile* profile = find_profile(model, label)) {
    return profile;
  }
  return fail(ErrorCode::kUnsatisfiable, model.key + " has no profile '" + label + "'",
              "it offers " + profile_names(model));
}

// One instance of a large profile and as many of a smaller one as fit beside it.
struct Mixture {
  const Profile* large = nullptr;
  const Profile* small = nullptr;
  Layout layout;
  int smalls = 0;
  int idle_compute = 0;
  int idle_memory = 0;
};

std::optional<Mixture> mixture(const Model& model, const Profile& large, const Profile& small) {
  ShapeMemory memory;
  std::vector<const Profile*> instances = {&large};
  std::optional<Mixture> best;
  for (int count = 1; count < model.max_instances; ++count) {
    instances.push_back(&small);
    const std::optional<Layout> layout = try_cut(model, instances, memory);
    if (!layout) {
      break;
    }
    best = {.large = &large,
            .small = &small,
            .layout = *layout,
            .smalls = count,
            .idle_compute = idle_compute(model, *layout),
            .idle_memory = idle_memory(model, *layout)};
  }
  return best;
}

// Each large one is paired with the largest one that takes fewer memory slices. Of these mixtures
// the one that leaves least idle, compute slices before memory slices; of equal ones the one whose
// large instance is larger. On an 80 GB A100: 1x 3g.40gb + 2x 2g.20gb.
std::optional<Mixture> best_mixture(const Model& model, const std::vector<const Profile*>& larges,
                                    const std::vector<const Profile*>& smalls) {
  std::optional<Mixture> best;
  for (const Profile* large : larges) {
    const auto small = std::ranges::find_if(smalls, [&](const Profile* profile) {
      return profile->memory_slices < large->memory_slices;
    });
    if (small == smalls.end()) {
      continue;
    }
    const std::optional<Mixture> next = mixture(model, *large, **small);
    if (next && (!best || std::tie(next->idle_compute, next->idle_memory) <
                              std::tie(best->idle_compute, best->idle_memory))) {
      best = next;
    }
  }
  return best;
}

Result<Cut> cut_set(const Model& model, const std::vector<std::string>& labels) {
  std::vector<const Profile*> instances;
  for (const std::string& label : labels) {
    const Result<const Profile*> profile = named(model, label);
    if (!profile) {
      return fail(profile);
    }
    instances.push_back(*profile);
  }
  const Result<Layout> layout = cut(model, instances);
  if (!layout) {
    return fail(layout);
  }
  return Cut{.layout = *layout,
             .reasons = {"exactly the profile set, placed so that what is left "
                         "is most useful"}};
}

// Of the plain profiles the one of which most fit; of equal ones the largest, which comes first.
const Profile& most_numerous(const Model& model) {
  const std::vector<const Profile*> plain = plain_profiles(model);
  return **std::ranges::max_element(
      plain, {}, [&](const Profile* profile) { return capacity(model, *profile); });
}

// A way to cut a GPU into equal shares, as many as fit.
struct Shares {
  int parts = 0;
  const Profile* profile = nullptr;
};

std::string listed_parts(const std::vector<Shares>& ways) {
  std::vector<std::string> items;
  items.reserve(ways.size());
  for (const Shares& way : ways) {
    items.push_back(std::to_string(way.parts) + " (" + way.profile->name + ")");
  }
  return listed(items);
}

// Equal shares of memory: for each size that some profile has, as many as fit of the profile of
// which most fit. A plain one if it does as well as any; otherwise the double-memory one, which is
// what there is for a quarter of an 8-slice GPU. Fewest parts first.
std::vector<Shares> memory_shares(const Model& model) {
  std::vector<const Profile*> profiles = plain_profiles(model);
  for (const Profile& profile : model.profiles) {
    if (profile.double_memory()) {
      profiles.push_back(&profile);
    }
  }
  std::vector<Shares> ways;
  for (const Profile* profile : profiles) {
    const Shares way{.parts = capacity(model, *profile), .profile = profile};
    const auto same = std::ranges::find_if(ways, [&](const Shares& other) {
      return other.profile->memory_slices == profile->memory_slices;
    });
    if (same == ways.end()) {
      ways.push_back(way);
    } else if (way.parts > same->parts) {
      *same = way;
    }
  }
  std::ranges::stable_sort(ways, {}, &Shares::parts);
  const auto repeated = std::ranges::unique(ways, {}, &Shares::parts);  // Thor: one of each size.
  ways.erase(repeated.begin(), repeated.end());
  return ways;
}

// Equal shares of compute slices: each plain profile, as many as fit; for a number of parts the
// largest profile that gives it. Fewest parts first.
std::vector<Shares> compute_shares(const Model& model) {
  std::vector<Shares> ways;
  for (const Profile* profile : plain_profiles(model)) {
    const int parts = capacity(model, *profile);
    if (std::ranges::find(ways, parts, &Shares::parts) == ways.end()) {
      ways.push_back({.parts = parts, .profile = profile});
    }
  }
  std::ranges::stable_sort(ways, {}, &Shares::parts);
  return ways;
}

// "3x 2g.20gb: equal shares of 2 compute slices".
Result<Cut> cut_shares(const Model& model, const Shares& shares, const std::string& what,
                       int size) {
  return repeated(model, *shares.profile, shares.parts,
                  {count_of(shares.parts, *shares.profile) + ": equal shares of " +
                   number_of(size, what + " slice")});
}

Result<Shares> with_parts(const Model& model, const std::vector<Shares>& ways, int parts,
                          const std::string& what) {
  const auto found = std::ranges::find(ways, parts, &Shares::parts);
  if (found != ways.end()) {
    return *found;
  }
  const bool memory = what == "memory";
  return fail(ErrorCode::kUnsatisfiable,
              number_of(memory ? model.memory_slices : model.compute_slices, what + " slice") +
                  " of " + model.key + " are not cut into exactly " + std::to_string(parts) +
                  " equal shares by any profile",
              "parts that work: " + listed_parts(ways));
}

}  // namespace

// Plain profiles if two sizes of them fit beside each other. Where they do not (Thor takes only one
// instance without graphics), the small one or else the large one may have another suffix. Where
// there is one size below the whole GPU, equal instances are all there is.
Result<Cut> mixed(const Model& model, const std::vector<std::string>& profile_set) {
  if (!profile_set.empty()) {
    return cut_set(model, profile_set);
  }
  const std::vector<const Profile*> plain = plain_profiles(model);
  std::vector<const Profile*> graphics;
  for (const Profile& profile : model.profiles) {
    if (profile.graphics) {
      graphics.push_back(&profile);
    }
  }
  std::optional<Mixture> best = best_mixture(model, plain, plain);
  if (!best) {
    best = best_mixture(model, plain, graphics);
  }
  if (!best) {
    const Profile& profile = most_numerous(model);
    return repeated(model, profile, capacity(model, profile),
                    {"no two sizes of profile fit beside each other on " + model.key +
                     ", so the instances are equal"});
  }
  return Cut{.layout = best->layout,
             .reasons = {count_of(1, *best->large) + " for the large work, " +
                         count_of(best->smalls, *best->small) +
                         " for the small: of such pairs the "
                         "one that leaves least idle"}};
}

Result<Cut> all_balanced(const Model& model, const std::optional<std::string>& label) {
  const Result<const Profile*> profile =
      label ? named(model, *label) : Result<const Profile*>(&most_numerous(model));
  if (!profile) {
    return fail(profile);
  }
  const int count = capacity(model, **profile);
  if (count == 0) {
    return fail(ErrorCode::kUnsatisfiable,
                (*profile)->name + " cannot exist alone on an empty " + model.key);
  }
  return repeated(model, **profile, count,
                  {"as many " + (*profile)->name + " as fit: " + std::to_string(count)});
}

Result<Cut> high_performance(const Model& model) {
  return repeated(model, model.whole(), 1, {"all of the GPU in one " + model.whole().name});
}

// Two parts unless told otherwise; fewer if two do not fit.
Result<Cut> memory_balanced(const Model& model, std::optional<int> parts) {
  const std::vector<Shares> ways = memory_shares(model);
  const auto two = std::ranges::find(ways, 2, &Shares::parts);
  const Result<Shares> shares = parts               ? with_parts(model, ways, *parts, "memory")
                                : two != ways.end() ? Result<Shares>(*two)
                                                    : Result<Shares>(ways.front());
  if (!shares) {
    return fail(shares);
  }
  return cut_shares(model, *shares, "memory", shares->profile->memory_slices);
}

// Unless told otherwise, the smallest profile with two or more compute slices of which at least two
// fit (single slices are what all-balanced gives); without one, the smallest of which two fit; or
// else the whole GPU.
Result<Cut> compute_balanced(const Model& model, std::optional<int> parts) {
  const std::vector<Shares> ways = compute_shares(model);
  const auto rank = [](const Shares& shares) {
    const bool several = shares.parts >= 2;
    return std::tuple(several, several && shares.profile->compute_slices >= 2, shares.parts);
  };
  const Result<Shares> shares = parts ? with_parts(model, ways, *parts, "compute")
                                      : Result<Shares>(*std::ranges::max_element(ways, {}, rank));
  if (!shares) {
    return fail(shares);
  }
  return cut_shares(model, *shares, "compute", shares->profile->compute_slices);
}

}  // namespace sectile::internal
