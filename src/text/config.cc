#include "sectile/text/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "src/text/mig_parted_read.h"
#include "src/text/pack_wants.h"
#include "src/text/plan_json_read.h"
#include "src/text/resolving.h"
#include "src/text/sectile_yaml_read.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::printable;
using internal::Tree;

constexpr std::size_t kMaxListed = 20;

template <typename T>
Result<Config> config_of(Result<T> parsed) {
  return parsed ? Result<Config>(std::move(*parsed)) : fail(parsed);
}

std::unexpected<Error> unknown_kind(std::string_view file, Position position,
                                    const std::string& what) {
  return fail(ErrorCode::kInvalidArgument, internal::at(file, position, what),
              "files begin with version: v1 (mig-parted), with apiVersion: sectile/v1 and kind: "
              "Layout or Workloads, or are a plan that sectile plan -o json printed");
}

// The number of letters to insert, delete or change.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char letter : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t i = 0; i < b.size(); ++i) {
      const std::size_t changed = diagonal + (letter == b[i] ? 0 : 1);
      diagonal = row[i + 1];
      row[i + 1] = std::min({row[i] + 1, row[i + 1] + 1, changed});
    }
  }
  return row.back();
}

std::string nearest(const std::vector<std::string>& labels, std::string_view asked) {
  return *std::ranges::min_element(
      labels, {}, [&](const std::string& label) { return distance(asked, label); });
}

// At most kMaxListed labels, for messages.
std::string listed(const std::vector<std::string>& labels) {
  std::string result;
  for (std::size_t i = 0; i < std::min(labels.size(), kMaxListed); ++i) {
    result += (i == 0 ? "" : ", ") + printable(labels[i]);
  }
  return labels.size() > kMaxListed ? result + ", ..." : result;
}

std::string_view file_of(const Config& config) {
  return std::visit([](const auto& kind) { return std::string_view(kind.file); }, config);
}

Result<Resolution> resolve_workloads(const WorkloadConfig& config,
                                     std::span<const ConfigGpu> gpus) {
  std::vector<std::size_t> share;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    if (gpus[i].capable) {
      share.push_back(i);
    }
  }
  if (const Status plannable = check_plannable(config); !plannable) {
    return fail(plannable);
  }
  internal::Resolving resolving(config.file, "", gpus.size());
  const Result<std::vector<Layout>> layouts =
      share.empty() ? std::vector<Layout>{} : internal::pack_wants(config.workloads, share, gpus);
  if (!layouts) {
    return resolving.fail_at({}, layouts.error());
  }
  for (std::size_t i = 0; i < share.size(); ++i) {
    resolving.set({.gpu = share[i],
                   .mig_enabled = true,
                   .layout = (*layouts)[i],
                   .exact = false,
                   .origin = resolving.origin({})});
  }
  return resolving.done();
}

}  // namespace

Result<Config> load_config(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  if (tree->kind != Tree::Kind::kMap) {
    return unknown_kind(
        file, tree->position,
        tree->kind == Tree::Kind::kNull ? "the file is empty" : "the file is no configuration");
  }
  if (tree->find("schema")) {
    return config_of(internal::read_plan(*tree, file));
  }
  if (!tree->find("apiVersion")) {
    if (tree->find("version") || tree->find("mig-configs")) {
      return config_of(internal::read_mig_parted(*tree, file));
    }
    return unknown_kind(file, tree->position, "the file says not what it is");
  }
  const internal::Member* const kind = tree->find("kind");
  if (kind && kind->value.scalar == "Workloads") {
    return config_of(internal::read_workloads(*tree, file));
  }
  if (kind && kind->value.scalar == "Services") {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, kind->value.position, "kind Services is no configuration"),
                "sectile plan --services FILE --measurements DIR plans it");
  }
  if (kind && kind->value.scalar != "Layout") {
    return unknown_kind(file, kind->value.position,
                        fmt::format("kind '{}' is not known", printable(kind->value.scalar)));
  }
  return config_of(internal::read_layout_config(*tree, file));
}

std::vector<std::string> labels_of(const Config& config) {
  std::vector<std::string> result;
  const auto collect = [&](const auto& labels) {
    for (const auto& [label, entries] : labels) {
      result.push_back(label);
    }
  };
  if (const auto* const theirs = std::get_if<MigPartedConfig>(&config)) {
    collect(theirs->labels);
  } else if (const auto* const ours = std::get_if<LayoutConfig>(&config)) {
    collect(ours->labels);
  }
  return result;
}

Result<std::string> select_label(const Config& config, const std::optional<std::string>& asked) {
  const std::vector<std::string> labels = labels_of(config);
  const std::string_view file = file_of(config);
  if (std::holds_alternative<WorkloadConfig>(config) ||
      std::holds_alternative<PlanDocument>(config)) {
    if (asked) {
      return fail(ErrorCode::kInvalidArgument,
                  internal::at(file, {},
                               fmt::format("there are no labels in this file, so there "
                                           "is no '{}'",
                                           printable(*asked))));
    }
    return std::string();
  }
  if (labels.empty()) {
    return fail(ErrorCode::kInvalidArgument, internal::at(file, {}, "the file has no label"));
  }
  if (!asked && labels.size() > 1) {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, {}, fmt::format("the file has {} labels", labels.size())),
                fmt::format("choose one with -c: {}", listed(labels)));
  }
  if (asked && std::ranges::find(labels, *asked) == labels.end()) {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, {}, fmt::format("there is no label '{}'", printable(*asked))),
                fmt::format("did you mean {}? the labels are {}",
                            printable(nearest(labels, std::string_view(*asked).substr(0, 256))),
                            listed(labels)));
  }
  return asked ? *asked : labels.front();
}

Result<Resolution> resolve(const Config& config, const std::string& label,
                           std::span<const ConfigGpu> gpus) {
  if (const auto* const theirs = std::get_if<MigPartedConfig>(&config)) {
    return resolve_mig_parted(*theirs, label, gpus);
  }
  if (const auto* const ours = std::get_if<LayoutConfig>(&config)) {
    return resolve_layout_config(*ours, label, gpus);
  }
  if (const auto* const workloads = std::get_if<WorkloadConfig>(&config)) {
    return resolve_workloads(*workloads, gpus);
  }
  return resolve_plan(std::get<PlanDocument>(config), gpus);
}

}  // namespace sectile
