#include "sectile/text/sectile_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sectile/text/want_notation.h"
#include "src/text/file_head.h"
#include "src/text/mig_parted_read.h"
#include "src/text/profile_label.h"
#include "src/text/scan.h"
#include "src/text/sectile_yaml_read.h"
#include "src/text/utf8.h"
#include "src/text/want_name.h"
#include "src/text/workload_read.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::Member;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr int kMaxDeviceIndex = 4095;
constexpr int kMaxParts = 64;
constexpr int kMaxComputeSlices = 64;
constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxDevice = 64;  // Bytes of a UUID or a model's key.

// Reading.

bool is_uuid(std::string_view text) {
  return text.starts_with("GPU-") && text.size() > 4 && text.size() <= kMaxDevice &&
         std::ranges::all_of(text.substr(4), [](char c) {
           return internal::is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                  c == '-';
         });
}

bool is_model_key(std::string_view text) {
  return !text.empty() && text.size() <= kMaxDevice && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) {
           return internal::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-';
         });
}

void read_device(Reader& reader, const Tree& item, Devices& devices) {
  const std::string text = reader.text(item, "an item of devices");
  if (!item.quoted && !text.empty() && std::ranges::all_of(text, internal::is_digit)) {
    const int index = reader.integer(item, "an index of devices", 0, kMaxDeviceIndex);
    devices.indices.push_back(static_cast<unsigned>(index));
  } else if (is_uuid(text)) {
    devices.uuids.push_back(text);
  } else if (is_model_key(text) && text != "all") {
    devices.models.push_back(text);
  } else {
    reader.refuse(item.position,
                  fmt::format("'{}' is no index, no UUID and no model", printable(text)),
                  "write indices such as 0, UUIDs such as GPU-5d5ba0d6-..., or models such as "
                  "h100-80gb-sxm5");
  }
}

Devices read_devices(Reader& reader, const Tree& tree) {
  Devices devices;
  devices.all = tree.kind == Tree::Kind::kScalar && tree.scalar == "all";
  if (devices.all) {
    return devices;
  }
  if (tree.kind != Tree::Kind::kList || tree.items.empty()) {
    reader.refuse(tree.position, "devices must be all or a list that is not empty",
                  "write all, or a list such as [0, 1]");
    return devices;
  }
  for (const Tree& item : tree.items) {
    read_device(reader, item, devices);
  }
  return devices;
}

// A label that is right in form.
std::string read_label(Reader& reader, const Tree& tree, std::string_view what) {
  std::string label = reader.text(tree, what);
  if (label != "whole" && !internal::parse_profile_label(label)) {
    reader.refuse(tree.position,
                  fmt::format("{} '{}' has not the form of a profile", what, printable(label)),
                  "write profiles such as 1g.10gb, 1g.10gb+me, 3g or whole");
  }
  return label;
}

Strategy read_strategy_name(Reader& reader, const Tree& tree) {
  const Result<Strategy> strategy = parse_strategy(reader.text(tree, "strategy"));
  if (!strategy) {
    reader.refuse(tree.position, strategy.error());
    return Strategy::kMixed;
  }
  if (*strategy == Strategy::kCustom) {
    reader.refuse(tree.position, "custom needs no strategy", "write layout: with the layout");
  }
  return *strategy;
}

// "strategy: mixed", or a map with its name and options.
StrategyRequest read_strategy(Reader& reader, const Tree& tree) {
  StrategyRequest request;
  if (tree.kind != Tree::Kind::kMap) {
    request.strategy = read_strategy_name(reader, tree);
    return request;
  }
  Fields fields(reader, tree, "strategy");
  request.strategy = read_strategy_name(reader, fields.need("name"));
  if (const Tree* const profile = fields.find("profile")) {
    request.profile = read_label(reader, *profile, "profile");
  }
  if (const Tree* const set = fields.find("profile-set")) {
    for (const Tree& item : reader.list(*set, "profile-set")) {
      request.profile_set.push_back(read_label(reader, item, "profile-set"));
    }
  }
  if (const Tree* const parts = fields.find("parts")) {
    request.parts = reader.integer(*parts, "parts", 1, kMaxParts);
  }
  if (const Tree* const fill = fields.find("fill")) {
    request.fill = reader.boolean(*fill, "fill");
  }
  fields.finish();
  return request;
}

// A need for as much memory as the language model takes, with the margin.
MiB memory_of(Reader& reader, const Tree& tree, const LanguageModel& model) {
  const Result<MemoryEstimate> estimate = estimate_memory(model);
  if (!estimate) {
    reader.refuse(tree.position, estimate.error());
    return {};
  }
  return estimate->safe();
}

// The need of what has `llm` instead of profile and memory.
ByNeed read_llm(Reader& reader, const Tree& tree, Fields& fields, WorkloadTraits& traits) {
  if (fields.find("profile") || fields.find("memory") || fields.find("graphics")) {
    reader.refuse(tree.position, "a workload with llm has no profile, memory or graphics",
                  "the memory is worked out; leave llm out to say it yourself");
  }
  traits.llm = internal::read_language_model(reader, *fields.find("llm"));
  ByNeed need{.memory_min = memory_of(reader, tree, *traits.llm)};
  if (const Tree* const compute = fields.find("compute")) {
    need.compute_min = reader.integer(*compute, "compute", 1, kMaxComputeSlices);
  }
  return need;
}

std::variant<ByProfile, ByNeed> read_what(Reader& reader, const Tree& tree, Fields& fields) {
  const Tree* const profile = fields.find("profile");
  const Tree* const memory = fields.find("memory");
  const Tree* const compute = fields.find("compute");
  const Tree* const graphics = fields.find("graphics");
  const bool by_need = memory || compute;
  if ((profile != nullptr) == by_need || (profile && graphics)) {
    reader.refuse(tree.position, "a workload has either profile, or memory and compute",
                  "write profile: 3g.40gb, or memory: 39GiB and if need be compute: 3");
  }
  if (profile) {
    return ByProfile{.label = read_label(reader, *profile, "profile")};
  }
  ByNeed need;
  if (memory) {
    const Result<MiB> amount = parse_memory(reader.text(*memory, "memory"));
    if (amount) {
      need.memory_min = *amount;
    } else {
      reader.refuse(memory->position, amount.error());
    }
  }
  if (compute) {
    need.compute_min = reader.integer(*compute, "compute", 1, kMaxComputeSlices);
  }
  need.graphics = graphics && reader.boolean(*graphics, "graphics");
  return need;
}

// `traits`: nullptr where only a want may stand.
Want read_want(Reader& reader, const Tree& tree, WorkloadTraits* traits) {
  Want want;
  Fields fields(reader, tree, "a workload");
  if (const Tree* const name = fields.find("name")) {
    want.name = reader.text(*name, "name");
    if (!internal::is_want_name(want.name)) {
      reader.refuse(name->position,
                    fmt::format("'{}' is no name of a workload", printable(want.name)),
                    internal::kWantNameHint);
    }
  }
  if (const Tree* const count = fields.find("count")) {
    want.count = reader.integer(*count, "count", 1, kMaxWantCount);
  }
  if (traits) {
    internal::read_traits(reader, fields, *traits);
  }
  if (traits && fields.find("llm")) {
    want.what = read_llm(reader, tree, fields, *traits);
  } else {
    want.what = read_what(reader, tree, fields);
  }
  fields.finish();
  return want;
}

std::vector<Want> read_want_list(Reader& reader, const Tree& tree, std::string_view what,
                                 std::vector<WorkloadTraits>* traits = nullptr) {
  std::vector<Want> wants;
  for (const Tree& item : reader.list(tree, what)) {
    wants.push_back(read_want(reader, item, traits ? &traits->emplace_back() : nullptr));
  }
  if (wants.empty() || wants.size() > kMaxWants) {
    reader.refuse(tree.position, fmt::format("{} must have from 1 to {} items, and has {}", what,
                                             kMaxWants, wants.size()));
  }
  return wants;
}

// Want notation, or a list of workloads.
WantList read_wants(Reader& reader, const Tree& tree) {
  if (tree.kind == Tree::Kind::kList) {
    return {.wants = read_want_list(reader, tree, "wants")};
  }
  Result<std::vector<Want>> wants = parse_wants(reader.text(tree, "wants"));
  if (!wants) {
    reader.refuse(tree.position, wants.error());
    return {};
  }
  return {.wants = std::move(*wants)};
}

LayoutSource read_source(Reader& reader, const Tree& entry, Fields& fields, bool mig_enabled) {
  const Tree* const layout = fields.find("layout");
  const Tree* const strategy = fields.find("strategy");
  const Tree* const wants = fields.find("wants");
  const int given = (layout ? 1 : 0) + (strategy ? 1 : 0) + (wants ? 1 : 0);
  if (given != (mig_enabled ? 1 : 0)) {
    reader.refuse(entry.position,
                  mig_enabled ? "an entry has one of layout, strategy and wants"
                              : "mig is false, so there can be no layout, strategy or wants",
                  mig_enabled ? "write layout: - for MIG mode without instances" : "");
  }
  if (strategy) {
    return read_strategy(reader, *strategy);
  }
  if (wants) {
    return read_wants(reader, *wants);
  }
  return LayoutText{.notation = layout ? reader.text(*layout, "layout") : ""};
}

LayoutEntry read_entry(Reader& reader, const Tree& tree) {
  LayoutEntry entry;
  entry.position = tree.position;
  Fields fields(reader, tree, "an entry");
  if (const Tree* const name = fields.find("name")) {
    entry.name = reader.text(*name, "name");
    if (entry.name.empty() || entry.name.size() > kMaxName) {
      reader.refuse(name->position, fmt::format("a name has 1 to {} bytes", kMaxName));
    }
  }
  entry.devices = read_devices(reader, fields.need("devices"));
  if (const Tree* const mig = fields.find("mig")) {
    entry.mig_enabled = reader.boolean(*mig, "mig");
  }
  entry.source = read_source(reader, tree, fields, entry.mig_enabled);
  fields.finish();
  return entry;
}

// Writing.

std::string write_devices(const Devices& devices) {
  if (devices.all) {
    return "all";
  }
  std::vector<std::string> items;
  items.reserve(devices.indices.size() + devices.uuids.size() + devices.models.size());
  for (const unsigned index : devices.indices) {
    items.push_back(std::to_string(index));
  }
  for (const std::string& uuid : devices.uuids) {
    items.push_back(internal::yaml_text(uuid));
  }
  for (const std::string& model : devices.models) {
    items.push_back(internal::yaml_text(model));
  }
  return internal::yaml_list(items);
}

std::string write_strategy(const StrategyRequest& request) {
  const std::string name(to_string(request.strategy));
  std::string options;
  if (request.profile) {
    options += fmt::format(", profile: {}", internal::yaml_quoted(*request.profile));
  }
  if (!request.profile_set.empty()) {
    std::vector<std::string> labels;
    labels.reserve(request.profile_set.size());
    for (const std::string& label : request.profile_set) {
      labels.push_back(internal::yaml_quoted(label));
    }
    options += fmt::format(", profile-set: {}", internal::yaml_list(labels));
  }
  if (request.parts) {
    options += fmt::format(", parts: {}", *request.parts);
  }
  options += request.fill ? ", fill: true" : "";
  return options.empty() ? name : fmt::format("{{name: {}{}}}", name, options);
}

std::string write_entry(const LayoutEntry& entry) {
  std::string result = "    - ";
  if (!entry.name.empty()) {
    result += fmt::format("name: {}\n      ", internal::yaml_text(entry.name));
  }
  result += fmt::format("devices: {}\n", write_devices(entry.devices));
  if (!entry.mig_enabled) {
    return result + "      mig: false\n";
  }
  if (const auto* const layout = std::get_if<LayoutText>(&entry.source)) {
    return result + fmt::format("      layout: {}\n", internal::yaml_quoted(layout->notation));
  }
  if (const auto* const strategy = std::get_if<StrategyRequest>(&entry.source)) {
    return result + fmt::format("      strategy: {}\n", write_strategy(*strategy));
  }
  return result +
         fmt::format("      wants: {}\n",
                     internal::yaml_quoted(to_string(std::get<WantList>(entry.source).wants)));
}

std::string write_want(const Want& want, const WorkloadTraits& traits) {
  std::string result = "  - ";
  if (!want.name.empty()) {
    result += fmt::format("name: {}\n    ", internal::yaml_quoted(want.name));
  }
  result += fmt::format("count: {}\n", want.count);
  if (const auto* const profile = std::get_if<ByProfile>(&want.what)) {
    return result + fmt::format("    profile: {}\n", internal::yaml_quoted(profile->label)) +
           internal::write_traits(traits);
  }
  const ByNeed& need = std::get<ByNeed>(want.what);
  if (need.memory_min.value != 0 && !traits.llm) {
    result += fmt::format("    memory: {}\n", internal::yaml_quoted(to_string(need.memory_min)));
  }
  if (need.compute_min != 0) {
    result += fmt::format("    compute: {}\n", need.compute_min);
  }
  return result + (need.graphics ? "    graphics: true\n" : "") + internal::write_traits(traits);
}

}  // namespace

Result<LayoutConfig> internal::read_layout_config(const Tree& tree, std::string_view file) {
  LayoutConfig config{.file = std::string(file), .labels = {}};
  Reader reader(file);
  Fields fields(reader, tree, "the file");
  internal::read_head(reader, fields, "Layout");
  const Tree& layouts = fields.need("layouts");
  for (const Member& label : reader.map(layouts, "layouts")) {
    check_label(reader, label);
    std::vector<LayoutEntry>& entries = config.labels[label.key];
    for (const Tree& entry : reader.list(label.value, fmt::format("'{}'", printable(label.key)))) {
      entries.push_back(read_entry(reader, entry));
    }
    if (entries.empty()) {
      reader.refuse(label.position, fmt::format("'{}' has no entry", printable(label.key)));
    }
  }
  if (config.labels.empty()) {
    reader.refuse(layouts.position, "layouts has no label");
  }
  fields.finish();
  return reader.done(std::move(config));
}

Result<WorkloadConfig> internal::read_workloads(const Tree& tree, std::string_view file) {
  WorkloadConfig config{.file = std::string(file), .workloads = {}, .traits = {}};
  Reader reader(file);
  Fields fields(reader, tree, "the file");
  internal::read_head(reader, fields, "Workloads");
  config.workloads = read_want_list(reader, fields.need("workloads"), "workloads", &config.traits);
  fields.finish();
  return reader.done(std::move(config));
}

Result<LayoutConfig> parse_layout_config(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  return tree ? internal::read_layout_config(*tree, file) : fail(tree);
}

Result<WorkloadConfig> parse_workloads(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  return tree ? internal::read_workloads(*tree, file) : fail(tree);
}

std::string write_layout_config(const LayoutConfig& config) {
  std::string result = "apiVersion: sectile/v1\nkind: Layout\nlayouts:\n";
  for (const auto& [label, entries] : config.labels) {
    result += fmt::format("  {}:\n", internal::yaml_text(label));
    for (const LayoutEntry& entry : entries) {
      result += write_entry(entry);
    }
  }
  return result;
}

std::string write_workloads(const WorkloadConfig& config) {
  std::string result = "apiVersion: sectile/v1\nkind: Workloads\nworkloads:\n";
  for (std::size_t i = 0; i < config.workloads.size(); ++i) {
    const bool described = i < config.traits.size();
    result += write_want(config.workloads[i], described ? config.traits[i] : WorkloadTraits());
  }
  return result;
}

}  // namespace sectile
