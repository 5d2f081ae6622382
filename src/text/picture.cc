#include "src/text/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "sectile/geometry/layout.h"
#include "src/text/glyphs.h"

namespace sectile::internal {
namespace {

constexpr std::string_view kBetween = " or ";  // Two sets that still fit.
constexpr int kOwnerMax = 200;                 // Columns: nobody reads more in a picture.

// "1c.3g.40gb" and "1g.10gb" both say their compute slices first.
std::string compute_label(const Profile& profile, const ComputeSlot& slot) {
  const ComputeProfile* const found = profile.find_compute(slot.profile);
  return found != nullptr ? fmt::format("{}c", found->compute_slices)
                          : fmt::format("CI {}", slot.profile.value);
}

// Empty if the instance holds just the compute instance that fills it.
std::string compute_in_brackets(const Profile& profile, const Slot& slot) {
  const std::span<const ComputeSlot> held = slot.compute();
  if (held.size() == 1) {
    const ComputeProfile* const only = profile.find_compute(held.front().profile);
    if (only != nullptr && only->fills) {
      return "";
    }
  }
  std::string result = "[";
  for (const ComputeSlot& compute : held) {
    result += (result.size() > 1 ? " " : "") + compute_label(profile, compute);
  }
  return result + "]";
}

// From the whole name to one letter; the first that fits its block is drawn.
std::vector<std::string> names_of(const Profile& profile, std::size_t index) {
  const std::string_view name = profile.name;
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::size_t sign = std::min(name.find_first_of("+-"), name.size());
  const std::string slices(name.substr(0, std::min(dot, sign)));
  return {profile.name, slices + profile.name.substr(sign), slices,
          std::string(1, static_cast<char>('a' + index % 26))};
}

Block instance(const GpuPicture& gpu, std::size_t index) {
  const Slot& slot = gpu.layout.slots()[index];
  Block block{.kind = Block::Kind::kInstance, .placement = slot.placement()};
  const Profile* const profile = gpu.model->find(slot.profile());
  if (profile == nullptr) {
    const std::string id = std::to_string(slot.profile().value);
    block.names = {"profile " + id, id, "?"};
  } else {
    block.compute_slices = profile->compute_slices;
    block.names = names_of(*profile, index);
    block.memory = profile->memory.value > 0 ? std::to_string(profile->memory.value) : "unified";
    block.compute = compute_in_brackets(*profile, slot);
  }
  if (index < gpu.owners.size()) {
    block.idle = gpu.owners[index].empty();
    block.owner = block.idle ? "idle" : shorten(gpu.owners[index], kOwnerMax);
  }
  return block;
}

Block free_run(int start, int end) {
  return {.kind = Block::Kind::kFree,
          .placement = {.start = start, .size = end - start},
          .names = {"free"}};
}

std::string plural(int count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// What becomes of the compute slices, in three numbers.
struct ComputeUse {
  int used = 0;    // By GPU instances.
  int unused = 0;  // Of those, by no compute instance.
};

ComputeUse compute_use(const GpuPicture& gpu) {
  ComputeUse use;
  for (const Slot& slot : gpu.layout.slots()) {
    const Profile* const profile = gpu.model->find(slot.profile());
    if (profile == nullptr) {
      continue;
    }
    use.used += profile->compute_slices;
    int left = profile->compute_slices;
    for (const ComputeSlot& compute : slot.compute()) {
      left -= compute.placement.size;
    }
    use.unused += std::max(left, 0);
  }
  return use;
}

// Compute slices are idle for good once no memory slice is left.
Fact compute_fact(const GpuPicture& gpu, bool memory_left) {
  const ComputeUse use = compute_use(gpu);
  const int idle = gpu.model->compute_slices - use.used;
  std::vector<std::string> parts = {
      fmt::format("{} of {} used", use.used, gpu.model->compute_slices)};
  if (idle > 0) {
    parts.back() += ",";
    parts.push_back(fmt::format("{} idle{}", idle,
                                memory_left ? ""
                                : idle == 1 ? ": no memory slice is left for it"
                                            : ": no memory slice is left for them"));
  }
  if (use.unused > 0) {
    parts.back() += ",";
    parts.push_back(fmt::format("{} without a compute instance", use.unused));
  }
  return {.label = "compute slices", .parts = std::move(parts)};
}

std::string range_in_words(const Placement& placement) {
  return placement.size == 1 ? std::to_string(placement.start)
                             : fmt::format("{}-{}", placement.start, placement.end() - 1);
}

// "a or b" as {"a", "or b"}.
std::vector<std::string> alternatives(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t next = text.find(kBetween); next != std::string_view::npos;
       next = text.find(kBetween)) {
    parts.emplace_back(text.substr(0, next));
    text.remove_prefix(next + 1);  // The word stays with what follows it.
  }
  parts.emplace_back(text);
  return parts;
}

}  // namespace

int ruler_length(const GpuPicture& gpu) {
  int length = std::max(gpu.model->memory_slices, 1);
  for (const Slot& slot : gpu.layout.slots()) {
    length = std::max(length, slot.placement().end());
  }
  return length;
}

std::vector<Block> blocks_of(const GpuPicture& gpu) {
  const int length = ruler_length(gpu);
  if (!gpu.mig_enabled) {
    return {{.kind = Block::Kind::kWhole,
             .placement = {.start = 0, .size = length},
             .names = {"MIG is off: one undivided GPU", "MIG is off", "off"},
             .memory = std::to_string(gpu.model->memory.value),
             .owner = gpu.owners.empty() ? "" : shorten(gpu.owners.front(), kOwnerMax)}};
  }
  std::vector<Block> result;
  int reached = 0;
  for (std::size_t i = 0; i < gpu.layout.size(); ++i) {
    Block block = instance(gpu, i);
    if (block.placement.start > reached) {
      result.push_back(free_run(reached, block.placement.start));
    }
    reached = block.placement.end();
    result.push_back(std::move(block));
  }
  if (reached < length) {
    result.push_back(free_run(reached, length));
  }
  return result;
}

std::vector<Fact> facts_of(const GpuPicture& gpu, const std::vector<Block>& blocks) {
  if (!gpu.mig_enabled) {
    return {};
  }
  const int length = ruler_length(gpu);
  int used = length;
  std::string free;
  for (const Block& block : blocks) {
    if (block.kind == Block::Kind::kFree) {
      used -= block.placement.size;
      free += (free.empty() ? ", free: " : ", ") + range_in_words(block.placement);
    }
  }
  return {compute_fact(gpu, used < length),
          {.label = "memory slices", .parts = {fmt::format("{} of {} used{}", used, length, free)}},
          {.label = "still fits", .parts = alternatives(still_fits(*gpu.model, gpu.layout))}};
}

std::string slices_in_words(const Placement& placement) {
  return (placement.size == 1 ? "memory slice " : "memory slices ") + range_in_words(placement);
}

std::string in_words(const Block& block) {
  switch (block.kind) {
    case Block::Kind::kFree:
      return "free: " + slices_in_words(block.placement);
    case Block::Kind::kWhole:
      return "MIG is off: one undivided GPU";
    case Block::Kind::kInstance:
      break;
  }
  std::string result = block.names.front() + block.compute + " at " +
                       slices_in_words(block.placement) + ", " +
                       plural(block.compute_slices, "compute slice");
  if (!block.memory.empty()) {
    result += block.memory == "unified" ? ", unified memory" : ", " + block.memory + " MiB";
  }
  return result + (block.owner.empty() ? "" : ", " + block.owner);
}

}  // namespace sectile::internal
