#include "sectile/text/notation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "sectile/text/gpu_spec.h"
#include "src/text/place.h"
#include "src/text/profile_label.h"
#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::ComputeItem;
using internal::LayoutItem;
using internal::parse_number;
using internal::printable;

constexpr std::size_t kMaxNotationBytes = 4096;

std::unexpected<Error> malformed(std::string_view item) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("'{}' is no part of a layout", printable(item)),
              "write a layout such as 3g.40gb@4 2x2g.20gb 7g.80gb@0[3c 2c 2c]");
}

bool is_separator(char c) {
  return internal::is_space(c) || c == ',';
}

// Takes one item off the front of the text, up to a separator that is not in brackets; empty if
// there is none left.
std::string_view take_item(std::string_view& text) {
  while (!text.empty() && is_separator(text.front())) {
    text.remove_prefix(1);
  }
  bool inside = false;
  std::size_t length = 0;
  for (; length < text.size() && (inside || !is_separator(text[length])); ++length) {
    inside = text[length] == '[' || (inside && text[length] != ']');
  }
  const std::string_view item = text.substr(0, length);
  text.remove_prefix(length);
  return item;
}

// Cuts "@4" off the end. Absent if there is none; malformed numbers are -1.
std::optional<int> take_start(std::string_view& item) {
  const std::size_t sign = item.find('@');
  if (sign == std::string_view::npos) {
    return std::nullopt;
  }
  const int start = parse_number(item.substr(sign + 1), kMaxMemorySlices).value_or(-1);
  item = item.substr(0, sign);
  return start;
}

bool is_empty_word(std::string_view text) {
  return text == "-" || text == "empty";
}

// Compute instances.

// Among those with so many compute slices, the one that "2c" without an id means.
const ComputeProfile* usual_compute(const Profile& profile, int compute_slices) {
  const ComputeProfile* usual = nullptr;
  for (const ComputeProfile& compute : profile.compute_profiles) {
    if (compute.compute_slices == compute_slices && (!usual || compute.id < usual->id)) {
      usual = &compute;
    }
  }
  return usual;
}

// "3c", "1c#7".
const ComputeProfile* find_compute(const Profile& profile, std::string_view text) {
  const std::size_t hash = text.find('#');
  const std::string_view slices = text.substr(0, hash);
  const std::optional<int> count =
      slices.ends_with('c') ? parse_number(slices.substr(0, slices.size() - 1), kMaxMemorySlices)
                            : std::nullopt;
  if (!count) {
    return nullptr;
  }
  if (hash == std::string_view::npos) {
    return usual_compute(profile, *count);
  }
  const std::optional<int> id = parse_number(text.substr(hash + 1), internal::kMaxItems);
  const ComputeProfile* const found =
      id ? profile.find_compute({static_cast<std::uint32_t>(*id)}) : nullptr;
  return found && found->compute_slices == *count ? found : nullptr;
}

Status read_compute(const Profile& profile, std::string_view item,
                    std::vector<ComputeItem>& items) {
  auto [count, name] = internal::split_count(item, internal::kMaxItems);
  const std::optional<int> start = take_start(name);
  const ComputeProfile* const compute = find_compute(profile, name);
  if (!count || start == -1 || (start && *count != 1) || !compute) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no compute instance of a {}", printable(item), profile.name),
                "write compute instances by their compute slices, as in 7g.80gb@0[3c 2c 2c]");
  }
  items.insert(items.end(), static_cast<std::size_t>(*count),
               ComputeItem{.profile = compute, .start = start});
  if (items.size() > kMaxComputeInstances) {
    return fail(
        ErrorCode::kUnsatisfiable,
        fmt::format("a GPU instance holds {} compute instances at most", kMaxComputeInstances));
  }
  return {};
}

Result<std::vector<ComputeItem>> parse_compute(const Profile& profile, std::string_view text) {
  std::vector<ComputeItem> items;
  for (std::string_view item = take_item(text); !item.empty(); item = take_item(text)) {
    const Status status = read_compute(profile, item, items);
    if (!status) {
      return fail(status);
    }
  }
  return items;
}

std::string compute_name(const Profile& profile, const ComputeSlot& slot) {
  const ComputeProfile* const compute = profile.find_compute(slot.profile);
  const bool usual = compute && compute == usual_compute(profile, slot.placement.size);
  return usual ? fmt::format("{}c", slot.placement.size)
               : fmt::format("{}c#{}", slot.placement.size, slot.profile.value);
}

// Whether the search puts them where they are without being told.
bool places_itself(const Profile& profile, const Slot& slot,
                   std::span<const ComputeSlot> in_order) {
  std::vector<ComputeItem> items;
  for (const ComputeSlot& compute : in_order) {
    items.push_back({.profile = profile.find_compute(compute.profile), .start = {}});
    if (!items.back().profile) {
      return false;
    }
  }
  const Result<Slot> placed = internal::make_slot(profile, slot.placement().start, items);
  return placed && *placed == slot;
}

// "[3c 2c 2c]"; nothing for the one that fills the GPU instance.
std::string compute_notation(const Profile& profile, const Slot& slot) {
  if (slot == Slot(profile, slot.placement().start)) {
    return "";
  }
  std::vector<ComputeSlot> in_order(slot.compute().begin(), slot.compute().end());
  std::ranges::stable_sort(in_order, std::ranges::greater{},
                           [](const ComputeSlot& compute) { return compute.placement.size; });
  const bool starts = !places_itself(profile, slot, in_order);
  std::string result;
  for (const ComputeSlot& compute : in_order) {
    result += result.empty() ? "" : " ";
    result += compute_name(profile, compute);
    result += starts ? fmt::format("@{}", compute.placement.start) : "";
  }
  return "[" + result + "]";
}

// GPU instances.

// "[...]" off the end of the item; absent if there is none. What follows the bracket is left in
// `item`, where it is refused.
std::optional<std::string_view> take_brackets(std::string_view& item) {
  const std::size_t open = item.find('[');
  if (open == std::string_view::npos || !item.ends_with(']')) {
    return std::nullopt;
  }
  const std::string_view inside = item.substr(open + 1, item.size() - open - 2);
  item = item.substr(0, open);
  return inside;
}

Result<LayoutItem> parse_item(const Model& model, std::string_view text) {
  std::string_view rest = text;
  const std::optional<std::string_view> brackets = take_brackets(rest);
  auto [count, label] = internal::split_count(rest, internal::kMaxItems);
  const std::optional<int> start = take_start(label);
  const std::optional<internal::ProfileLabel> form = internal::parse_profile_label(label);
  if (!count || start == -1 || (start && *count != 1) || (!form && label != "whole")) {
    return malformed(text);
  }
  if (form && form->compute) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is a compute instance", printable(text)),
                fmt::format("write it in the brackets of its GPU instance: {}[{}c]",
                            form->instance(), *form->compute));
  }
  const Result<const Profile*> profile = internal::profile_by_label(model, label);
  if (!profile) {
    return fail(profile);
  }
  LayoutItem item{.profile = *profile, .count = *count, .start = start, .compute = {}};
  if (brackets) {
    Result<std::vector<ComputeItem>> compute = parse_compute(**profile, *brackets);
    if (!compute) {
      return fail(compute);
    }
    item.compute = std::move(*compute);
  }
  return item;
}

}  // namespace

std::string to_notation(const Model& model, const Slot& slot) {
  const Profile* const profile = model.find(slot.profile());
  if (!profile) {
    return fmt::format("profile{}:{}@{}", slot.profile().value, slot.placement().size,
                       slot.placement().start);
  }
  return fmt::format("{}@{}{}", profile->name, slot.placement().start,
                     compute_notation(*profile, slot));
}

std::string to_notation(const Model& model, const Layout& layout) {
  const auto rank = [&](const Slot& slot) {
    const Profile* const profile = model.find(slot.profile());
    return std::tuple(profile ? -profile->compute_slices : 0, -slot.placement().size,
                      slot.placement().start);
  };
  std::vector<Slot> slots(layout.slots().begin(), layout.slots().end());
  std::ranges::sort(slots, {}, rank);
  std::string result;
  for (const Slot& slot : slots) {
    result += (result.empty() ? "" : " ") + to_notation(model, slot);
  }
  return result.empty() ? "-" : result;
}

Result<Layout> parse_layout(const Model& model, std::string_view text) {
  if (text.size() > kMaxNotationBytes) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("a layout of {} bytes is longer than {}",
                                                         text.size(), kMaxNotationBytes));
  }
  text = internal::trim(text);
  if (is_empty_word(text)) {
    return Layout();
  }
  std::vector<LayoutItem> items;
  for (std::string_view item = take_item(text); !item.empty(); item = take_item(text)) {
    Result<LayoutItem> parsed = parse_item(model, item);
    if (!parsed) {
      return fail(parsed);
    }
    items.push_back(std::move(*parsed));
  }
  if (items.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the layout is blank",
                "write - for a GPU without instances");
  }
  return internal::place(model, items);
}

bool names_every_start(std::string_view text) {
  text = internal::trim(text);
  if (is_empty_word(text)) {
    return true;
  }
  for (std::string_view item = take_item(text); !item.empty(); item = take_item(text)) {
    if (item.substr(0, item.find('[')).find('@') == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

std::string to_string(const GpuLayout& gpu) {
  return fmt::format("{}: {}", gpu.model->key, to_notation(*gpu.model, gpu.layout));
}

Result<GpuLayout> parse_gpu_layout(std::string_view text, std::span<const Model> models) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no GPU with a layout", printable(text)),
                "write a model and a layout, as in h100-80gb-sxm5: 3g.40gb@4 2g.20gb@0");
  }
  const Result<const Model*> model =
      find_model_among(internal::trim(text.substr(0, colon)), models);
  if (!model) {
    return fail(model);
  }
  const Result<Layout> layout = parse_layout(**model, text.substr(colon + 1));
  if (!layout) {
    return fail(layout);
  }
  return GpuLayout{.model = *model, .layout = *layout};
}

}  // namespace sectile
