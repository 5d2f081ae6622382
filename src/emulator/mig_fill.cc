#include "src/emulator/mig_fill.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sectile::emulator {
namespace {

constexpr std::uint32_t kLastBranchWithoutV3 = 535;

// "MIG 1g.10gb+me", as drivers name a profile.
template <std::size_t kSize>
void fill_name(std::string_view name, char (&field)[kSize]) {  // NOLINT(*-avoid-c-arrays): C ABI.
  constexpr std::string_view kPrefix = "MIG ";
  std::fill_n(field, kSize, '\0');
  kPrefix.copy(field, kPrefix.size());
  name.copy(field + kPrefix.size(), kSize - kPrefix.size() - 1);
}

// The members that every version has under one name.
template <typename Info>
void fill_common(const ProfileKind& kind, Info& info) {
  info.id = kind.id;
  info.sliceCount = kind.compute_slices;
  info.instanceCount = kind.max_count;
  info.multiprocessorCount = kind.sm_count;
  info.copyEngineCount = kind.copy_engines;
  info.decoderCount = kind.decoders;
  info.encoderCount = kind.encoders;
  info.jpegCount = kind.jpeg;
  info.ofaCount = kind.ofa;
  info.memorySizeMB = kind.memory;
}

template <typename Info>
void fill_common(const ComputeProfileOf& of, Info& info) {
  info.id = of.compute.id;
  info.sliceCount = of.compute.slices;
  info.instanceCount = of.compute.max_count;
  info.multiprocessorCount = of.compute.sm_count;
  info.sharedCopyEngineCount = of.profile.copy_engines;
  info.sharedDecoderCount = of.profile.decoders;
  info.sharedEncoderCount = of.profile.encoders;
  info.sharedJpegCount = of.profile.jpeg;
  info.sharedOfaCount = of.profile.ofa;
}

bool knows_v3(const Node& node) {
  return node.driver_branch > kLastBranchWithoutV3;
}

}  // namespace

void fill(const ProfileKind& kind, nvmlGpuInstanceProfileInfo_t& info) {
  fill_common(kind, info);
  info.isP2pSupported = 0;
}

void fill(const ComputeProfileOf& of, nvmlComputeInstanceProfileInfo_t& info) {
  fill_common(of, info);
}

nvmlReturn_t fill_tagged(const Node& node, const ProfileKind& kind,
                         nvmlGpuInstanceProfileInfo_v2_t* info) {
  if (info->version == nvmlGpuInstanceProfileInfo_v2) {
    fill_common(kind, *info);
    info->isP2pSupported = 0;
    fill_name(kind.name.view(), info->name);
    return NVML_SUCCESS;
  }
  if (info->version != nvmlGpuInstanceProfileInfo_v3 || !knows_v3(node)) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  nvmlGpuInstanceProfileInfo_v3_t filled{};
  filled.version = info->version;
  fill_common(kind, filled);
  fill_name(kind.name.view(), filled.name);
  filled.capabilities = kind.graphics != 0 ? NVML_GPU_INSTANCE_PROFILE_CAPS_GFX : 0;
  std::memcpy(static_cast<void*>(info), &filled, sizeof filled);
  return NVML_SUCCESS;
}

nvmlReturn_t fill_tagged(const Node& node, const ComputeProfileOf& of,
                         nvmlComputeInstanceProfileInfo_v2_t* info) {
  if (info->version == nvmlComputeInstanceProfileInfo_v2) {
    fill_common(of, *info);
    fill_name(of.compute.name.view(), info->name);
    return NVML_SUCCESS;
  }
  if (info->version != nvmlComputeInstanceProfileInfo_v3 || !knows_v3(node)) {
    return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
  }
  nvmlComputeInstanceProfileInfo_v3_t filled{};
  filled.version = info->version;
  fill_common(of, filled);
  fill_name(of.compute.name.view(), filled.name);
  filled.capabilities = of.profile.graphics != 0 ? NVML_COMPUTE_INSTANCE_PROFILE_CAPS_GFX : 0;
  // The caller allocated v3, which is larger: so its tag says.
  std::memcpy(static_cast<void*>(info), &filled, sizeof filled);
  return NVML_SUCCESS;
}

}  // namespace sectile::emulator
