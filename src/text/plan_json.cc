// Reading back what plan_json() and layouts_json() wrote.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "sectile/text/notation.h"
#include "src/text/plan_json_read.h"
#include "src/text/resolving.h"
#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr int kMost = std::numeric_limits<int>::max();
constexpr int kMaxGpus = 4096;

// Fields that say the same in other words, or why: for other readers.
void skip(Fields& fields, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    static_cast<void>(fields.find(name));
  }
}

PlanDocumentGpu::Instance read_instance(Reader& reader, const Tree& tree) {
  Fields fields(reader, tree, "an instance");
  const PlanDocumentGpu::Instance instance{
      .profile_id =
          static_cast<unsigned>(reader.integer(fields.need("profile_id"), "profile_id", 0, kMost)),
      .start = reader.integer(fields.need("start"), "start", 0, kMaxMemorySlices)};
  skip(fields, {"profile", "size", "compute_slices", "memory_mib", "compute", "service", "workload",
                "batch", "processes", "throughput_per_s", "latency_ms"});
  fields.finish();
  return instance;
}

PlanDocumentGpu read_gpu(Reader& reader, const Tree& tree) {
  PlanDocumentGpu gpu;
  Fields fields(reader, tree, "a gpu");
  gpu.name = reader.text(fields.need("name"), "name");
  gpu.model = reader.text(fields.need("model"), "model");
  const Tree& layout = fields.need("layout");
  gpu.notation = reader.text(layout, "layout");
  if (!names_every_start(gpu.notation)) {
    reader.refuse(layout.position, "the layout of a plan says where each instance is",
                  "write starts, as in 3g.40gb@4");
  }
  for (const Tree& item : reader.list(fields.need("instances"), "instances")) {
    gpu.instances.push_back(read_instance(reader, item));
  }
  std::ranges::sort(gpu.instances);
  skip(fields, {"free_memory_slices", "idle_compute_slices"});
  fields.finish();
  return gpu;
}

void read_gpus(Reader& reader, const Tree& tree, PlanDocument& plan) {
  std::set<std::string> names;
  for (const Tree& item : reader.list(tree, "gpus")) {
    plan.gpus.push_back(read_gpu(reader, item));
    if (!names.insert(plan.gpus.back().name).second) {
      reader.refuse(item.position,
                    fmt::format("gpu '{}' stands here twice", printable(plan.gpus.back().name)));
    }
  }
  if (plan.gpus.empty() || plan.gpus.size() > kMaxGpus) {
    reader.refuse(tree.position, fmt::format("a plan has from 1 to {} gpus", kMaxGpus));
  }
}

Result<PlanDocument> refuse_infeasible(Reader& reader, Fields& fields) {
  const Tree* const summary = fields.find("summary");
  const std::string why = summary ? reader.text(*summary, "summary") : "";
  return fail(ErrorCode::kUnsatisfiable,
              fmt::format("this is a plan that did not fit: {}", printable(why)),
              "plan again, asking for less");
}

// "gpu3" is the GPU with index 3; anything else is a UUID.
const ConfigGpu* find_gpu(std::string_view name, std::span<const ConfigGpu> gpus) {
  const auto by_uuid = std::ranges::find(gpus, name, &ConfigGpu::uuid);
  if (by_uuid != gpus.end()) {
    return &*by_uuid;
  }
  const std::optional<int> index =
      name.starts_with("gpu") ? internal::parse_number(name.substr(3), kMaxGpus) : std::nullopt;
  const auto by_index = std::ranges::find_if(gpus, [&](const ConfigGpu& gpu) {
    return index && gpu.index == static_cast<unsigned>(*index);
  });
  return by_index == gpus.end() ? nullptr : &*by_index;
}

std::vector<PlanDocumentGpu::Instance> instances_of(const Layout& layout) {
  std::vector<PlanDocumentGpu::Instance> result;
  result.reserve(layout.size());
  for (const Slot& slot : layout.slots()) {
    result.push_back({.profile_id = slot.profile().value, .start = slot.placement().start});
  }
  std::ranges::sort(result);
  return result;
}

Result<Layout> layout_for(const PlanDocumentGpu& planned, const ConfigGpu& gpu) {
  if (!gpu.capable || !gpu.model) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("gpu {} is not capable of MIG", gpu.index));
  }
  if (gpu.model->key != planned.model) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the plan for '{}' was made for {}, and gpu {} is {}", printable(planned.name),
                    printable(planned.model), gpu.index, gpu.model->key),
        "plan again for this node");
  }
  Result<Layout> layout = parse_layout(*gpu.model, planned.notation);
  if (!layout) {
    return layout;
  }
  if (instances_of(*layout) != planned.instances) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("layout '{}' and instances of '{}' do not agree",
                            printable(planned.notation), printable(planned.name)),
                "was the plan changed by hand? plan again");
  }
  return layout;
}

}  // namespace

Result<PlanDocument> internal::read_plan(const Tree& tree, std::string_view file) {
  PlanDocument plan{.file = std::string(file), .gpus = {}};
  Reader reader(file);
  Fields fields(reader, tree, "the plan");
  const Tree& schema = fields.need("schema");
  const std::string name = reader.text(schema, "schema");
  if (name != "sectile/plan/v1" && name != "sectile/layouts/v1") {
    reader.refuse(schema.position, fmt::format("schema '{}' is no plan", printable(name)),
                  "plans are sectile/plan/v1 and sectile/layouts/v1");
  }
  const Tree* const feasible = fields.find("feasible");
  if (feasible && !reader.boolean(*feasible, "feasible") && !reader.failed()) {
    return refuse_infeasible(reader, fields);
  }
  read_gpus(reader, fields.need("gpus"), plan);
  skip(fields, {"strategy", "wants", "assignments", "reasons", "notes", "gpus_used", "gpus_bound",
                "usefulness", "services", "admission", "spare", "proof"});
  fields.finish();
  return reader.done(std::move(plan));
}

Result<PlanDocument> parse_plan_json(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  return tree ? internal::read_plan(*tree, file) : fail(tree);
}

Result<Resolution> resolve_plan(const PlanDocument& plan, std::span<const ConfigGpu> gpus) {
  internal::Resolving resolving(plan.file, "", gpus.size());
  std::set<const ConfigGpu*> found;
  for (const PlanDocumentGpu& planned : plan.gpus) {
    const ConfigGpu* const gpu = find_gpu(planned.name, gpus);
    if (!gpu || !found.insert(gpu).second) {
      return resolving.fail_at({},
                               Error{ErrorCode::kInvalidArgument,
                                     fmt::format("gpu '{}' of the plan {}", printable(planned.name),
                                                 gpu ? "is named twice" : "is not here"),
                                     "plan again for this node"});
    }
    const Result<Layout> layout = layout_for(planned, *gpu);
    if (!layout) {
      return resolving.fail_at({}, layout.error());
    }
    resolving.set({.gpu = static_cast<std::size_t>(gpu - gpus.data()),
                   .mig_enabled = true,
                   .layout = *layout,
                   .exact = true,
                   .origin = resolving.origin({})});
  }
  return resolving.done();
}

}  // namespace sectile
