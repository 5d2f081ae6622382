// Exported calls about field values.
#include <array>
#include <optional>
#include <span>

#include "sectile/nvml_abi/field.h"
#include "src/emulator/surface/board.h"
#include "src/emulator/surface/clock.h"
#include "src/emulator/surface/subject.h"
#include "src/emulator/surface/telemetry.h"

namespace sectile::emulator {
namespace {

struct Field {
  unsigned int id;
  std::uint64_t value;
  nvmlValueType_t type = NVML_VALUE_TYPE_UNSIGNED_INT;
};

// Up to R535, drivers knew profiles only while MIG was enabled.
constexpr std::uint32_t kLastDependentBranch = 535;

std::optional<Field> find_field(const Subject& subject, unsigned int id) {
  const Board& board = board_of(subject.geometry);
  const Readings readings = read_telemetry(subject);
  const bool resetless = subject.gpu.toggle == ModeToggle::kImmediate;
  const bool independent = subject.node.driver_branch > kLastDependentBranch;
  constexpr nvmlValueType_t kWide = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
  const std::array fields = {
      Field{NVML_FI_DEV_ECC_CURRENT, 1},
      Field{NVML_FI_DEV_ECC_PENDING, 1},
      Field{NVML_FI_DEV_ECC_SBE_VOL_TOTAL, 0, kWide},
      Field{NVML_FI_DEV_ECC_DBE_VOL_TOTAL, 0, kWide},
      Field{NVML_FI_DEV_ECC_SBE_AGG_TOTAL, 0, kWide},
      Field{NVML_FI_DEV_ECC_DBE_AGG_TOTAL, 0, kWide},
      Field{NVML_FI_DEV_MEMORY_TEMP, readings.memory_temperature},
      Field{NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, energy_mj(subject), kWide},
      Field{NVML_FI_DEV_NVLINK_LINK_COUNT, board.nvlink_count},
      Field{NVML_FI_DEV_PCIE_REPLAY_COUNTER, 0},
      Field{NVML_FI_DEV_REMAPPED_COR, 0},
      Field{NVML_FI_DEV_REMAPPED_UNC, 0},
      Field{NVML_FI_DEV_REMAPPED_PENDING, 0},
      Field{NVML_FI_DEV_REMAPPED_FAILURE, 0},
      Field{NVML_FI_DEV_C2C_LINK_COUNT, is_superchip(subject.geometry) ? 10U : 0U},
      Field{NVML_FI_DEV_IS_RESETLESS_MIG_SUPPORTED, resetless ? 1U : 0U},
      Field{NVML_FI_DEV_POWER_AVERAGE, readings.power_mw},
      Field{NVML_FI_DEV_POWER_INSTANT, readings.power_mw},
      Field{NVML_FI_DEV_POWER_MIN_LIMIT, board.power_min_mw},
      Field{NVML_FI_DEV_POWER_MAX_LIMIT, board.power_mw},
      Field{NVML_FI_DEV_POWER_DEFAULT_LIMIT, board.power_mw},
      Field{NVML_FI_DEV_POWER_CURRENT_LIMIT, board.power_mw},
      Field{NVML_FI_DEV_ENERGY, energy_mj(subject), kWide},
      Field{NVML_FI_DEV_POWER_REQUESTED_LIMIT, board.power_mw},
      Field{NVML_FI_DEV_IS_MIG_MODE_INDEPENDENT_MIG_QUERY_CAPABLE, independent ? 1U : 0U}};
  for (const Field& field : fields) {
    if (field.id == id) {
      return field;
    }
  }
  return std::nullopt;
}

void fill(const Subject& subject, nvmlFieldValue_t& value) {
  const std::optional<Field> field = find_field(subject, value.fieldId);
  value.timestamp = static_cast<long long>(now_us());
  value.latencyUsec = 0;
  value.value = {};
  if (!field) {
    value.valueType = NVML_VALUE_TYPE_UNSIGNED_INT;
    value.nvmlReturn = value.fieldId == 0 || value.fieldId >= NVML_FI_MAX
                           ? NVML_ERROR_INVALID_ARGUMENT
                           : NVML_ERROR_NOT_SUPPORTED;
    return;
  }
  value.nvmlReturn = NVML_SUCCESS;
  value.valueType = field->type;
  if (field->type == NVML_VALUE_TYPE_UNSIGNED_INT) {
    value.value.uiVal = static_cast<unsigned int>(field->value);
  } else {
    value.value.ullVal = field->value;
  }
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

// Succeeds whatever the single fields say: each has a return code of its own.
nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count,
                                      nvmlFieldValue_t* values) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (count <= 0 || values == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    for (nvmlFieldValue_t& value : std::span(values, static_cast<std::size_t>(count))) {
      fill(it, value);
    }
    return NVML_SUCCESS;
  });
}

// Every counter is 0 already.
nvmlReturn_t nvmlDeviceClearFieldValues(nvmlDevice_t device, int count,
                                        nvmlFieldValue_t* values) noexcept {
  return on_gpu(__func__, device, [&](const Subject& it) {
    if (count <= 0 || values == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    return may_configure(it.node) ? NVML_SUCCESS : NVML_ERROR_NO_PERMISSION;
  });
}

}  // extern "C"
