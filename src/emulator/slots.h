// The slot map: which GPU instances an emulated GPU can hold, and where the driver puts them.
//
// A GPU instance's id is its position in a tree of spans: 0 is the whole GPU, 1 and 2 its halves, 3
// to 6 its quarters, 7 to 14 its eighths (or however far the model divides). Two instances are in
// each other's way if one id is an ancestor of the other. That is all there is to know about space;
// media engines, counts and Thor's rules come on top. Source: the open kernel driver's tables of
// GPU instance ids, transcripts of real hardware. Pure functions; they know no planner.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "src/emulator/state.h"

namespace sectile::emulator {

// The id of an instance of `size` memory slices at `start`. Boards whose missing slice lies in the
// other half number their halves the other way round: `swapped`. Nothing if there is no such span.
std::optional<std::uint32_t> tree_id(const Geometry& geometry, bool swapped, Span span);

// Whether instances with these ids cannot exist at once.
bool in_the_way(std::uint32_t id, std::uint32_t other);

// Index into geometry.profiles.
std::optional<std::uint32_t> find_profile(const Geometry& geometry, std::uint32_t profile_id);
std::optional<std::uint32_t> find_profile_by_index(const Geometry& geometry, std::uint32_t index);

// How many more instances of the profile counts, engines and special rules allow, whatever the
// space.
int allowed(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile);

// Starts at which an instance of the profile could be created now, ascending.
std::vector<std::uint32_t> free_starts(const Geometry& geometry, const Gpu& gpu,
                                       std::uint32_t profile);

// Where the driver puts an instance when nobody says where: where the fewest (profile, start) pairs
// of the plain profiles stop being possible; of equal ones the lowest. Inferred from transcripts.
std::optional<std::uint32_t> default_start(const Geometry& geometry, const Gpu& gpu,
                                           std::uint32_t profile);

// How many more instances of the profile can exist at once. Exact.
int remaining_capacity(const Geometry& geometry, const Gpu& gpu, std::uint32_t profile);

// The same questions about compute instances, in compute slices of a GPU instance.
std::vector<Span> free_compute_spans(const ProfileKind& profile, const GpuInstance& instance,
                                     std::uint32_t compute);
std::optional<Span> default_compute_span(const ProfileKind& profile, const GpuInstance& instance,
                                         std::uint32_t compute);
int remaining_compute_capacity(const ProfileKind& profile, const GpuInstance& instance,
                               std::uint32_t compute);
std::optional<std::uint32_t> find_compute(const ProfileKind& profile, std::uint32_t compute_id);

std::uint32_t count_instances(const Gpu& gpu);
std::uint32_t count_compute_instances(const GpuInstance& instance);

}  // namespace sectile::emulator
