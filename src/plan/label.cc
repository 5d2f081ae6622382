#include "src/plan/label.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <system_error>

namespace sectile::internal {
namespace {

inline constexpr int kMaxNumber = 9999;
inline constexpr int kMaxRounding = 1;  // GB by which drivers' labels of one profile differ.

// Takes a number followed by `unit` off the front of `text`.
std::optional<int> take(std::string_view& text, std::string_view unit) {
  unsigned value = 0;  // Unsigned, so that from_chars refuses a minus sign.
  const char* const end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, value);
  const auto digits = static_cast<std::size_t>(stop - text.data());
  const bool canonical = digits == 1 || !text.starts_with('0');
  if (status != std::errc{} || !canonical || value > kMaxNumber ||
      !text.substr(digits).starts_with(unit)) {
    return std::nullopt;
  }
  text.remove_prefix(digits + unit.size());
  return static_cast<int>(value);
}

bool is_suffix(std::string_view text) {
  return text.empty() || ((text.front() == '+' || text.front() == '-') && text.size() > 1);
}

bool same_kind(const Label& wanted, const Label& offered) {
  return wanted.compute_slices == offered.compute_slices && wanted.suffix == offered.suffix;
}

bool same_rounded(const Label& wanted, const Label& offered) {
  return same_kind(wanted, offered) && wanted.gigabytes && offered.gigabytes &&
         std::abs(*wanted.gigabytes - *offered.gigabytes) <= kMaxRounding;
}

// "3g": the profile of the usual memory; "3g.39gb": the one that another driver calls so.
bool matches(const Label& wanted, const Profile& profile) {
  const std::optional<Label> offered = parse_label(profile.name);
  if (!offered) {
    return false;
  }
  if (!wanted.gigabytes) {
    return same_kind(wanted, *offered) && !profile.double_memory();
  }
  return same_rounded(wanted, *offered);
}

}  // namespace

std::optional<Label> parse_label(std::string_view text) {
  Label label;
  if (std::string_view rest = text; const std::optional<int> compute = take(rest, "c.")) {
    label.compute_instance = compute;
    text = rest;
  }
  const std::optional<int> slices = take(text, "g");
  if (!slices || *slices < 1 || label.compute_instance == 0) {
    return std::nullopt;
  }
  label.compute_slices = *slices;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    label.gigabytes = take(text, "gb");
    if (!label.gigabytes) {
      return std::nullopt;
    }
  }
  if (!is_suffix(text)) {
    return std::nullopt;
  }
  label.suffix = text;
  return label;
}

const Profile* find_profile(const Model& model, std::string_view text) {
  if (text == "whole") {
    return &model.whole();
  }
  const std::optional<Label> label = parse_label(text);
  if (label && label->compute_instance) {
    text.remove_prefix(text.find('.') + 1);
  }
  if (const Profile* exact = model.find_by_name(text)) {
    return exact;
  }
  if (!label) {
    return nullptr;
  }
  const auto is_match = [&](const Profile& profile) { return matches(*label, profile); };
  const auto first = std::ranges::find_if(model.profiles, is_match);
  const bool unique = std::ranges::count_if(model.profiles, is_match) == 1;
  return unique ? &*first : nullptr;
}

std::string profile_names(const Model& model) {
  std::string names;
  for (const Profile& profile : model.profiles) {
    names += (names.empty() ? "" : ", ") + profile.name;
  }
  return names;
}

}  // namespace sectile::internal
