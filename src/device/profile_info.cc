#include "src/device/profile_info.h"

#include <algorithm>
#include <cctype>

#include "src/device/text.h"

namespace sectile {
namespace {

constexpr std::int64_t kEighths = 8;
constexpr std::int64_t kMiBPerGiB = 1024;

}  // namespace

nvmlReturn_t profile_info(const Nvml& nvml, nvmlDevice_t device, unsigned index,
                          ProfileInfo& info) {
  info = {};
  info.version = nvmlGpuInstanceProfileInfo_v3;
  const auto& versioned = nvml.DeviceGetGpuInstanceProfileInfoV;
  nvmlReturn_t code =
      versioned(device, index, reinterpret_cast<nvmlGpuInstanceProfileInfo_v2_t*>(&info));
  if (code == NVML_SUCCESS) {
    return code;
  }
  nvmlGpuInstanceProfileInfo_v2_t second{};
  second.version = nvmlGpuInstanceProfileInfo_v2;
  code = versioned(device, index, &second);
  nvmlGpuInstanceProfileInfo_t first{};
  if (code == NVML_SUCCESS) {
    std::ranges::copy(second.name, info.name);
    first = {second.id,
             second.isP2pSupported,
             second.sliceCount,
             second.instanceCount,
             second.multiprocessorCount,
             second.copyEngineCount,
             second.decoderCount,
             second.encoderCount,
             second.jpegCount,
             second.ofaCount,
             second.memorySizeMB};
  } else {
    // With MIG off, some drivers answer only the first version.
    const nvmlReturn_t last = nvml.DeviceGetGpuInstanceProfileInfo(device, index, &first);
    if (last != NVML_SUCCESS) {
      return last == NVML_ERROR_FUNCTION_NOT_FOUND ? code : last;
    }
    info.name[0] = '\0';
  }
  info.id = first.id;
  info.sliceCount = first.sliceCount;
  info.instanceCount = first.instanceCount;
  info.multiprocessorCount = first.multiprocessorCount;
  info.copyEngineCount = first.copyEngineCount;
  info.decoderCount = first.decoderCount;
  info.encoderCount = first.encoderCount;
  info.jpegCount = first.jpegCount;
  info.ofaCount = first.ofaCount;
  info.memorySizeMB = first.memorySizeMB;
  return NVML_SUCCESS;
}

Suffix suffix_of(unsigned index) {
  switch (index) {
    case NVML_GPU_INSTANCE_PROFILE_1_SLICE_REV1:
    case NVML_GPU_INSTANCE_PROFILE_2_SLICE_REV1:
      return {Media::kExtended, false, "+me"};
    case NVML_GPU_INSTANCE_PROFILE_1_SLICE_ALL_ME:
    case NVML_GPU_INSTANCE_PROFILE_2_SLICE_ALL_ME:
      return {Media::kAll, false, "+me.all"};
    case NVML_GPU_INSTANCE_PROFILE_1_SLICE_NO_ME:
    case NVML_GPU_INSTANCE_PROFILE_2_SLICE_NO_ME:
      return {Media::kNone, false, "-me"};
    case NVML_GPU_INSTANCE_PROFILE_1_SLICE_GFX:
    case NVML_GPU_INSTANCE_PROFILE_2_SLICE_GFX:
    case NVML_GPU_INSTANCE_PROFILE_3_SLICE_GFX:
    case NVML_GPU_INSTANCE_PROFILE_4_SLICE_GFX:
      return {Media::kPlain, true, "+gfx"};
    default:
      return {Media::kPlain, false, ""};
  }
}

// Drivers before 570 tell none; what they tell is not believed before it looks like one.
std::string driver_name(const ProfileInfo& info) {
  std::string name = buffer_text(info.name);
  if (name.starts_with("MIG ")) {
    name.erase(0, 4);
  }
  const std::string start = std::to_string(info.sliceCount) + "g.";
  const bool plausible = name.starts_with(start) && name.size() < 32 &&
                         std::ranges::all_of(
                             name,
                             [](unsigned char letter) {
                               return std::islower(letter) != 0 || std::isdigit(letter) != 0 ||
                                      letter == '.' || letter == '+' || letter == '-';
                             });
  return plausible ? name : "";
}

std::string profile_name(int compute_slices, MiB memory, MiB whole, std::string_view suffix) {
  std::int64_t gigabytes = 0;
  if (whole.value > 0) {
    const std::int64_t eighths = (memory.value * kEighths + whole.value - 1) / whole.value;
    const std::int64_t gibibytes = (whole.value + kMiBPerGiB - 1) / kMiBPerGiB;
    gigabytes = (2 * eighths * gibibytes + kEighths) / (2 * kEighths);
  } else {
    gigabytes = (memory.value + kMiBPerGiB / 2) / kMiBPerGiB;
  }
  return std::to_string(compute_slices) + "g." + std::to_string(gigabytes) + "gb" +
         std::string(suffix);
}

}  // namespace sectile
