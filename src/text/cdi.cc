#include "sectile/text/cdi.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "src/text/tree.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::printable;
using internal::Reader;
using internal::Tree;
using nlohmann::ordered_json;

constexpr std::string_view kVersion = "0.5.0";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_path(std::string_view path) {
  return path.starts_with('/') && path.size() > 1 && path.find('\0') == std::string_view::npos;
}

Status check_paths(const std::vector<std::string>& paths) {
  const auto wrong = std::ranges::find_if_not(paths, is_path);
  if (wrong != paths.end()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no absolute path", printable(*wrong)));
  }
  return {};
}

Status check_device(const CdiDevice& device, std::set<std::string, std::less<>>& names) {
  if (!is_cdi_name(device.name)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' cannot be the name of a CDI device", printable(device.name)));
  }
  if (!names.insert(device.name).second) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("two CDI devices are called '{}'", device.name));
  }
  if (device.nodes.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the CDI device '{}' has no device node", device.name));
  }
  return check_paths(device.nodes);
}

Status check(const CdiSpec& spec) {
  if (spec.devices.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a CDI spec needs a device, and there is none");
  }
  std::set<std::string, std::less<>> names;
  for (const CdiDevice& device : spec.devices) {
    if (const Status good = check_device(device, names); !good) {
      return good;
    }
  }
  for (const std::string& variable : spec.environment) {
    if (variable.find('=') == std::string::npos || variable.starts_with('=')) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("'{}' sets no variable", printable(variable)));
    }
  }
  const Status nodes = check_paths(spec.nodes);
  return nodes ? check_paths(spec.libraries) : nodes;
}

ordered_json nodes_json(const std::vector<std::string>& nodes) {
  ordered_json list = ordered_json::array();
  for (const std::string& node : nodes) {
    list.push_back({{"path", node}});
  }
  return list;
}

// Without the empty lists, which runtimes take for edits that are missing.
ordered_json common_json(const CdiSpec& spec) {
  ordered_json edits = ordered_json::object();
  if (!spec.environment.empty()) {
    edits["env"] = spec.environment;
  }
  if (!spec.nodes.empty()) {
    edits["deviceNodes"] = nodes_json(spec.nodes);
  }
  for (const std::string& file : spec.libraries) {
    edits["mounts"].push_back({{"hostPath", file},
                               {"containerPath", file},
                               {"options", {"ro", "nosuid", "nodev", "bind"}}});
  }
  return edits;
}

}  // namespace

// Begins and ends with a letter or digit; between them also "_", "-", "." and ":".
bool is_cdi_name(std::string_view name) {
  return !name.empty() && is_alphanumeric(name.front()) && is_alphanumeric(name.back()) &&
         std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == ':';
         });
}

Result<std::string> cdi_json(const CdiSpec& spec) {
  if (const Status good = check(spec); !good) {
    return fail(good);
  }
  ordered_json json = {{"cdiVersion", kVersion}, {"kind", kCdiKind}};
  json["devices"] = ordered_json::array();
  for (const CdiDevice& device : spec.devices) {
    json["devices"].push_back(
        {{"name", device.name}, {"containerEdits", {{"deviceNodes", nodes_json(device.nodes)}}}});
  }
  if (ordered_json edits = common_json(spec); !edits.empty()) {
    json["containerEdits"] = std::move(edits);
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<CdiContents> parse_cdi(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  CdiContents contents;
  Reader reader(file);
  Fields fields(reader, *tree, "the spec");
  contents.version = reader.text(fields.need("cdiVersion"), "cdiVersion");
  contents.kind = reader.text(fields.need("kind"), "kind");
  if (const Tree* const devices = fields.find("devices");
      devices != nullptr && devices->kind != Tree::Kind::kNull) {
    for (const Tree& device : reader.list(*devices, "devices")) {
      Fields inner(reader, device, "a device");
      contents.names.push_back(reader.text(inner.need("name"), "name"));
    }
  }
  return reader.done(std::move(contents));
}

}  // namespace sectile
