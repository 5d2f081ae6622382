#include "src/cli/fleet_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "sectile/text/config_gpu.h"
#include "sectile/text/notation.h"
#include "sectile/text/sectile_yaml.h"
#include "src/cli/layout_output.h"
#include "src/cli/session.h"

namespace sectile::cli {
namespace {

ConfigGpu config_gpu(const Model& model, unsigned index, const std::string& name) {
  const GpuSpec one[] = {{.model = &model, .count = 1}};
  ConfigGpu gpu = config_gpus(one).front();
  gpu.index = index;
  gpu.uuid = name;
  return gpu;
}

// As open(2) left it.
std::unexpected<Error> system_failure(const std::string& what, const std::string& path) {
  return fail(ErrorCode::kFailed,
              fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(errno)));
}

Status write_file(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) {
    return system_failure("write", path);
  }
  const Status written = write_all(file, text);
  const bool closed = ::close(file) == 0;
  if (!written) {
    return fail(ErrorCode::kFailed, path + ": " + written.error().message);
  }
  return closed ? Status() : system_failure("write", path);
}

}  // namespace

NodeLayouts node_layouts(std::span<const FleetGpu> fleet, std::span<const Layout> layouts) {
  NodeLayouts nodes;
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    const FleetGpu& gpu = fleet[i];
    const std::string label = gpu.node.empty() ? "planned" : gpu.node;
    nodes[label].push_back({.gpu = config_gpu(*gpu.model, gpu.index, gpu.name),
                            .mig_enabled = true,
                            .layout = layouts[i]});
  }
  return nodes;
}

void add_new(NodeLayouts& nodes, const std::string& label, const Model& model,
             const Layout& layout) {
  nodes[label] = {{.gpu = config_gpu(model, 0, "gpu0"), .mig_enabled = true, .layout = layout}};
}

std::string nodes_yaml(const NodeLayouts& nodes) {
  LayoutConfig config;
  for (const auto& [label, gpus] : nodes) {
    // A single node's file, read back: its entries are this node's.
    const Result<LayoutConfig> node = parse_layout_config(layout_yaml(gpus, label), label);
    if (node) {
      config.labels[label] = node->labels.at(label);
    }
  }
  return write_layout_config(config);
}

std::string nodes_mig_parted(const NodeLayouts& nodes) {
  MigPartedConfig config;
  for (const auto& [label, gpus] : nodes) {
    MigPartedExport node = to_mig_parted(gpus, label);
    config.labels[label] = std::move(node.config.labels[label]);
  }
  return write_mig_parted(config);
}

Status write_nodes(const NodeLayouts& nodes, const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) {
    return system_failure("make", directory);
  }
  for (const auto& [label, gpus] : nodes) {
    if (label.find('/') != std::string::npos || label.starts_with('.')) {
      return fail(ErrorCode::kInvalidArgument, "node " + label + " cannot be a file's name");
    }
    const std::string path = fmt::format("{}/{}", directory, label);
    if (const Status written = write_file(path + ".yaml", layout_yaml(gpus, label)); !written) {
      return written;
    }
    const std::string converted = mig_parted_yaml(gpus, label).text;
    if (const Status written = write_file(path + ".mig-parted.yaml", converted); !written) {
      return written;
    }
  }
  return {};
}

}  // namespace sectile::cli
