#include "src/text/provenance_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace sectile::internal {
namespace {

constexpr std::size_t kMaxFound = 10'000;

// What a model, a profile and a compute profile may leave out.
constexpr std::array<std::array<std::string_view, 3>, 3> kOptional = {
    {{"max_compute_only", "max_graphics", "needs"},
     {"aliases", "driver_min", "memory_mib_seen"},
     {"fills", "", ""}}};

// One step of a path: a name and, in brackets, ids with commas between or a star.
struct Step {
  std::string_view name;
  std::optional<std::string_view> wanted;
};

std::optional<Step> take_step(std::string_view& pattern) {
  const std::size_t dot = pattern.find('.');
  std::string_view text = pattern.substr(0, dot);
  pattern = dot == std::string_view::npos ? std::string_view{} : pattern.substr(dot + 1);
  const std::size_t open = text.find('[');
  if (open == std::string_view::npos) {
    return text.empty() ? std::nullopt : std::optional(Step{.name = text, .wanted = {}});
  }
  if (open == 0 || !text.ends_with(']') || text.size() < open + 3) {
    return std::nullopt;
  }
  return Step{.name = text.substr(0, open),
              .wanted = text.substr(open + 1, text.size() - open - 2)};
}

std::string_view id_of(const Tree& item) {
  const Member* const id = item.find("id");
  return id ? std::string_view(id->value.scalar) : std::string_view{};
}

// The items that are wanted, in the order in which their ids are listed; empty if one is missing.
std::vector<const Tree*> wanted_items(const Tree& list, std::string_view wanted) {
  std::vector<const Tree*> result;
  if (wanted == "*") {
    result.reserve(list.items.size());
    for (const Tree& item : list.items) {
      result.push_back(&item);
    }
    return result;
  }
  for (bool more = true; more;) {
    const std::size_t comma = wanted.find(',');
    more = comma != std::string_view::npos;
    const auto found = std::ranges::find(list.items, wanted.substr(0, comma), id_of);
    if (found == list.items.end()) {
      return {};
    }
    result.push_back(&*found);
    wanted = more ? wanted.substr(comma + 1) : "";
  }
  return result;
}

// Whether a field of a model, of a profile (depth 1) or of a compute profile (depth 2) may be left
// out: it can be named all the same, since it has its default then.
bool is_optional(std::string_view name, std::size_t depth) {
  return depth < kOptional.size() &&
         std::ranges::find(kOptional[depth], name) != kOptional[depth].end();
}

// Appends what `pattern` names below `tree`, whose own path is `path`. Returns false if it names
// nothing. Recursion ends with the pattern, which is no longer than a line and never deeper than
// the tree.
bool walk(const Tree& tree, std::string_view pattern, const std::string& path,
          std::vector<std::string>& found) {
  if (pattern.empty()) {
    found.push_back(path);
    return found.size() <= kMaxFound;
  }
  const std::optional<Step> step = take_step(pattern);
  if (!step) {
    return false;
  }
  const Member* const member = tree.find(step->name);
  const std::string at = fmt::format("{}{}{}", path, path.empty() ? "" : ".", step->name);
  if (!member) {
    const auto depth = static_cast<std::size_t>(std::ranges::count(path, '['));
    found.push_back(at);
    return pattern.empty() && !step->wanted && is_optional(step->name, depth);
  }
  if (!step->wanted) {
    return walk(member->value, pattern, at, found);
  }
  const std::vector<const Tree*> items = wanted_items(member->value, *step->wanted);
  return !items.empty() && std::ranges::all_of(items, [&](const Tree* item) {
    const std::string_view id = id_of(*item);
    return !id.empty() && walk(*item, pattern, fmt::format("{}[{}]", at, id), found);
  });
}

}  // namespace

std::vector<std::string> expand_path(const Tree& model, std::string_view pattern) {
  std::vector<std::string> found;
  if (pattern.empty() || pattern.ends_with('.') || !walk(model, pattern, "", found)) {
    found.clear();
  }
  return found;
}

}  // namespace sectile::internal
