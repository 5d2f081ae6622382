// Builds a Node from a description (sectile/emulator/emulator.h). No file is touched, but processes
// that occupy GPUs are looked up in /proc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/emulator/emulator.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// On the heap, for a Node is large. Errors as create_node() has them.
Result<std::unique_ptr<Node>> build_node(const NodeDescription& description);

// Puts the rules of a script in place of the node's. Fails with kInvalidArgument.
Status replace_faults(Node& node, std::string_view script);

// Adds a process. Fails with kInvalidArgument if the process does not live or there is no such GPU,
// instance or room in the table.
Status occupy(Node& node, const Occupant& occupant);

// The device files that the occupant has open, as names below /dev. Fails likewise.
Result<std::vector<std::string>> device_files_of(const Node& node, const Occupant& occupant);

}  // namespace sectile::emulator
