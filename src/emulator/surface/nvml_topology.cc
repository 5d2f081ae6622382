// Exported calls about where a device sits: CPUs, other GPUs, NVLink, the NVLink fabric.
#include <algorithm>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "sectile/nvml_abi/system.h"
#include "sectile/nvml_abi/topology.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/board.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

constexpr unsigned int kBitsPerWord = 8 * sizeof(unsigned long);

// Sets the bits `first` to `last` - 1 and clears the others.
nvmlReturn_t give_bits(unsigned long* words, unsigned int size, unsigned int first,
                       unsigned int last) {
  if (words == nullptr || size == 0) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  if (size * kBitsPerWord < last) {
    return NVML_ERROR_INSUFFICIENT_SIZE;
  }
  std::fill_n(words, size, 0UL);
  for (unsigned int bit = first; bit < last; ++bit) {
    words[bit / kBitsPerWord] |= 1UL << bit % kBitsPerWord;
  }
  return NVML_SUCCESS;
}

unsigned int numa_nodes(const Node& node) {
  unsigned int count = 1;
  for (const Gpu& gpu : node.gpus.view()) {
    count = std::max(count, gpu.numa_node + 1);
  }
  return count;
}

// The CPUs of this machine, dealt to the emulated NUMA nodes in equal runs.
nvmlReturn_t give_cpus(const Subject& subject, unsigned long* words, unsigned int size) {
  const unsigned int cpus = std::max(1U, std::thread::hardware_concurrency());
  const unsigned int nodes = numa_nodes(subject.node);
  const unsigned int first = cpus * subject.gpu.numa_node / nodes;
  const unsigned int last = std::max(first + 1, cpus * (subject.gpu.numa_node + 1) / nodes);
  return give_bits(words, size, first, last);
}

nvmlGpuTopologyLevel_t level_between(const Gpu& one, const Gpu& other) {
  if (&one == &other) {
    return NVML_TOPOLOGY_INTERNAL;
  }
  return one.numa_node == other.numa_node ? NVML_TOPOLOGY_NODE : NVML_TOPOLOGY_SYSTEM;
}

bool valid(nvmlGpuTopologyLevel_t level) {
  return level % 10 == 0 && level <= NVML_TOPOLOGY_SYSTEM;
}

nvmlReturn_t give_nearest(const Subject& subject, nvmlGpuTopologyLevel_t level, unsigned int* count,
                          nvmlDevice_t* devices) {
  if (!valid(level)) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  std::vector<nvmlDevice_t> found;
  for (std::uint32_t index = 0; index < subject.node.gpus.count; ++index) {
    if (index != subject.named.gpu_index &&
        level_between(subject.gpu, subject.node.gpus.items[index]) <= level) {
      found.push_back(gpu_device_handle(index));
    }
  }
  return give_all(found, count, devices, [](nvmlDevice_t device) { return device; });
}

// GPUs of a node with NVLink reach each other through it, outside MIG mode.
nvmlReturn_t give_p2p(const Subject& one, const Subject& other, nvmlGpuP2PCapsIndex_t capability,
                      nvmlGpuP2PStatus_t* status) {
  if (capability >= NVML_P2P_CAPS_INDEX_UNKNOWN) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const bool linked =
      board_of(one.geometry).nvlink_count > 0 && board_of(other.geometry).nvlink_count > 0;
  const bool apart = one.mig_enabled() || other.mig_enabled();
  const bool possible = !apart && (linked || capability != NVML_P2P_CAPS_INDEX_NVLINK);
  return give(status, possible ? NVML_P2P_STATUS_OK : NVML_P2P_STATUS_NOT_SUPPORTED);
}

// What fails about a link: INVALID_ARGUMENT past the last one; NOT_SUPPORTED without NVLink.
nvmlReturn_t check_link(const Subject& subject, unsigned int link) {
  if (board_of(subject.geometry).nvlink_count == 0) {
    return NVML_ERROR_NOT_SUPPORTED;
  }
  return link < board_of(subject.geometry).nvlink_count ? NVML_SUCCESS
                                                        : NVML_ERROR_INVALID_ARGUMENT;
}

template <typename T>
nvmlReturn_t give_of_link(const Subject& subject, unsigned int link, T* where, T value) {
  const nvmlReturn_t checked = check_link(subject, link);
  return checked == NVML_SUCCESS ? give(where, value) : checked;
}

// MIG mode takes the links down; there is nothing to link to in a node of one.
bool links_up(const Subject& subject) {
  return !subject.mig_enabled() && subject.node.gpus.count > 1;
}

// All links lead to a switch, whose address on the bus nobody can know here.
nvmlReturn_t no_address(nvmlDevice_t device, unsigned int link, std::string_view call) noexcept {
  return on_gpu(call, device, [&](const Subject& it) {
    const nvmlReturn_t checked = check_link(it, link);
    return checked == NVML_SUCCESS ? NVML_ERROR_NOT_SUPPORTED : checked;
  });
}

// The fabric of a rack takes a fabric manager; one node has none.
nvmlReturn_t give_fabric(nvmlGpuFabricInfoV_t* info) {
  if (info == nullptr) {
    return NVML_ERROR_INVALID_ARGUMENT;
  }
  const unsigned int version = info->version;
  if (version == nvmlGpuFabricInfo_v2) {
    nvmlGpuFabricInfo_v2_t answer{};
    answer.version = version;
    std::memcpy(info, &answer, sizeof answer);  // The caller's struct ends here.
    return NVML_SUCCESS;
  }
  if (version != nvmlGpuFabricInfo_v3) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  *info = {};
  info->version = version;
  return NVML_SUCCESS;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

nvmlReturn_t nvmlDeviceGetCpuAffinity(nvmlDevice_t device, unsigned int size,
                                      unsigned long* cpu_set) noexcept {
  return on_device(__func__, device,
                   [&](const Subject& it) { return give_cpus(it, cpu_set, size); });
}

nvmlReturn_t nvmlDeviceGetCpuAffinityWithinScope(nvmlDevice_t device, unsigned int size,
                                                 unsigned long* cpu_set,
                                                 nvmlAffinityScope_t scope) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return scope <= NVML_AFFINITY_SCOPE_SOCKET ? give_cpus(it, cpu_set, size)
                                               : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetMemoryAffinity(nvmlDevice_t device, unsigned int size,
                                         unsigned long* node_set,
                                         nvmlAffinityScope_t scope) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    return scope <= NVML_AFFINITY_SCOPE_SOCKET
               ? give_bits(node_set, size, it.gpu.numa_node, it.gpu.numa_node + 1)
               : NVML_ERROR_INVALID_ARGUMENT;
  });
}

// The NUMA node of the GPU's own memory, which only superchips have.
nvmlReturn_t nvmlDeviceGetNumaNodeId(nvmlDevice_t device, unsigned int* node) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return is_superchip(it.geometry) ? give(node, numa_nodes(it.node) + it.named.gpu_index)
                                     : NVML_ERROR_NOT_SUPPORTED;
  });
}

nvmlReturn_t nvmlDeviceGetTopologyCommonAncestor(nvmlDevice_t first, nvmlDevice_t second,
                                                 nvmlGpuTopologyLevel_t* level) noexcept {
  return on_gpu(__func__, first, [&](const Subject& one) {
    return with_subject(one.node, second, [&](const Subject& other) {
      return give(level, level_between(one.gpu, other.gpu));
    });
  });
}

nvmlReturn_t nvmlDeviceGetTopologyNearestGpus(nvmlDevice_t device, nvmlGpuTopologyLevel_t level,
                                              unsigned int* count, nvmlDevice_t* devices) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject& it) { return give_nearest(it, level, count, devices); });
}

nvmlReturn_t nvmlSystemGetTopologyGpuSet(unsigned int /*cpu*/, unsigned int* count,
                                         nvmlDevice_t* devices) noexcept {
  return on_node(__func__, [&](const Node& node) {
    std::vector<nvmlDevice_t> all;
    all.reserve(node.gpus.count);
    for (std::uint32_t index = 0; index < node.gpus.count; ++index) {
      all.push_back(gpu_device_handle(index));
    }
    return give_all(all, count, devices, [](nvmlDevice_t device) { return device; });
  });
}

nvmlReturn_t nvmlDeviceGetP2PStatus(nvmlDevice_t first, nvmlDevice_t second,
                                    nvmlGpuP2PCapsIndex_t capability,
                                    nvmlGpuP2PStatus_t* status) noexcept {
  return on_gpu(__func__, first, [&](const Subject& one) {
    return with_subject(one.node, second, [&](const Subject& other) {
      return give_p2p(one, other, capability, status);
    });
  });
}

nvmlReturn_t nvmlDeviceGetNvLinkState(nvmlDevice_t device, unsigned int link,
                                      nvmlEnableState_t* active) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give_of_link(it, link, active,
                        links_up(it) ? NVML_FEATURE_ENABLED : NVML_FEATURE_DISABLED);
  });
}

nvmlReturn_t nvmlDeviceGetNvLinkVersion(nvmlDevice_t device, unsigned int link,
                                        unsigned int* version) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give_of_link(it, link, version, board_of(it.geometry).nvlink_version);
  });
}

nvmlReturn_t nvmlDeviceGetNvLinkCapability(nvmlDevice_t device, unsigned int link,
                                           nvmlNvLinkCapability_t capability,
                                           unsigned int* result) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return capability < NVML_NVLINK_CAP_COUNT
               ? give_of_link(it, link, result, capability == NVML_NVLINK_CAP_SLI_BRIDGE ? 0U : 1U)
               : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetNvLinkErrorCounter(nvmlDevice_t device, unsigned int link,
                                             nvmlNvLinkErrorCounter_t counter,
                                             unsigned long long* value) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return counter < NVML_NVLINK_ERROR_COUNT ? give_of_link(it, link, value, 0ULL)
                                             : NVML_ERROR_INVALID_ARGUMENT;
  });
}

nvmlReturn_t nvmlDeviceGetNvLinkRemoteDeviceType(nvmlDevice_t device, unsigned int link,
                                                 nvmlIntNvLinkDeviceType_t* type) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    return give_of_link(it, link, type, NVML_NVLINK_DEVICE_TYPE_SWITCH);
  });
}

nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo(nvmlDevice_t device, unsigned int link,
                                              nvmlPciInfo_v2_t* /*pci*/) noexcept {
  return no_address(device, link, __func__);
}

nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo_v2(nvmlDevice_t device, unsigned int link,
                                                 nvmlPciInfo_t* /*pci*/) noexcept {
  return no_address(device, link, __func__);
}

nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t device, nvmlGpuFabricInfo_t* info) noexcept {
  return on_gpu(__func__, device,
                [&](const Subject&) { return give(info, nvmlGpuFabricInfo_t{}); });
}

nvmlReturn_t nvmlDeviceGetGpuFabricInfoV(nvmlDevice_t device, nvmlGpuFabricInfoV_t* info) noexcept {
  return on_gpu(__func__, device, [&](const Subject&) { return give_fabric(info); });
}

}  // extern "C"
