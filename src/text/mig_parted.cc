#include "sectile/text/mig_parted.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "src/text/file_head.h"
#include "src/text/mig_parted_read.h"
#include "src/text/profile_label.h"
#include "src/text/utf8.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::Member;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr int kMaxDeviceIndex = 4095;
constexpr std::size_t kMaxLabel = 253;   // YAML ends keys at 1024.
constexpr int kMaxDeviceCount = 10'000;  // Of one profile; no GPU holds as many.

// "0x233010DE", or decimal.
std::optional<std::uint32_t> parse_pci_id(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  text.remove_prefix(hexadecimal ? 2 : 0);
  const char* const end = text.data() + text.size();
  std::uint32_t value = 0;
  const auto [rest, status] = std::from_chars(text.data(), end, value, hexadecimal ? 16 : 10);
  return status == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

std::string read_filter(Reader& reader, const Tree& tree) {
  std::string filter = reader.text(tree, "device-filter");
  if (!tree.quoted && parse_pci_id(filter)) {
    reader.refuse(tree.position, fmt::format("device-filter {} is a number", filter),
                  fmt::format("put it in quotes: \"{}\"", filter));
  }
  return filter;
}

std::vector<std::string> read_filters(Reader& reader, const Tree& tree) {
  std::vector<std::string> filters;
  if (tree.kind != Tree::Kind::kList) {
    filters.push_back(read_filter(reader, tree));
    return filters.front().empty() ? std::vector<std::string>{} : filters;
  }
  for (const Tree& item : tree.items) {
    filters.push_back(read_filter(reader, item));
    if (filters.back().empty()) {
      reader.refuse(item.position, "an item of device-filter is empty");
    }
  }
  return filters;
}

void read_devices(Reader& reader, const Tree& tree, MigPartedSpec& spec) {
  spec.all_devices = tree.kind != Tree::Kind::kList;
  if (spec.all_devices) {
    if (tree.kind != Tree::Kind::kScalar || tree.scalar != "all") {
      reader.refuse(tree.position, "devices must be all or a list of GPU indices",
                    "write all, or a list such as [0, 1]");
    }
    return;
  }
  for (const int index : reader.integers(tree, "devices", 0, kMaxDeviceIndex)) {
    spec.devices.push_back(static_cast<unsigned>(index));
  }
}

std::map<std::string, int> read_mig_devices(Reader& reader, const Tree& tree) {
  std::map<std::string, int> result;
  int total = 0;
  for (const Member& member : reader.map(tree, "mig-devices")) {
    if (!internal::is_full_label(member.key)) {
      reader.refuse(member.position,
                    fmt::format("'{}' has not the form of a profile", printable(member.key)),
                    "write profiles such as 1g.10gb, 1g.10gb+me or 1c.2g.20gb");
    }
    const int count = reader.integer(
        member.value, fmt::format("the count of {}", printable(member.key)), 0, kMaxDeviceCount);
    result.emplace(member.key, count);
    total += std::min(count, 1);
  }
  if (!result.empty() && total == 0) {
    reader.refuse(tree.position, "all counts of mig-devices are 0",
                  "write {} for MIG mode without instances");
  }
  return result;
}

MigPartedSpec read_spec(Reader& reader, const Tree& tree) {
  MigPartedSpec spec;
  spec.position = tree.position;
  Fields fields(reader, tree, "an entry");
  if (const Tree* const filter = fields.find("device-filter")) {
    spec.filters = read_filters(reader, *filter);
  }
  read_devices(reader, fields.need("devices"), spec);
  spec.mig_enabled = reader.boolean(fields.need("mig-enabled"), "mig-enabled");
  const Tree* const devices = fields.find("mig-devices");
  const bool present = devices && devices->kind != Tree::Kind::kNull;
  if (present) {
    spec.mig_devices = read_mig_devices(reader, *devices);
  }
  if (spec.mig_enabled && !present) {
    reader.refuse(tree.position, "mig-devices is missing although mig-enabled is true",
                  "write mig-devices: {} for MIG mode without instances");
  }
  if (!spec.mig_enabled && !spec.mig_devices.empty()) {
    reader.refuse(devices->position, "mig-devices is given although mig-enabled is false");
  }
  fields.finish();
  return spec;
}

void read_labels(Reader& reader, const Tree& tree, MigPartedConfig& config) {
  for (const Member& label : reader.map(tree, "mig-configs")) {
    internal::check_label(reader, label);
    std::vector<MigPartedSpec>& specs = config.labels[label.key];
    for (const Tree& entry : reader.list(label.value, fmt::format("'{}'", printable(label.key)))) {
      specs.push_back(read_spec(reader, entry));
    }
    if (specs.empty()) {
      reader.refuse(label.position, fmt::format("'{}' has no entry", printable(label.key)));
    }
  }
  if (config.labels.empty()) {
    reader.refuse(tree.position, "mig-configs has no label");
  }
}

std::vector<std::string> device_indices(const MigPartedSpec& spec) {
  std::vector<std::string> result;
  result.reserve(spec.devices.size());
  for (const unsigned index : spec.devices) {
    result.push_back(std::to_string(index));
  }
  return result;
}

std::string filter_text(const MigPartedSpec& spec) {
  if (spec.filters.size() == 1) {
    return internal::yaml_quoted(spec.filters.front());
  }
  std::vector<std::string> quoted;
  quoted.reserve(spec.filters.size());
  for (const std::string& filter : spec.filters) {
    quoted.push_back(internal::yaml_quoted(filter));
  }
  return internal::yaml_list(quoted);
}

std::string write_spec(const MigPartedSpec& spec) {
  std::string result = "    - ";
  if (!spec.filters.empty()) {
    result += fmt::format("device-filter: {}\n      ", filter_text(spec));
  }
  result += fmt::format("devices: {}\n      mig-enabled: {}\n",
                        spec.all_devices ? "all" : internal::yaml_list(device_indices(spec)),
                        spec.mig_enabled);
  if (spec.mig_enabled) {
    result += spec.mig_devices.empty() ? "      mig-devices: {}\n" : "      mig-devices:\n";
  }
  for (const auto& [profile, count] : spec.mig_devices) {
    result += fmt::format("        \"{}\": {}\n", profile, count);
  }
  return result;
}

nlohmann::ordered_json spec_json(const MigPartedSpec& spec) {
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  if (spec.filters.size() == 1) {
    result["device-filter"] = spec.filters.front();
  } else if (!spec.filters.empty()) {
    result["device-filter"] = spec.filters;
  }
  result["devices"] = "all";
  if (!spec.all_devices) {
    result["devices"] = spec.devices;
  }
  result["mig-enabled"] = spec.mig_enabled;
  if (spec.mig_enabled) {
    result["mig-devices"] = spec.mig_devices;
  }
  return result;
}

}  // namespace

void internal::check_label(Reader& reader, const Member& label) {
  if (label.key.empty() || label.key.size() > kMaxLabel) {
    reader.refuse(label.position, fmt::format("a label has 1 to {} bytes, and this one {}",
                                              kMaxLabel, label.key.size()));
  }
}

Result<MigPartedConfig> internal::read_mig_parted(const Tree& tree, std::string_view file) {
  MigPartedConfig config{.file = std::string(file), .labels = {}};
  if (tree.kind == Tree::Kind::kNull) {
    return config;  // nvidia-mig-parted reads an empty file as one without labels.
  }
  Reader reader(file);
  Fields fields(reader, tree, "the file");
  internal::read_version(reader, fields);
  if (const Tree* const labels = fields.find("mig-configs")) {
    read_labels(reader, *labels, config);
  }
  fields.finish();
  return reader.done(std::move(config));
}

bool DeviceFilter::matches(const ConfigGpu& gpu) const {
  return std::ranges::find(gpu.pci_ids, device) != gpu.pci_ids.end() &&
         (!subsystem || *subsystem == gpu.pci_subsystem);
}

std::string to_string(const DeviceFilter& filter) {
  const std::string device = fmt::format("0x{:08X}", filter.device);
  return filter.subsystem ? fmt::format("{}:0x{:08X}", device, *filter.subsystem) : device;
}

Result<DeviceFilter> parse_device_filter(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::optional<std::uint32_t> device = parse_pci_id(text.substr(0, colon));
  const std::optional<std::uint32_t> subsystem =
      colon == std::string_view::npos ? std::nullopt : parse_pci_id(text.substr(colon + 1));
  if (!device || (colon != std::string_view::npos && !subsystem)) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no device id", printable(text)),
                "write device and vendor, as in 0x233010DE, and if need be the subsystem, as in "
                "0x233010DE:0x16C110DE");
  }
  return DeviceFilter{.device = *device, .subsystem = subsystem};
}

Result<MigPartedConfig> parse_mig_parted(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  return internal::read_mig_parted(*tree, file);
}

std::string write_mig_parted(const MigPartedConfig& config) {
  std::string result = "version: v1\n";
  if (!config.labels.empty()) {
    result += "mig-configs:\n";
  }
  for (const auto& [label, specs] : config.labels) {
    result += fmt::format("  {}:\n", internal::yaml_text(label));
    for (const MigPartedSpec& spec : specs) {
      result += write_spec(spec);
    }
  }
  return result;
}

std::string write_mig_parted_json(const MigPartedConfig& config) {
  nlohmann::ordered_json result = {{"version", "v1"}};
  for (const auto& [label, specs] : config.labels) {
    nlohmann::ordered_json& list = result["mig-configs"][label];
    for (const MigPartedSpec& spec : specs) {
      list.push_back(spec_json(spec));
    }
  }
  return result.dump(2) + "\n";
}

}  // namespace sectile
