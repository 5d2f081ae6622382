#include "src/cli/live.h"

#include <utility>

#include "sectile/device/node.h"
#include "src/cli/host.h"

namespace sectile::cli {

Result<Snapshot> read_node(const std::string& library, CallWatch* watch) {
  const Result<Node> node = Node::open(library, watch);
  if (!node) {
    return fail(node);
  }
  return node->read();
}

Result<Prepared> prepare_change(const Request& request, const Arguments& arguments,
                                CallWatch* watch) {
  Result<Snapshot> read = read_node(arguments.text("nvml"), watch);
  if (!read) {
    return fail(read);
  }
  Prepared prepared;
  prepared.holders = find_holders(*read, host_paths());
  add_holders(*read, prepared.holders);
  prepared.now = std::make_unique<const Snapshot>(std::move(*read));
  Result<Desired> wish = desired(request, arguments, *prepared.now);
  if (!wish) {
    return fail(wish);
  }
  prepared.wish = std::move(*wish);
  Result<ChangePlan> plan = prepare(*prepared.now, prepared.wish.targets);
  if (!plan) {
    return fail(plan);
  }
  prepared.plan = std::move(*plan);
  return prepared;
}

}  // namespace sectile::cli
