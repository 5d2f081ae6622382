#include "sectile/text/fleet_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"
#include "src/text/file_head.h"
#include "src/text/scan.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"
#include "src/text/want_name.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr int kMaxGpuIndex = 4095;
constexpr std::size_t kMaxUuid = 64;

// What a node says of all its GPUs.
struct Attributes {
  std::string tenant;
  bool drain = false;
  bool healthy = true;
};

// A node of the file, before its count is multiplied out.
struct Node {
  std::string name;
  int count = 1;
  std::string like;  // Another node whose GPUs it has; "": its own.
  Position position;
  Position like_position;
  Attributes attributes;
  std::vector<FleetGpu> gpus;  // Without node and, mostly, name.
};

std::string read_name(Reader& reader, const Tree& tree, std::string_view what) {
  std::string name = reader.text(tree, what);
  if (!internal::is_want_name(name) || name.starts_with('.')) {
    reader.refuse(tree.position, fmt::format("'{}' is no {}", printable(name), what),
                  "a name has 1 to 64 letters, digits, '_', '.' and '-', and no '.' in front");
  }
  return name;
}

Attributes read_attributes(Reader& reader, Fields& fields, const Attributes& defaults) {
  Attributes result = defaults;
  if (const Tree* const tenant = fields.find("tenant")) {
    result.tenant = read_name(reader, *tenant, "tenant");
  }
  if (const Tree* const drain = fields.find("drain")) {
    result.drain = reader.boolean(*drain, "drain");
  }
  if (const Tree* const healthy = fields.find("healthy")) {
    result.healthy = reader.boolean(*healthy, "healthy");
  }
  return result;
}

// The layout without its marks, and the starts of the instances that had one.
struct Marked {
  std::string notation;
  std::vector<int> busy;
};

// The start that stands in front of the mark: "3g.40gb@4!", "7g.80gb@0[3c 2c]!".
std::optional<int> marked_start(std::string_view before) {
  if (before.ends_with(']')) {
    before = before.substr(0, before.rfind('['));
  }
  const std::size_t at = before.rfind('@');
  return at == std::string_view::npos ? std::nullopt
                                      : internal::parse_number(before.substr(at + 1), 99);
}

Result<Marked> take_marks(std::string_view text) {
  Marked result;
  for (const char c : text) {
    if (c != '!') {
      result.notation += c;
      continue;
    }
    const std::optional<int> start = marked_start(result.notation);
    if (!start) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("'!' stands behind no instance with a start in '{}'", printable(text)),
          "mark instances in use as in 3g.40gb@4! 2g.20gb@0");
    }
    result.busy.push_back(*start);
  }
  return result;
}

// Layouts that were read already: fleets say the same thousands of times, and reading is packing.
class Layouts {
 public:
  const Result<Layout>& read(const Model& model, const std::string& notation) {
    const auto [place, added] = known_.try_emplace({&model, notation}, Layout());
    if (added) {
      place->second = parse_layout(model, notation);
    }
    return place->second;
  }

 private:
  std::map<std::pair<const Model*, std::string>, Result<Layout>> known_;
};

Status set_layout(FleetGpu& gpu, std::string_view text, Layouts& layouts) {
  const Result<Marked> marked = take_marks(text);
  if (!marked) {
    return fail(marked);
  }
  const Result<Layout>& layout = layouts.read(*gpu.model, marked->notation);
  if (!layout) {  // What exists cannot be too much: the file is wrong.
    return fail(ErrorCode::kInvalidArgument, layout.error().message, layout.error().next);
  }
  gpu.layout = *layout;
  for (std::size_t i = 0; i < layout->size(); ++i) {
    if (std::ranges::count(marked->busy, layout->slots()[i].placement().start) > 0) {
      gpu.busy = static_cast<std::uint8_t>(gpu.busy | (1U << i));
    }
  }
  return {};
}

// What the file says at that position; nothing if the model is not known.
void read_layout(Reader& reader, Position position, std::string_view text, FleetGpu& gpu,
                 Layouts& layouts) {
  if (gpu.model == nullptr) {
    return;
  }
  if (const Status set = set_layout(gpu, text, layouts); !set) {
    reader.refuse(position, set.error());
  }
}

const Model* read_model(Reader& reader, Position position, std::string_view name) {
  const Result<const Model*> model = find_model(name);
  if (!model) {
    // Of the file, whatever the catalogue calls it.
    reader.refuse(position,
                  Error{ErrorCode::kInvalidArgument, model.error().message, model.error().next});
    return nullptr;
  }
  return *model;
}

// GPUs of a node that are alike.
struct Alike {
  int count = 1;
  std::optional<int> index;
  FleetGpu gpu;
};

// "8xh100-80gb-sxm5 3g.40gb@4! 2g.20gb@0"
Alike read_short_gpu(Reader& reader, const Tree& tree, const Attributes& attributes,
                     Layouts& layouts) {
  Alike alike;
  const std::string_view text = internal::trim(tree.scalar);
  const std::string_view spec = text.substr(0, text.find(' '));
  const auto [count, model] = internal::split_count(spec, kMaxGpuIndex + 1);
  alike.count = count.value_or(1);
  if (!count) {
    reader.refuse(tree.position, fmt::format("the count of '{}' is not from 1 to {}",
                                             printable(spec), kMaxGpuIndex + 1));
  }
  alike.gpu = {
      .tenant = attributes.tenant, .drain = attributes.drain, .healthy = attributes.healthy};
  alike.gpu.model = read_model(reader, tree.position, model);
  const std::string_view layout = internal::trim(text.substr(spec.size()));
  if (!layout.empty()) {
    read_layout(reader, tree.position, layout, alike.gpu, layouts);
  }
  return alike;
}

void read_busy(Reader& reader, const Tree& tree, FleetGpu& gpu) {
  const std::string busy = reader.text(tree, "busy");
  if (busy != "all" && busy != "none") {
    reader.refuse(tree.position,
                  fmt::format("busy must be all or none, and is '{}'", printable(busy)),
                  "mark single instances in the layout, as in 3g.40gb@4! 2g.20gb@0");
  }
  if (busy == "all") {
    gpu.busy = static_cast<std::uint8_t>((1U << gpu.layout.size()) - 1U);
  }
}

Alike read_gpu(Reader& reader, const Tree& tree, const Attributes& defaults, Layouts& layouts) {
  if (tree.kind == Tree::Kind::kScalar) {
    return read_short_gpu(reader, tree, defaults, layouts);
  }
  Alike alike;
  Fields fields(reader, tree, "a GPU");
  const Tree& model = fields.need("model");
  alike.gpu.model = read_model(reader, model.position, reader.text(model, "model"));
  if (const Tree* const count = fields.find("count")) {
    alike.count = reader.integer(*count, "count", 1, kMaxGpuIndex + 1);
  }
  if (const Tree* const index = fields.find("index")) {
    alike.index = reader.integer(*index, "index", 0, kMaxGpuIndex);
  }
  if (const Tree* const uuid = fields.find("uuid")) {
    alike.gpu.name = reader.text(*uuid, "uuid");
    if (!alike.gpu.name.starts_with("GPU-") || alike.gpu.name.size() > kMaxUuid ||
        alike.count != 1) {
      reader.refuse(uuid->position, "a uuid begins with GPU- and belongs to one GPU");
    }
  }
  if (const Tree* const layout = fields.find("layout")) {
    const std::string text = reader.text(*layout, "layout");
    read_layout(reader, layout->position, text, alike.gpu, layouts);
  }
  if (const Tree* const busy = fields.find("busy")) {
    read_busy(reader, *busy, alike.gpu);
  }
  const Attributes attributes = read_attributes(reader, fields, defaults);
  alike.gpu.tenant = attributes.tenant;
  alike.gpu.drain = attributes.drain;
  alike.gpu.healthy = attributes.healthy;
  fields.finish();
  return alike;
}

// Numbers the GPUs, and refuses two with one index.
void add_gpus(Reader& reader, const Tree& tree, const Alike& alike, Node& node) {
  unsigned next = alike.index         ? static_cast<unsigned>(*alike.index)
                  : node.gpus.empty() ? 0
                                      : node.gpus.back().index + 1;
  for (int i = 0; i < alike.count && !reader.failed(); ++i, ++next) {
    const bool taken =
        std::ranges::any_of(node.gpus, [&](const FleetGpu& gpu) { return gpu.index == next; });
    if (taken || next > kMaxGpuIndex) {
      reader.refuse(tree.position, taken ? fmt::format("the node has two GPUs with index {}", next)
                                         : fmt::format("indices end at {}", kMaxGpuIndex));
      return;
    }
    node.gpus.push_back(alike.gpu);
    node.gpus.back().index = next;
  }
}

Node read_node(Reader& reader, const Tree& tree, Layouts& layouts) {
  Node node;
  Fields fields(reader, tree, "a node");
  const Tree& name = fields.need("name");
  node.position = name.position;
  node.name = read_name(reader, name, "name");
  if (const Tree* const count = fields.find("count")) {
    node.count = reader.integer(*count, "count", 1, static_cast<int>(kMaxFileGpus));
  }
  node.attributes = read_attributes(reader, fields, {});
  const Tree* const gpus = fields.find("gpus");
  const Tree* const like = fields.find("like");
  if ((gpus == nullptr) == (like == nullptr)) {
    reader.refuse(tree.position, "a node has either gpus, or like: with the name of another node");
  } else if (like != nullptr) {
    node.like = read_name(reader, *like, "like");
    node.like_position = like->position;
  } else {
    for (const Tree& gpu : reader.list(*gpus, "gpus")) {
      add_gpus(reader, gpu, read_gpu(reader, gpu, node.attributes, layouts), node);
    }
  }
  fields.finish();
  return node;
}

using NodesByName = std::map<std::string, const Node*>;

// The node that this one is like in the end: itself if it is like none, nullptr after a refusal.
const Node* source_of(Reader& reader, const NodesByName& nodes, const Node& node) {
  const Node* source = &node;
  for (std::size_t steps = 0; !source->like.empty(); ++steps) {
    const auto found = nodes.find(source->like);
    if (found == nodes.end()) {
      reader.refuse(source->like_position,
                    fmt::format("there is no node '{}'", printable(source->like)));
      return nullptr;
    }
    source = found->second;
    if (steps == nodes.size()) {
      reader.refuse(node.like_position,
                    fmt::format("node '{}' is like itself, in a circle", printable(node.name)));
      return nullptr;
    }
  }
  return source;
}

// `like` stays until all are done, for those that point here.
void copy_gpus(const Node& source, Node& node) {
  node.gpus = source.gpus;
  for (FleetGpu& gpu : node.gpus) {
    gpu.name.clear();
    gpu.tenant = node.attributes.tenant.empty() ? gpu.tenant : node.attributes.tenant;
    gpu.drain = gpu.drain || node.attributes.drain;
    gpu.healthy = gpu.healthy && node.attributes.healthy;
  }
}

// Gives every node that is like another one that one's GPUs.
void follow_likes(Reader& reader, std::vector<Node>& nodes) {
  NodesByName by_name;
  for (const Node& node : nodes) {
    by_name[node.name] = &node;
  }
  for (Node& node : nodes) {
    const Node* const source = source_of(reader, by_name, node);
    if (source == nullptr) {
      return;
    }
    if (source != &node) {
      copy_gpus(*source, node);
    }
  }
}

class Multiplying {
 public:
  explicit Multiplying(Reader& reader) : reader_(reader) {}

  void add(const Node& node) {
    if (fleet_.size() + node.gpus.size() * static_cast<std::size_t>(node.count) > kMaxFileGpus) {
      reader_.refuse(node.position,
                     fmt::format("more than {} GPUs, counts multiplied out", kMaxFileGpus));
    }
    for (int i = 1; i <= node.count && !reader_.failed(); ++i) {
      add_one(node, node.count == 1 ? node.name : fmt::format("{}-{}", node.name, i));
    }
  }

  std::vector<FleetGpu> take() { return std::move(fleet_); }

 private:
  void add_one(const Node& node, const std::string& name) {
    if (!nodes_.insert(name).second) {
      reader_.refuse(node.position, fmt::format("there are two nodes '{}'", printable(name)));
    }
    for (FleetGpu gpu : node.gpus) {
      gpu.node = name;
      if (gpu.name.empty()) {
        gpu.name = fmt::format("{}/gpu{}", name, gpu.index);
      }
      if (!names_.insert(gpu.name).second) {
        reader_.refuse(node.position, fmt::format("there are two GPUs '{}'", printable(gpu.name)));
        return;
      }
      fleet_.push_back(std::move(gpu));
    }
  }

  Reader& reader_;
  std::set<std::string> nodes_;
  std::set<std::string> names_;
  std::vector<FleetGpu> fleet_;
};

std::string write_attributes(const FleetGpu& gpu) {
  std::string text;
  if (!gpu.tenant.empty()) {
    text += fmt::format(", tenant: {}", internal::yaml_quoted(gpu.tenant));
  }
  text += gpu.drain ? ", drain: true" : "";
  return text + (gpu.healthy ? "" : ", healthy: false");
}

}  // namespace

Result<std::vector<FleetGpu>> parse_fleet(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  Reader reader(file);
  Fields fields(reader, *tree, "the file");
  internal::read_head(reader, fields, "Fleet");
  std::vector<Node> nodes;
  Layouts layouts;
  for (const Tree& node : reader.list(fields.need("nodes"), "nodes")) {
    nodes.push_back(read_node(reader, node, layouts));
  }
  fields.finish();
  if (!reader.failed()) {
    follow_likes(reader, nodes);
  }
  Multiplying fleet(reader);
  for (const Node& node : nodes) {
    if (!reader.failed()) {
      fleet.add(node);
    }
  }
  return reader.done(fleet.take());
}

std::string to_notation(const FleetGpu& gpu) {
  std::string result;
  // One by one, so that each mark is behind its instance; largest first as for any layout.
  std::vector<std::pair<Slot, bool>> slots;
  slots.reserve(gpu.layout.size());
  for (std::size_t i = 0; i < gpu.layout.size(); ++i) {
    slots.emplace_back(gpu.layout.slots()[i], gpu.is_busy(i));
  }
  std::ranges::stable_sort(slots, std::greater{},
                           [](const auto& slot) { return slot.first.placement().size; });
  for (const auto& [slot, busy] : slots) {
    result += (result.empty() ? "" : " ") + to_notation(*gpu.model, slot) + (busy ? "!" : "");
  }
  return result.empty() ? "-" : result;
}

std::string write_fleet(std::span<const FleetGpu> fleet) {
  std::string text = "apiVersion: sectile/v1\nkind: Fleet\nnodes:\n";
  const std::string* node = nullptr;
  for (const FleetGpu& gpu : fleet) {
    if (node == nullptr || *node != gpu.node) {
      node = &gpu.node;
      text += fmt::format("  - name: {}\n    gpus:\n", internal::yaml_quoted(gpu.node));
    }
    const bool has_uuid = gpu.name.starts_with("GPU-");
    text +=
        fmt::format("      - {{model: {}, index: {}{}{}, layout: {}}}\n", gpu.model->key, gpu.index,
                    has_uuid ? ", uuid: " + internal::yaml_quoted(gpu.name) : std::string(),
                    write_attributes(gpu), internal::yaml_quoted(to_notation(gpu)));
  }
  return fleet.empty() ? text + "  []\n" : text;
}

}  // namespace sectile
