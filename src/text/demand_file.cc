#include <fmt/format.h>

#include <utility>

#include "sectile/text/fleet_file.h"
#include "sectile/text/want_notation.h"
#include "src/text/file_head.h"
#include "src/text/profile_label.h"
#include "src/text/scan.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"
#include "src/text/want_name.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr int kMaxComputeSlices = 64;
constexpr std::size_t kMaxNotationBytes = 65'536;

std::string read_name(Reader& reader, const Tree& tree, std::string_view what) {
  std::string name = reader.text(tree, what);
  if (!internal::is_want_name(name)) {
    reader.refuse(tree.position, fmt::format("'{}' is no {}", printable(name), what),
                  internal::kWantNameHint);
  }
  return name;
}

ByNeed read_need(Reader& reader, Fields& fields) {
  ByNeed need;
  if (const Tree* const memory = fields.find("memory")) {
    const Result<MiB> amount = parse_memory(reader.text(*memory, "memory"));
    if (amount) {
      need.memory_min = *amount;
    } else {
      reader.refuse(memory->position, amount.error());
    }
  }
  if (const Tree* const compute = fields.find("compute")) {
    need.compute_min = reader.integer(*compute, "compute", 1, kMaxComputeSlices);
  }
  if (const Tree* const graphics = fields.find("graphics")) {
    need.graphics = reader.boolean(*graphics, "graphics");
  }
  return need;
}

std::variant<ByProfile, ByNeed> read_what(Reader& reader, const Tree& tree, Fields& fields) {
  const ByNeed need = read_need(reader, fields);
  const bool by_need = need.memory_min.value != 0 || need.compute_min != 0;
  const Tree* const profile = fields.find("profile");
  if ((profile != nullptr) == by_need || (profile != nullptr && need.graphics)) {
    reader.refuse(tree.position, "a want has either profile, or memory and compute",
                  "write profile: 3g.40gb, or memory: 39GiB and if need be compute: 3");
  }
  if (profile == nullptr) {
    return need;
  }
  std::string label = reader.text(*profile, "profile");
  if (label != "whole" && !internal::parse_profile_label(label)) {
    reader.refuse(profile->position,
                  fmt::format("'{}' has not the form of a profile", printable(label)),
                  "write profiles such as 1g.10gb, 1g.10gb+me, 3g or whole");
  }
  return ByProfile{std::move(label)};
}

FleetWant read_want(Reader& reader, const Tree& tree) {
  if (tree.kind == Tree::Kind::kScalar) {
    Result<std::vector<FleetWant>> wants = parse_fleet_wants(tree.scalar);
    if (wants && wants->size() == 1) {
      return wants->front();
    }
    reader.refuse(tree.position,
                  wants ? Error{ErrorCode::kInvalidArgument, "one want an item"} : wants.error());
    return {};
  }
  FleetWant want;
  Fields fields(reader, tree, "a want");
  if (const Tree* const name = fields.find("name")) {
    want.name = read_name(reader, *name, "name");
  }
  if (const Tree* const count = fields.find("count")) {
    want.count = reader.integer(*count, "count", 0, static_cast<int>(kMaxFleetCount));
  }
  if (const Tree* const weight = fields.find("weight")) {
    want.weight = reader.integer(*weight, "weight", 1, static_cast<int>(kMaxFleetWeight));
  }
  if (const Tree* const larger = fields.find("larger")) {
    want.larger = reader.integer(*larger, "larger", 0, static_cast<int>(kMaxLargerPrice));
  }
  if (const Tree* const tenant = fields.find("tenant")) {
    want.tenant = read_name(reader, *tenant, "tenant");
  }
  want.what = read_what(reader, tree, fields);
  fields.finish();
  return want;
}

// One want of a notation: the count apart, because parse_want() knows small ones only.
Result<FleetWant> parse_one(std::string_view text) {
  FleetWant want;
  std::string_view rest = internal::trim(text);
  const std::size_t equals = rest.find('=');
  std::string head;
  if (equals != std::string_view::npos && (equals == 0 || rest[equals - 1] != '>')) {
    head = rest.substr(0, equals + 1);
    rest = internal::trim(rest.substr(equals + 1));
  }
  const auto [count, what] = internal::split_count(rest, static_cast<int>(kMaxFleetCount));
  if (!count) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("the count of '{}' is not from 1 to {}",
                                                         printable(rest), kMaxFleetCount));
  }
  const Result<Want> parsed = parse_want(head + "1x" + std::string(what));
  if (!parsed) {
    return fail(parsed);
  }
  want.what = parsed->what;
  want.name = parsed->name;
  want.count = *count;
  return want;
}

std::string write_what(const FleetWant& want) {
  if (const auto* const profile = std::get_if<ByProfile>(&want.what)) {
    return fmt::format("    profile: {}\n", internal::yaml_quoted(profile->label));
  }
  const ByNeed& need = std::get<ByNeed>(want.what);
  std::string text;
  if (need.memory_min.value != 0) {
    text += fmt::format("    memory: {}\n", internal::yaml_quoted(to_string(need.memory_min)));
  }
  text += need.compute_min == 0 ? "" : fmt::format("    compute: {}\n", need.compute_min);
  text += need.graphics ? "    graphics: true\n" : "";
  return text;
}

}  // namespace

Result<std::vector<FleetWant>> parse_fleet_wants(std::string_view text) {
  if (text.size() > kMaxNotationBytes) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("wants of {} bytes are longer than {}",
                                                         text.size(), kMaxNotationBytes));
  }
  std::vector<FleetWant> wants;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    Result<FleetWant> want = parse_one(text.substr(0, comma));
    if (!want) {
      return fail(want);
    }
    wants.push_back(std::move(*want));
    if (wants.size() > kMaxFleetWants) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("more than {} wants", kMaxFleetWants));
    }
    text = more ? text.substr(comma + 1) : "";
  }
  return wants;
}

Result<std::vector<FleetWant>> parse_demand(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  Reader reader(file);
  Fields fields(reader, *tree, "the file");
  internal::read_head(reader, fields, "Demand");
  std::vector<FleetWant> wants;
  const Tree& list = fields.need("wants");
  for (const Tree& want : reader.list(list, "wants")) {
    wants.push_back(read_want(reader, want));
  }
  if (wants.empty() || wants.size() > kMaxFleetWants) {
    reader.refuse(list.position, fmt::format("wants must have from 1 to {} items, and has {}",
                                             kMaxFleetWants, wants.size()));
  }
  fields.finish();
  return reader.done(std::move(wants));
}

std::string write_demand(std::span<const FleetWant> wants) {
  std::string text = "apiVersion: sectile/v1\nkind: Demand\nwants:\n";
  for (const FleetWant& want : wants) {
    text += fmt::format("  - count: {}\n", want.count);
    if (!want.name.empty()) {
      text += fmt::format("    name: {}\n", internal::yaml_quoted(want.name));
    }
    text += write_what(want);
    text += want.weight == 1 ? "" : fmt::format("    weight: {}\n", want.weight);
    text += want.larger ? fmt::format("    larger: {}\n", *want.larger) : "";
    if (!want.tenant.empty()) {
      text += fmt::format("    tenant: {}\n", internal::yaml_quoted(want.tenant));
    }
  }
  return text;
}

}  // namespace sectile
