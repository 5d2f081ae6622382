// The Container Device Interface: the file that tells container runtimes which device nodes and
// libraries belong to "nvidia.com/gpu=0:1".
//
// Values and pure functions. Written is JSON of CDI version 0.5.0, the first with device names that
// begin with a digit, so that every runtime that knows CDI reads it. Source: SPEC.md of
// cncf-tags/container-device-interface.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"

namespace sectile {

inline constexpr std::string_view kCdiKind = "nvidia.com/gpu";

struct CdiDevice {
  std::string name;                // "0:1", a UUID, "all".
  std::vector<std::string> nodes;  // Device nodes, at the same path outside and inside.
};

struct CdiSpec {
  std::vector<CdiDevice> devices;
  // What every container gets that asks for any device.
  std::vector<std::string> nodes;        // Device nodes.
  std::vector<std::string> libraries;    // Files, bound read-only to the same path.
  std::vector<std::string> environment;  // "NAME=value"
};

// Whether CDI lets a device be called so. A UUID of drivers before R470 it does not.
bool is_cdi_name(std::string_view name);

// Fails with kInvalidArgument for what runtimes would refuse: no device, a device without a node, a
// name twice or of a form that CDI does not have, a path that is not absolute.
Result<std::string> cdi_json(const CdiSpec& spec);

// Of a spec that anybody wrote, as YAML or JSON: what it is about.
struct CdiContents {
  std::string version;
  std::string kind;
  std::vector<std::string> names;  // Of its devices, as they come.
};

// Reads these and passes over the rest. Fails with kInvalidArgument at "file:line:column: ".
Result<CdiContents> parse_cdi(std::string_view text, std::string_view file);

}  // namespace sectile
