#include "src/cli/emulated_node.h"

#include <fmt/format.h>

#include <utility>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/gpu_spec.h"
#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"
#include "src/text/file_head.h"
#include "src/text/tree.h"

namespace sectile::cli {
namespace {

using internal::Fields;
using internal::Reader;
using internal::Tree;

constexpr int kDrivers[] = {535, 570, 580};
constexpr std::size_t kCommandLengthMax = 200;

std::string read_driver(Reader& reader, Fields& fields) {
  const Tree* driver = fields.find("driver");
  if (driver == nullptr) {
    return std::string(kDefaultDriver);
  }
  const int branch = reader.integer(*driver, "driver", 1, 9999);
  for (const int known : kDrivers) {
    if (branch == known) {
      return std::to_string(branch);
    }
  }
  reader.refuse(driver->position, fmt::format("driver {} is not emulated", branch),
                "it is one of 535, 570, 580");
  return {};
}

// The place of the one instance that the text names, "3g.40gb@4".
std::optional<Placement> read_place(Reader& reader, const Tree& tree, const EmulatedGpu& gpu) {
  const std::string text = reader.text(tree, "on");
  if (reader.failed() || gpu.model == nullptr) {
    return {};
  }
  for (const Slot& slot : gpu.layout.slots()) {
    const Profile* profile = gpu.model->find(slot.profile());
    if (profile != nullptr && text == fmt::format("{}@{}", profile->name, slot.placement().start)) {
      return slot.placement();
    }
  }
  reader.refuse(tree.position, fmt::format("'{}' is not in the layout", text),
                "the layout is " + to_notation(*gpu.model, gpu.layout));
  return {};
}

EmulatedProcess read_process(Reader& reader, const Tree& tree, const EmulatedGpu& gpu) {
  EmulatedProcess process;
  Fields fields(reader, tree, "a process");
  const Tree& command = fields.need("command");
  process.command = reader.text(command, "command");
  if (process.command.empty() || process.command.size() > kCommandLengthMax) {
    reader.refuse(command.position,
                  fmt::format("a command has 1 to {} characters", kCommandLengthMax));
  }
  if (const Tree* listed = fields.find("listed")) {
    process.listed = reader.boolean(*listed, "listed");
  }
  if (const Tree* on = fields.find("on")) {
    process.instance = read_place(reader, *on, gpu);
  } else if (gpu.mig_enabled && process.listed) {
    reader.refuse(tree.position, "MIG is on, so a process must be on an instance",
                  "add on: and an instance of the layout");
  }
  if (const Tree* memory = fields.find("memory")) {
    const Result<MiB> amount = parse_memory(reader.text(*memory, "memory"));
    if (amount) {
      process.memory = *amount;
    } else {
      reader.refuse(memory->position, amount.error());
    }
  }
  fields.finish();
  return process;
}

void read_layout(Reader& reader, const Tree& tree, EmulatedGpu& gpu) {
  const std::string text = reader.text(tree, "layout");
  if (reader.failed()) {
    return;
  }
  const Result<Layout> layout = parse_layout(*gpu.model, text);
  if (!layout) {
    reader.refuse(tree.position, layout.error());
    return;
  }
  gpu.layout = *layout;
  gpu.mig_enabled = true;
}

emulator::Place read_where(Reader& reader, const Tree& tree) {
  constexpr std::pair<std::string_view, emulator::Place> kPlaces[] = {
      {"bare-metal", emulator::Place::kBareMetal},
      {"passthrough", emulator::Place::kPassthrough},
      {"vgpu", emulator::Place::kVgpu},
      {"vgpu-host", emulator::Place::kVgpuHost}};
  const std::string text = reader.text(tree, "place");
  for (const auto& [name, place] : kPlaces) {
    if (text == name) {
      return place;
    }
  }
  reader.refuse(tree.position, fmt::format("'{}' is no place for a GPU", text),
                "it is one of bare-metal, passthrough, vgpu, vgpu-host");
  return emulator::Place::kBareMetal;
}

// `layout` and `capable` were read.
void read_mode(Reader& reader, Fields& fields, Position position, EmulatedGpu& gpu) {
  if (const Tree* mig = fields.find("mig")) {
    const bool enabled = reader.boolean(*mig, "mig");
    if (!enabled && !gpu.layout.empty()) {
      reader.refuse(mig->position, "a layout needs MIG to be on", "leave mig or layout out");
    }
    gpu.mig_enabled = enabled;
  }
  if (!gpu.capable && gpu.mig_enabled) {
    reader.refuse(position, "MIG cannot be on on a GPU that is not capable of it");
  }
}

EmulatedGpu read_gpu(Reader& reader, const Tree& tree) {
  EmulatedGpu gpu;
  Fields fields(reader, tree, "a gpu");
  const Tree& key = fields.need("model");
  const Result<const Model*> model = find_model(reader.text(key, "model"));
  if (!model) {
    reader.refuse(key.position, model.error());
  } else {
    gpu.model = *model;
  }
  if (const Tree* count = fields.find("count")) {
    gpu.count = reader.integer(*count, "count", 1, kMaxEmulatedGpus);
  }
  if (const Tree* swapped = fields.find("swapped")) {
    gpu.swapped = reader.boolean(*swapped, "swapped");
  }
  if (const Tree* capable = fields.find("capable")) {
    gpu.capable = reader.boolean(*capable, "capable");
  }
  if (const Tree* place = fields.find("place")) {
    gpu.place = read_where(reader, *place);
  }
  if (const Tree* layout = fields.find("layout")) {
    read_layout(reader, *layout, gpu);
  }
  read_mode(reader, fields, tree.position, gpu);
  if (const Tree* processes = fields.find("processes")) {
    for (const Tree& process : reader.list(*processes, "processes")) {
      gpu.processes.push_back(read_process(reader, process, gpu));
    }
  }
  fields.finish();
  return gpu;
}

int total(const std::vector<EmulatedGpu>& gpus) {
  int count = 0;
  for (const EmulatedGpu& gpu : gpus) {
    count += gpu.count;
  }
  return count;
}

}  // namespace

Result<EmulatedNode> parse_emulated_node(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  EmulatedNode node;
  Reader reader(file);
  Fields fields(reader, *tree, "an EmulatedNode");
  internal::read_head(reader, fields, "EmulatedNode");
  node.driver = read_driver(reader, fields);
  const Tree& gpus = fields.need("gpus");
  for (const Tree& gpu : reader.list(gpus, "gpus")) {
    if (reader.failed()) {
      break;  // Only the first problem is told; a large file need not be read on.
    }
    node.gpus.push_back(read_gpu(reader, gpu));
  }
  if (const int count = total(node.gpus); count < 1 || count > kMaxEmulatedGpus) {
    reader.refuse(gpus.position, fmt::format("{} GPUs cannot be emulated", count),
                  fmt::format("a machine has 1 to {} GPUs", kMaxEmulatedGpus));
  }
  if (const Tree* faults = fields.find("faults")) {
    for (const std::string& rule : reader.texts(*faults, "faults")) {
      node.faults += rule + '\n';
    }
  }
  fields.finish();
  return reader.done(std::move(node));
}

Result<EmulatedNode> emulated_node_from_spec(std::string_view spec) {
  const Result<std::vector<GpuSpec>> specs = parse_gpu_spec(spec);
  if (!specs) {
    return fail(specs);
  }
  EmulatedNode node{.driver = std::string(kDefaultDriver), .gpus = {}, .faults = {}};
  for (const GpuSpec& part : *specs) {
    node.gpus.push_back({.model = part.model,
                         .count = part.count,
                         .swapped = false,
                         .capable = true,
                         .place = emulator::Place::kBareMetal,
                         .mig_enabled = false,
                         .layout = {},
                         .processes = {}});
  }
  if (total(node.gpus) > kMaxEmulatedGpus) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} GPUs cannot be emulated", total(node.gpus)),
                fmt::format("a machine has at most {} GPUs", kMaxEmulatedGpus));
  }
  return node;
}

}  // namespace sectile::cli
