// sectile emulate: runs a command on a machine with emulated GPUs.
#include <cstdlib>
#include <string>
#include <vector>

#include "src/cli/child.h"
#include "src/cli/emulated_node.h"
#include "src/cli/emulation.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

Result<EmulatedNode> read_node_file(const Arguments& arguments) {
  if (arguments.has("SPEC")) {
    return fail(ErrorCode::kInvalidArgument, "a GPU SPEC and -f exclude each other",
                "give one of them");
  }
  const std::string file = arguments.text("node-file");
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  return parse_emulated_node(*text, input_name(file));
}

Result<EmulatedNode> wanted_node(const Arguments& arguments) {
  Result<EmulatedNode> node =
      EmulatedNode{.driver = std::string(kDefaultDriver), .gpus = {}, .faults = {}};
  if (arguments.has("node-file")) {
    node = read_node_file(arguments);
  } else if (arguments.has("SPEC")) {
    node = emulated_node_from_spec(arguments.text("SPEC"));
  } else if (!arguments.has("state")) {
    node = fail(ErrorCode::kInvalidArgument, "no GPUs given",
                "for example: sectile emulate 8xh100-80gb-sxm5");
  }
  if (!node) {
    return node;
  }
  if (arguments.has("driver")) {
    node->driver = arguments.text("driver");
  }
  if (arguments.has("faults")) {
    const Result<std::string> faults = read_input(arguments.text("faults"));
    if (!faults) {
      return fail(faults);
    }
    node->faults += *faults;
  }
  return node;
}

std::vector<std::string> command_or_shell(const Arguments& arguments) {
  if (!arguments.command().empty()) {
    return arguments.command();
  }
  const char* shell = std::getenv("SHELL");  // NOLINT(concurrency-mt-unsafe): one thread.
  return {shell == nullptr || *shell == '\0' ? "/bin/sh" : shell};
}

}  // namespace

Result<int> verb_emulate(Session& session) {
  const Result<EmulatedNode> node = wanted_node(session.arguments);
  if (!node) {
    return fail(node);
  }
  const Result<Emulation> machine = Emulation::start(*node, session.arguments.text("state"));
  if (!machine) {
    return fail(machine);
  }
  if (session.arguments.command().empty() && session.terminal) {
    session.say("a shell with emulated GPUs: try nvidia-smi -L and sectile show; exit ends it");
  }
  return run_command(command_or_shell(session.arguments));
}

}  // namespace sectile::cli
