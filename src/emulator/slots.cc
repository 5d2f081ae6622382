#include "src/emulator/slots.h"

#include <algorithm>
#include <bit>

namespace sectile::emulator {
namespace {

// Ids from `first` on are as many equal parts of the GPU.
struct Level {
  std::uint32_t parts;
  std::uint32_t first;
};

constexpr std::array<Level, 4> kLevels = {{{1, 0}, {2, 1}, {4, 3}, {8, 7}}};

// Thor has three slices: two form the first half of its tree, one the second.
constexpr std::uint32_t kUnevenSlices = 3;

std::optional<std::uint32_t> uneven_id(Span span) {
  if (span.start == 0 && span.size == kUnevenSlices) {
    return 0;
  }
  if (span.start == 0 && span.size == 2) {
    return 1;
  }
  return span.start == 2 && span.size == 1 ? std::optional<std::uint32_t>(2) : std::nullopt;
}

bool is_ancestor(std::uint32_t id, std::uint32_t of) {
  while (of > id) {
    of = (of - 1) / 2;
  }
  return of == id;
}

bool has_media(const ProfileKind& profile) {
  return profile.decoders + profile.encoders + profile.jpeg + profile.ofa > 0;
}

// How often `each` fits into what `used` leaves of `all`.
int times(std::uint32_t all, std::uint32_t used, std::uint32_t each) {
  if (each == 0) {
    return static_cast<int>(kMaxInstances);
  }
  return used >= all ? 0 : static_cast<int>((all - used) / each);
}

// What the instances of a GPU hold together.
struct Held {
  std::uint32_t instances = 0;
  std::uint32_t same_profile = 0;
  std::uint32_t graphics = 0;
  std::uint32_t with_media = 0;
  std::uint32_t all_media = 0;
  std::uint32_t decoders = 0;
  std::uint32_t encoders = 0;
  std::uint32_t jpeg = 0;
  std::uint32_t ofa = 0;
};

Held held_by(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile) {
  Held held;
  for (const GpuInstance& instance : gpu.instances) {
    if (instance.exists == 0) {
      continue;
    }
    const ProfileKind& kind = geometry.profiles.items[instance.profile];
    held.instances += 1;
    held.same_profile += instance.profile == profile ? 1U : 0U;
    held.graphics += kind.graphics != 0 ? 1U : 0U;
    held.with_media += has_media(kind) ? 1U : 0U;
    held.all_media += kind.media == MediaKind::kAll ? 1U : 0U;
    held.decoders += kind.decoders;
    held.encoders += kind.encoders;
    held.jpeg += kind.jpeg;
    held.ofa += kind.ofa;
  }
  return held;
}

// The media engines of the whole GPU: those of the profile that takes all of it.
int engines_allow(const Geometry& geometry, const Held& held, const ProfileKind& wanted) {
  const auto profiles = geometry.profiles.view();
  const auto whole =
      std::ranges::find(profiles, geometry.memory_slices, &ProfileKind::memory_slices);
  if (whole == profiles.end()) {
    return static_cast<int>(kMaxInstances);
  }
  return std::min({times(whole->decoders, held.decoders, wanted.decoders),
                   times(whole->encoders, held.encoders, wanted.encoders),
                   times(whole->jpeg, held.jpeg, wanted.jpeg),
                   times(whole->ofa, held.ofa, wanted.ofa)});
}

bool needs_met(const Geometry& geometry, const Gpu& gpu, const ProfileKind& wanted) {
  return std::ranges::all_of(geometry.needs.view(), [&](const NeedKind& need) {
    return need.profile_id != wanted.id ||
           std::ranges::any_of(gpu.instances, [&](const GpuInstance& instance) {
             return instance.exists != 0 &&
                    geometry.profiles.items[instance.profile].id == need.needed_id;
           });
  });
}

// Thor's limits on instances with and without graphics.
int kind_allows(const Geometry& geometry, const Held& held, const ProfileKind& wanted) {
  const std::uint32_t limit =
      wanted.graphics != 0 ? geometry.max_graphics : geometry.max_compute_only;
  const std::uint32_t used = wanted.graphics != 0 ? held.graphics : held.instances - held.graphics;
  return limit == 0 ? static_cast<int>(kMaxInstances) : times(limit, used, 1);
}

bool is_free(const Gpu& gpu, std::uint32_t id) {
  for (std::uint32_t other = 0; other < kTreeIds; ++other) {
    if (gpu.instances[other].exists != 0 && in_the_way(id, other)) {
      return false;
    }
  }
  return true;
}

std::optional<std::uint32_t> id_at(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile,
                                   std::uint32_t start) {
  const std::uint32_t size = geometry.profiles.items[profile].memory_slices;
  return tree_id(geometry, gpu.swapped != 0, {.start = start, .size = size});
}

// (profile, start) pairs of the plain profiles whose slices are free, once `taken` is taken too.
int possible_pairs(const Geometry& geometry, const Gpu& gpu, std::uint32_t taken) {
  int pairs = 0;
  for (std::uint32_t p = 0; p < geometry.profiles.count; ++p) {
    const ProfileKind& kind = geometry.profiles.items[p];
    if (kind.media != MediaKind::kPlain || kind.graphics != 0) {
      continue;
    }
    for (const std::uint32_t start : kind.starts.view()) {
      const std::optional<std::uint32_t> id = id_at(geometry, gpu, p, start);
      pairs += id && is_free(gpu, *id) && !in_the_way(*id, taken) ? 1 : 0;
    }
  }
  return pairs;
}

bool overlap(Span one, Span other) {
  return one.start < other.start + other.size && other.start < one.start + one.size;
}

// Most of `spans` that can be taken without overlap, from index `from` on. There are at most 8.
int most_disjoint(const std::vector<Span>& spans, std::size_t from, std::vector<Span>& taken) {
  int best = 0;
  for (std::size_t i = from; i < spans.size(); ++i) {
    if (std::ranges::none_of(taken, [&](Span held) { return overlap(held, spans[i]); })) {
      taken.push_back(spans[i]);
      best = std::max(best, 1 + most_disjoint(spans, i + 1, taken));
      taken.pop_back();
    }
  }
  return best;
}

// Compute instances of one profile that slices and counts allow, whatever their places.
int compute_allowed(const ProfileKind& profile, const GpuInstance& instance,
                    std::uint32_t compute) {
  const ComputeKind& wanted = profile.compute.items[compute];
  std::uint32_t slices = 0;
  std::uint32_t same = 0;
  for (const ComputeInstance& held : instance.compute) {
    if (held.exists != 0) {
      slices += profile.compute.items[held.compute].slices;
      same += held.compute == compute ? 1 : 0;
    }
  }
  const int ids = static_cast<int>(kMaxComputeInstances - count_compute_instances(instance));
  return std::min({ids, times(profile.compute_slices, slices, wanted.slices),
                   times(wanted.max_count, same, 1)});
}

// Places for compute instances of any profile that would be left beside `taken`.
int possible_compute(const ProfileKind& profile, const GpuInstance& instance, Span taken) {
  int places = 0;
  for (std::uint32_t kind = 0; kind < profile.compute.count; ++kind) {
    for (const Span span : free_compute_spans(profile, instance, kind)) {
      places += overlap(span, taken) ? 0 : 1;
    }
  }
  return places;
}

}  // namespace

std::optional<std::uint32_t> tree_id(const Geometry& geometry, bool swapped, Span span) {
  const std::uint32_t slices = geometry.memory_slices;
  if (slices == kUnevenSlices) {
    return uneven_id(span);
  }
  for (const Level& level : kLevels) {
    if (slices % level.parts != 0 || slices / level.parts != span.size) {
      continue;
    }
    if (span.start % span.size != 0 || span.start >= slices) {
      return std::nullopt;
    }
    const std::uint32_t shift = swapped && level.parts > 1 ? slices / 2 : 0;
    return level.first + (span.start + shift) % slices / span.size;
  }
  return std::nullopt;
}

bool in_the_way(std::uint32_t id, std::uint32_t other) {
  return is_ancestor(id, other) || is_ancestor(other, id);
}

std::optional<std::uint32_t> find_profile(const Geometry& geometry, std::uint32_t profile_id) {
  const auto profiles = geometry.profiles.view();
  const auto found = std::ranges::find(profiles, profile_id, &ProfileKind::id);
  return found == profiles.end()
             ? std::nullopt
             : std::optional(static_cast<std::uint32_t>(found - profiles.begin()));
}

std::optional<std::uint32_t> find_profile_by_index(const Geometry& geometry, std::uint32_t index) {
  const auto profiles = geometry.profiles.view();
  const auto found = std::ranges::find(profiles, index, &ProfileKind::nvml_index);
  return found == profiles.end()
             ? std::nullopt
             : std::optional(static_cast<std::uint32_t>(found - profiles.begin()));
}

int allowed(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile) {
  const ProfileKind& wanted = geometry.profiles.items[profile];
  const Held held = held_by(geometry, gpu, profile);
  const bool clash = (wanted.media == MediaKind::kAll && held.with_media > 0) ||
                     (held.all_media > 0 && has_media(wanted));
  if (clash || !needs_met(geometry, gpu, wanted)) {
    return 0;
  }
  return std::min({times(geometry.max_instances, held.instances, 1),
                   times(wanted.max_count, held.same_profile, 1),
                   engines_allow(geometry, held, wanted), kind_allows(geometry, held, wanted)});
}

std::vector<std::uint32_t> free_starts(const Geometry& geometry, const Gpu& gpu,
                                       std::uint32_t profile) {
  std::vector<std::uint32_t> starts;
  if (allowed(geometry, gpu, profile) == 0) {
    return starts;
  }
  for (const std::uint32_t start : geometry.profiles.items[profile].starts.view()) {
    const std::optional<std::uint32_t> id = id_at(geometry, gpu, profile, start);
    if (id && is_free(gpu, *id)) {
      starts.push_back(start);
    }
  }
  return starts;
}

std::optional<std::uint32_t> default_start(const Geometry& geometry, const Gpu& gpu,
                                           std::uint32_t profile) {
  std::optional<std::uint32_t> best;
  int most = -1;
  for (const std::uint32_t start : free_starts(geometry, gpu, profile)) {
    const std::uint32_t id = id_at(geometry, gpu, profile, start).value_or(0);
    const int left = possible_pairs(geometry, gpu, id);
    if (left > most) {
      most = left;
      best = start;
    }
  }
  return best;
}

int remaining_capacity(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile) {
  // Instances of one profile have places of one size, which are the same or do not touch; so every
  // free place can be used.
  const auto places = static_cast<int>(free_starts(geometry, gpu, profile).size());
  return std::min(places, allowed(geometry, gpu, profile));
}

std::vector<Span> free_compute_spans(const ProfileKind& profile, const GpuInstance& instance,
                                     std::uint32_t compute) {
  std::vector<Span> spans;
  if (compute_allowed(profile, instance, compute) == 0) {
    return spans;
  }
  std::ranges::copy_if(
      profile.compute.items[compute].spans.view(), std::back_inserter(spans), [&](Span span) {
        return std::ranges::none_of(instance.compute, [&](const ComputeInstance& held) {
          return held.exists != 0 && overlap(held.span, span);
        });
      });
  return spans;
}

std::optional<Span> default_compute_span(const ProfileKind& profile, const GpuInstance& instance,
                                         std::uint32_t compute) {
  std::optional<Span> best;
  int most = -1;
  for (const Span span : free_compute_spans(profile, instance, compute)) {
    const int left = possible_compute(profile, instance, span);
    if (left > most) {
      most = left;
      best = span;
    }
  }
  return best;
}

int remaining_compute_capacity(const ProfileKind& profile, const GpuInstance& instance,
                               std::uint32_t compute) {
  std::vector<Span> taken;
  const int places = most_disjoint(free_compute_spans(profile, instance, compute), 0, taken);
  return std::min(places, compute_allowed(profile, instance, compute));
}

std::optional<std::uint32_t> find_compute(const ProfileKind& profile, std::uint32_t compute_id) {
  const auto kinds = profile.compute.view();
  const auto found = std::ranges::find(kinds, compute_id, &ComputeKind::id);
  return found == kinds.end() ? std::nullopt
                              : std::optional(static_cast<std::uint32_t>(found - kinds.begin()));
}

std::uint32_t count_instances(const Gpu& gpu) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(gpu.instances, [](const GpuInstance& i) { return i.exists != 0; }));
}

std::uint32_t count_compute_instances(const GpuInstance& instance) {
  return static_cast<std::uint32_t>(std::ranges::count_if(
      instance.compute, [](const ComputeInstance& i) { return i.exists != 0; }));
}

}  // namespace sectile::emulator
