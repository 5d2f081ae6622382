#include "sectile/device/node.h"

#include <algorithm>
#include <set>
#include <utility>

#include "src/device/nvml.h"
#include "src/device/nvml_error.h"
#include "src/device/reader.h"
#include "src/device/text.h"

namespace sectile {
namespace {

constexpr unsigned kGpusMax = 256;

template <typename Function>
std::string version(const Function& function) {
  char buffer[80] = {};
  return function(buffer, sizeof buffer) == NVML_SUCCESS ? buffer_text(buffer) : "";
}

// A GPU that cannot be talked to is no reason to be blind to the others.
bool only_this_gpu(nvmlReturn_t code) {
  return code == NVML_ERROR_GPU_IS_LOST || code == NVML_ERROR_NO_PERMISSION ||
         code == NVML_ERROR_INSUFFICIENT_POWER || code == NVML_ERROR_IRQ_ISSUE ||
         code == NVML_ERROR_CORRUPTED_INFOROM;
}

// GPUs of one kind share a model.
std::size_t add_model(std::vector<Model>& models, Model model) {
  const auto found = std::ranges::find(models, model);
  const auto index = static_cast<std::size_t>(found - models.begin());
  if (found == models.end()) {
    models.push_back(std::move(model));
  }
  return index;
}

}  // namespace

Node::Node(std::unique_ptr<Nvml> nvml) : nvml_(std::move(nvml)) {}
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

Result<Node> Node::open(const std::string& library, CallWatch* watch) {
  Result<std::unique_ptr<Nvml>> nvml = Nvml::open(library, watch);
  if (!nvml) {
    return fail(nvml);
  }
  unsigned count = 0;
  if (const nvmlReturn_t code = (*nvml)->DeviceGetCount_v2(&count); code != NVML_SUCCESS) {
    return nvml_failure((*nvml)->DeviceGetCount_v2, code, "");
  }
  if (count == 0) {
    return fail(ErrorCode::kUnavailable, "the NVIDIA driver finds no GPU",
                "look at `lspci` and `dmesg`");
  }
  return Node(*std::move(nvml));
}

Result<Snapshot> Node::read() const {
  const Nvml& nvml = *nvml_;
  unsigned count = 0;
  if (const nvmlReturn_t code = nvml.DeviceGetCount_v2(&count); code != NVML_SUCCESS) {
    return nvml_failure(nvml.DeviceGetCount_v2, code, "");
  }
  if (count > kGpusMax) {
    return nvml_garbage(std::to_string(count) + " GPUs in one machine");
  }
  Snapshot snapshot;
  snapshot.driver_version = version(nvml.SystemGetDriverVersion);
  snapshot.nvml_version = version(nvml.SystemGetNVMLVersion);
  std::set<std::string> uuids;
  for (unsigned index = 0; index < count; ++index) {
    nvmlDevice_t device = nullptr;
    const std::string subject = "gpu " + std::to_string(index);
    nvml.about(subject);
    const nvmlReturn_t code = nvml.DeviceGetHandleByIndex_v2(index, &device);
    if (only_this_gpu(code)) {
      snapshot.warnings.push_back(
          nvml_failure(nvml.DeviceGetHandleByIndex_v2, code, subject).error().message);
      continue;
    }
    if (code != NVML_SUCCESS) {
      return nvml_failure(nvml.DeviceGetHandleByIndex_v2, code, subject);
    }
    if (device == nullptr) {
      return nvml_garbage(subject + " has no handle");
    }
    Result<ReadGpu> read = read_gpu(nvml, index, device, snapshot.warnings);
    if (!read) {
      return fail(read);
    }
    if (!uuids.insert(read->gpu.uuid).second) {
      return nvml_garbage("two GPUs with uuid " + read->gpu.uuid);
    }
    if (read->gpu.capable()) {
      read->gpu.model = add_model(snapshot.models, std::move(read->model));
    }
    snapshot.gpus.push_back(std::move(read->gpu));
  }
  nvml.about("");
  return snapshot;
}

Result<LiveGpu> Node::refresh(const LiveGpu& gpu, const Model& model) const {
  nvml_->about(subject_of(gpu));
  const Result<nvmlDevice_t> device = device_by_uuid(*nvml_, gpu.uuid);
  if (!device) {
    return fail(device);
  }
  ReadGpu read{.gpu = gpu, .model = model};
  if (const Status state = read_state(*nvml_, *device, read); !state) {
    return fail(state);
  }
  return read.gpu;
}

Result<std::vector<std::string>> Node::linked(const Snapshot& snapshot,
                                              const std::string& uuid) const {
  const Result<nvmlDevice_t> device = device_by_uuid(*nvml_, uuid);
  if (!device) {
    return fail(device);
  }
  std::vector<std::string> others;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (gpu.uuid == uuid) {
      continue;
    }
    const Result<nvmlDevice_t> other = device_by_uuid(*nvml_, gpu.uuid);
    nvmlGpuP2PStatus_t status = NVML_P2P_STATUS_UNKNOWN;
    if (other &&
        nvml_->DeviceGetP2PStatus(*device, *other, NVML_P2P_CAPS_INDEX_NVLINK, &status) ==
            NVML_SUCCESS &&
        status == NVML_P2P_STATUS_OK) {
      others.push_back(gpu.uuid);
    }
  }
  return others;
}

Status Node::closed(const std::function<Status()>& work) {
  return nvml_->without(work);
}

}  // namespace sectile
