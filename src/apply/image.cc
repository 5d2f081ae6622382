#include "sectile/apply/image.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "src/text/tree.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::Reader;
using internal::Tree;
using nlohmann::ordered_json;

constexpr std::string_view kSchema = "sectile/image/v1";
constexpr int kMaxId = 1 << 30;
constexpr std::size_t kMaxGpus = 4096;
constexpr std::size_t kMaxNameBytes = 256;

std::string profile_name(const Model& model, ProfileId id) {
  const Profile* const profile = model.find(id);
  return profile != nullptr ? profile->name : "";
}

GpuImage shell_of(const LiveGpu& gpu, const Model& model) {
  return {.uuid = gpu.uuid,
          .index = gpu.index,
          .model = model.key,
          .mode = gpu.mode,
          .pending = gpu.pending,
          .instances = {}};
}

GpuImage image_of(const LiveGpu& gpu, const Model& model) {
  GpuImage image = shell_of(gpu, model);
  for (const LiveInstance& live : gpu.instances) {
    InstanceImage instance{.profile = live.profile,
                           .name = profile_name(model, live.profile),
                           .placement = live.placement,
                           .compute = {}};
    for (const LiveCompute& compute : live.compute) {
      instance.compute.push_back({.slot = compute.slot, .uuid = compute.uuid});
    }
    image.instances.push_back(std::move(instance));
  }
  return image;
}

// The GPU as the change shall make it.
GpuImage wanted_of(const LiveGpu& gpu, const Model& model, const GpuChange& change) {
  GpuImage wanted = shell_of(gpu, model);
  if (change.set_mode) {
    wanted.mode = *change.set_mode ? MigMode::kEnabled : MigMode::kDisabled;
  }
  wanted.pending = wanted.mode;
  for (const Slot& slot : change.to.slots()) {
    InstanceImage instance{.profile = slot.profile(),
                           .name = profile_name(model, slot.profile()),
                           .placement = slot.placement(),
                           .compute = {}};
    for (const ComputeSlot& compute : slot.compute()) {
      instance.compute.push_back({.slot = compute, .uuid = {}});
    }
    wanted.instances.push_back(std::move(instance));
  }
  return wanted;
}

Result<Slot> slot_of(const Model& model, const InstanceImage& instance) {
  const std::string next = "another GPU or driver is there now";
  const Profile* const profile = model.find(instance.profile);
  if (profile == nullptr) {
    return fail(ErrorCode::kUnsatisfiable,
                "there is no profile " + std::to_string(instance.profile.value) + " (" +
                    instance.name + ")",
                next);
  }
  Slot slot = Slot::bare(*profile, instance.placement.start);
  if (slot.placement() != instance.placement) {
    return fail(ErrorCode::kUnsatisfiable, instance.name + " has another size by now", next);
  }
  for (const ComputeImage& compute : instance.compute) {
    Result<Slot> more = slot.with_compute(*profile, compute.slot);
    if (!more) {
      return more;
    }
    slot = *std::move(more);
  }
  return slot;
}

ordered_json instance_json(const InstanceImage& instance) {
  ordered_json compute = ordered_json::array();
  for (const ComputeImage& one : instance.compute) {
    compute.push_back({{"profile_id", one.slot.profile.value},
                       {"start", one.slot.placement.start},
                       {"size", one.slot.placement.size},
                       {"uuid", one.uuid}});
  }
  return {{"profile", instance.name},
          {"profile_id", instance.profile.value},
          {"start", instance.placement.start},
          {"size", instance.placement.size},
          {"compute", std::move(compute)}};
}

std::string_view mode_text(MigMode mode) {
  return mode == MigMode::kEnabled ? "on" : "off";
}

// Reading back.

MigMode read_mode(Reader& reader, const Tree& tree, std::string_view what) {
  const std::string text = reader.text(tree, what);
  if (text != "on" && text != "off" && !reader.failed()) {
    reader.refuse(tree.position, std::string(what) + " is neither on nor off");
  }
  return text == "on" ? MigMode::kEnabled : MigMode::kDisabled;
}

std::string read_name(Reader& reader, const Tree& tree, std::string_view what) {
  std::string text = reader.text(tree, what);
  if (text.size() > kMaxNameBytes) {
    reader.refuse(tree.position, std::string(what) + " is too long");
  }
  return text;
}

unsigned read_id(Reader& reader, const Tree& tree, std::string_view what) {
  return static_cast<unsigned>(reader.integer(tree, what, 0, kMaxId));
}

Placement read_placement(Reader& reader, Fields& fields) {
  const int start = reader.integer(fields.need("start"), "start", 0, kMaxMemorySlices - 1);
  return {.start = start,
          .size = reader.integer(fields.need("size"), "size", 1, kMaxMemorySlices - start)};
}

ComputeImage read_compute(Reader& reader, const Tree& tree) {
  Fields fields(reader, tree, "a compute instance");
  ComputeImage compute;
  compute.slot.profile = {read_id(reader, fields.need("profile_id"), "profile_id")};
  compute.slot.placement = read_placement(reader, fields);
  compute.uuid = read_name(reader, fields.need("uuid"), "uuid");
  fields.finish();
  return compute;
}

InstanceImage read_instance(Reader& reader, const Tree& tree) {
  Fields fields(reader, tree, "an instance");
  InstanceImage instance;
  instance.profile = {read_id(reader, fields.need("profile_id"), "profile_id")};
  instance.name = read_name(reader, fields.need("profile"), "profile");
  instance.placement = read_placement(reader, fields);
  const Tree& compute = fields.need("compute");
  for (const Tree& item : reader.list(compute, "compute")) {
    instance.compute.push_back(read_compute(reader, item));
  }
  if (instance.compute.size() > kMaxComputeInstances) {
    reader.refuse(compute.position, "more compute instances than a GPU instance can hold");
  }
  fields.finish();
  return instance;
}

GpuImage read_gpu(Reader& reader, const Tree& tree) {
  Fields fields(reader, tree, "a gpu");
  GpuImage gpu;
  gpu.uuid = read_name(reader, fields.need("uuid"), "uuid");
  gpu.index = read_id(reader, fields.need("index"), "index");
  gpu.model = read_name(reader, fields.need("model"), "model");
  gpu.mode = read_mode(reader, fields.need("mig"), "mig");
  gpu.pending = read_mode(reader, fields.need("pending"), "pending");
  const Tree& instances = fields.need("instances");
  for (const Tree& item : reader.list(instances, "instances")) {
    gpu.instances.push_back(read_instance(reader, item));
  }
  if (gpu.instances.size() > kMaxGpuInstances) {
    reader.refuse(instances.position, "more instances than a GPU can hold");
  }
  fields.finish();
  return gpu;
}

}  // namespace

const GpuImage* NodeImage::find(const std::string& uuid) const {
  const auto found = std::ranges::find(gpus, uuid, &GpuImage::uuid);
  return found == gpus.end() ? nullptr : &*found;
}

NodeImage image_of(const Snapshot& now) {
  NodeImage image;
  for (const LiveGpu& gpu : now.gpus) {
    if (gpu.capable()) {
      image.gpus.push_back(image_of(gpu, now.model_of(gpu)));
    }
  }
  return image;
}

NodeImage image_before(const Snapshot& now, const ChangePlan& plan) {
  NodeImage image = image_of(now);
  std::erase_if(image.gpus, [&](const GpuImage& gpu) {
    return std::ranges::find(plan.changes, gpu.uuid, &GpuChange::uuid) == plan.changes.end();
  });
  return image;
}

NodeImage image_after(const Snapshot& now, const ChangePlan& plan) {
  NodeImage image;
  for (const GpuChange& change : plan.changes) {
    if (const LiveGpu* const gpu = now.find(change.uuid); gpu != nullptr && gpu->capable()) {
      image.gpus.push_back(wanted_of(*gpu, now.model_of(*gpu), change));
    }
  }
  return image;
}

Result<Layout> layout_of(const Model& model, const GpuImage& image) {
  Layout layout;
  for (const InstanceImage& instance : image.instances) {
    const Result<Slot> slot = slot_of(model, instance);
    if (!slot) {
      return fail(ErrorCode::kUnsatisfiable,
                  "gpu " + std::to_string(image.index) + ": " + slot.error().message,
                  slot.error().next);
    }
    Result<Layout> more = layout.with_unchecked(*slot);
    if (!more) {
      return fail(ErrorCode::kUnsatisfiable, more.error().message, more.error().next);
    }
    layout = *std::move(more);
  }
  return layout;
}

Result<GpuTarget> target_of(const Model& model, const GpuImage& image) {
  Result<Layout> layout = layout_of(model, image);
  if (!layout) {
    return fail(layout);
  }
  // A mode that waited for a reset was on its way; with instances it was not.
  const MigMode mode = layout->empty() ? image.pending : image.mode;
  return GpuTarget{.uuid = image.uuid,
                   .mig_enabled = mode == MigMode::kEnabled,
                   .layout = *std::move(layout),
                   .exact_placement = true,
                   .mode_only = false};
}

std::string image_json(const NodeImage& image) {
  ordered_json gpus = ordered_json::array();
  for (const GpuImage& gpu : image.gpus) {
    ordered_json instances = ordered_json::array();
    for (const InstanceImage& instance : gpu.instances) {
      instances.push_back(instance_json(instance));
    }
    gpus.push_back({{"uuid", gpu.uuid},
                    {"index", gpu.index},
                    {"model", gpu.model},
                    {"mig", mode_text(gpu.mode)},
                    {"pending", mode_text(gpu.pending)},
                    {"instances", std::move(instances)}});
  }
  const ordered_json document = {{"schema", kSchema}, {"gpus", std::move(gpus)}};
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<NodeImage> parse_image(std::string_view text, std::string_view where) {
  const Result<Tree> tree = internal::read_tree(text, where);
  if (!tree) {
    return fail(tree);
  }
  Reader reader(where);
  Fields fields(reader, *tree, "an image");
  const Tree& schema = fields.need("schema");
  if (reader.text(schema, "schema") != kSchema && !reader.failed()) {
    reader.refuse(schema.position, "the schema is not " + std::string(kSchema));
  }
  NodeImage image;
  std::set<std::string> seen;
  const Tree& gpus = fields.need("gpus");
  for (const Tree& item : reader.list(gpus, "gpus")) {
    image.gpus.push_back(read_gpu(reader, item));
    if (!seen.insert(image.gpus.back().uuid).second && !reader.failed()) {
      reader.refuse(item.position, "a gpu stands here twice");
    }
  }
  if (image.gpus.size() > kMaxGpus) {
    reader.refuse(gpus.position, "more gpus than a node can have");
  }
  fields.finish();
  return reader.done(std::move(image));
}

}  // namespace sectile
