#include "src/fleet/program/flow.h"

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <exception>

namespace sectile::fleet::program {
namespace {

using Graph = lemon::SmartDigraph;
using Simplex = lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t>;

Result<std::vector<std::int64_t>> solve_flow(const std::vector<std::int64_t>& supply,
                                             const std::vector<FlowArc>& arcs) {
  Graph graph;
  std::vector<Graph::Node> nodes;
  nodes.reserve(supply.size());
  for (std::size_t i = 0; i < supply.size(); ++i) {
    nodes.push_back(graph.addNode());
  }
  std::vector<Graph::Arc> made;
  made.reserve(arcs.size());
  for (const FlowArc& arc : arcs) {
    made.push_back(graph.addArc(nodes.at(arc.from), nodes.at(arc.to)));
  }
  Graph::NodeMap<std::int64_t> gives(graph);
  Graph::ArcMap<std::int64_t> capacity(graph);
  Graph::ArcMap<std::int64_t> cost(graph);
  for (std::size_t i = 0; i < supply.size(); ++i) {
    gives[nodes[i]] = supply[i];
  }
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    capacity[made[i]] = arcs[i].capacity;
    cost[made[i]] = arcs[i].cost;
  }
  Simplex simplex(graph);
  // GEQ: all that is given leaves, and whoever takes may take less.
  simplex.supplyMap(gives).upperMap(capacity).costMap(cost).supplyType(Simplex::GEQ);
  if (simplex.run() != Simplex::OPTIMAL) {
    return fail(ErrorCode::kUnsatisfiable, "there is not room for all");
  }
  std::vector<std::int64_t> flow;
  flow.reserve(arcs.size());
  for (const Graph::Arc& arc : made) {
    flow.push_back(simplex.flow(arc));
  }
  return flow;
}

}  // namespace

Result<std::vector<std::int64_t>> cheapest_flow(const std::vector<std::int64_t>& supply,
                                                const std::vector<FlowArc>& arcs) {
  try {
    return solve_flow(supply, arcs);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kFailed, std::string("the flow was not found: ") + error.what());
  }
}

}  // namespace sectile::fleet::program
