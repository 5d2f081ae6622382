#include "src/cli/desired.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

#include "sectile/apply/mode_rule.h"
#include "sectile/text/notation.h"
#include "src/cli/machine.h"
#include "src/cli/session.h"

namespace sectile::cli {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string known_gpus(const Snapshot& snapshot) {
  std::string text;
  for (const LiveGpu& gpu : snapshot.gpus) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", gpu.index, gpu.uuid);
  }
  return "this machine has " + text;
}

Result<const LiveGpu*> gpu_by_index(const Snapshot& snapshot, const std::string& text) {
  unsigned index = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, index);
  const auto gpu = std::ranges::find(snapshot.gpus, index, &LiveGpu::index);
  if (error != std::errc{} || stop != end || gpu == snapshot.gpus.end()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("there is no gpu '{}'", text),
                known_gpus(snapshot));
  }
  return &*gpu;
}

std::vector<const LiveGpu*> capable_gpus(const Snapshot& snapshot) {
  std::vector<const LiveGpu*> gpus;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.capable()) {
      gpus.push_back(&gpu);
    }
  }
  return gpus;
}

// The GPUs of --gpu-index.
Result<std::vector<const LiveGpu*>> gpus_by_index(const Snapshot& snapshot,
                                                  const std::string& indices) {
  if (indices == "all") {
    return capable_gpus(snapshot);
  }
  std::vector<const LiveGpu*> gpus;
  for (const std::string& index : split(indices)) {
    const Result<const LiveGpu*> gpu = gpu_by_index(snapshot, index);
    if (!gpu) {
      return fail(gpu);
    }
    gpus.push_back(*gpu);
  }
  return gpus;
}

// The GPUs of --gpu-index and --gpu-uuid, each once.
Result<std::vector<const LiveGpu*>> named_gpus(const Arguments& arguments,
                                               const Snapshot& snapshot) {
  std::vector<const LiveGpu*> gpus;
  if (const std::string indices = arguments.text("gpu-index"); !indices.empty()) {
    Result<std::vector<const LiveGpu*>> found = gpus_by_index(snapshot, indices);
    if (!found) {
      return fail(found);
    }
    gpus = std::move(*found);
  }
  for (const std::string& uuid : arguments.all("gpu-uuid")) {
    const LiveGpu* gpu = snapshot.find(uuid);
    if (gpu == nullptr) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("there is no gpu '{}'", uuid),
                  known_gpus(snapshot));
    }
    gpus.push_back(gpu);
  }
  std::ranges::sort(gpus, {}, &LiveGpu::index);
  gpus.erase(std::ranges::unique(gpus).begin(), gpus.end());
  return gpus;
}

Result<Desired> from_layout(const Request& request, const Arguments& arguments,
                            const Snapshot& snapshot) {
  const Result<std::vector<const LiveGpu*>> gpus = named_gpus(arguments, snapshot);
  if (!gpus) {
    return fail(gpus);
  }
  Desired wish;
  for (const LiveGpu* gpu : *gpus) {
    if (!gpu->capable()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("gpu {} ({}) {}", gpu->index, gpu->name, incapable_text(*gpu)));
    }
    const Result<Layout> layout = parse_layout(snapshot.model_of(*gpu), request.layout);
    if (!layout) {
      return fail(layout);
    }
    wish.targets.push_back({.uuid = gpu->uuid,
                            .mig_enabled = true,
                            .layout = *layout,
                            .exact_placement = names_every_start(request.layout)});
  }
  return wish;
}

Result<Desired> from_config(const Config& config, const std::string& label,
                            const Snapshot& snapshot) {
  const std::vector<ConfigGpu> gpus = config_gpus_of(snapshot);
  Result<Resolution> resolution = resolve(config, label, gpus);
  if (!resolution) {
    return fail(resolution);
  }
  Desired wish;
  for (const ResolvedGpu& gpu : resolution->gpus) {
    wish.targets.push_back({.uuid = gpus[gpu.gpu].uuid,
                            .mig_enabled = gpu.mig_enabled,
                            .layout = gpu.layout,
                            .exact_placement = gpu.exact});
  }
  for (const std::size_t gpu : resolution->unmatched) {
    if (gpus[gpu].capable) {
      wish.unmatched.push_back(gpus[gpu].index);
    }
  }
  wish.notes = resolution->notes;
  return wish;
}

}  // namespace

Result<Request> read_file_request(const Arguments& arguments) {
  const std::string file = arguments.text("config-file");
  if (file.empty()) {
    return fail(ErrorCode::kInvalidArgument, "no configuration given",
                "say which with -f FILE and, if it holds several, -c LABEL");
  }
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  Result<Config> config = load_config(*text, input_name(file));
  if (!config) {
    return fail(config);
  }
  const Result<std::string> label = select_label(
      *config, arguments.has("selected-config") ? std::optional(arguments.text("selected-config"))
                                                : std::nullopt);
  if (!label) {
    return fail(label);
  }
  return Request{.config = std::move(*config), .label = *label, .layout = {}};
}

Result<Request> read_request(const Arguments& arguments) {
  const bool has_gpu = arguments.has("gpu-index") || arguments.has("gpu-uuid");
  if (!arguments.has("layout")) {
    if (has_gpu) {
      return fail(ErrorCode::kInvalidArgument, "--gpu-index and --gpu-uuid belong to --layout",
                  "in a file, the devices of each entry say which GPUs are meant");
    }
    return read_file_request(arguments);
  }
  if (arguments.has("config-file") || arguments.has("selected-config")) {
    return fail(ErrorCode::kInvalidArgument, "--layout and a configuration file exclude each other",
                "give one of them");
  }
  if (!has_gpu) {
    return fail(ErrorCode::kInvalidArgument, "--layout needs to know for which GPU",
                "add --gpu-index 0, --gpu-index all or --gpu-uuid UUID");
  }
  return Request{.config = std::nullopt, .label = {}, .layout = arguments.text("layout")};
}

Result<Desired> desired(const Request& request, const Arguments& arguments,
                        const Snapshot& snapshot) {
  Result<Desired> wish = request.config ? from_config(*request.config, request.label, snapshot)
                                        : from_layout(request, arguments, snapshot);
  if (!wish) {
    return fail(wish);
  }
  for (GpuTarget& target : wish->targets) {
    target.mode_only = arguments.offers("mode-only") && arguments.has("mode-only");
  }
  return wish;
}

}  // namespace sectile::cli
