// Layouts of many nodes in the formats that other programs read: a configuration for each node.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/inventory.h"
#include "sectile/geometry/layout.h"
#include "sectile/text/mig_parted.h"

namespace sectile::cli {

// The GPUs of each node as they shall be. The key is the label of the configuration.
using NodeLayouts = std::map<std::string, std::vector<ExportGpu>>;

// `layouts`: parallel to the fleet. Nodes without a name are "planned".
NodeLayouts node_layouts(std::span<const FleetGpu> fleet, std::span<const Layout> layouts);

// GPUs that are not anywhere yet: all of a node cut alike.
void add_new(NodeLayouts& nodes, const std::string& label, const Model& model,
             const Layout& layout);

// All nodes in one file, each a label: `kind: Layout`, or mig-parted's.
std::string nodes_yaml(const NodeLayouts& nodes);
std::string nodes_mig_parted(const NodeLayouts& nodes);

// NODE.yaml and NODE.mig-parted.yaml for each, in a directory that is made if it is missing. Fails
// with kFailed, naming the file, and kInvalidArgument for a node whose name is no file name.
Status write_nodes(const NodeLayouts& nodes, const std::string& directory);

}  // namespace sectile::cli
