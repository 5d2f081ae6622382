// Exported calls about a device's address on the PCI bus.
#include <array>
#include <cstdio>
#include <string>

#include "sectile/nvml_abi/device.h"
#include "src/emulator/surface/arguments.h"
#include "src/emulator/surface/subject.h"

namespace sectile::emulator {
namespace {

constexpr unsigned int kVendor = 0x10DE;

std::string bus_id(const Gpu& gpu, int domain_digits) {
  std::array<char, NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE> text{};
  std::snprintf(text.data(), text.size(), "%0*X:%02X:%02X.0", domain_digits, gpu.pci_domain,
                gpu.pci_bus, gpu.pci_slot);
  return text.data();
}

std::string short_bus_id(const Gpu& gpu) {
  return bus_id(gpu, 4);
}
std::string long_bus_id(const Gpu& gpu) {
  return bus_id(gpu, 8);
}

unsigned int pci_device_id(const Subject& subject) {
  return subject.geometry.pci_device << 16U | kVendor;
}

}  // namespace
}  // namespace sectile::emulator

using namespace sectile::emulator;  // NOLINT(google-build-using-namespace): exports are global.

extern "C" {

// The PCI calls answer for a MIG device with the address of its GPU, as clients rely on it.
nvmlReturn_t nvmlDeviceGetPciInfo(nvmlDevice_t device, nvmlPciInfo_v1_t* pci) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    nvmlPciInfo_v1_t info = {.busId = {},
                             .domain = it.gpu.pci_domain,
                             .bus = it.gpu.pci_bus,
                             .device = it.gpu.pci_slot,
                             .pciDeviceId = pci_device_id(it)};
    fill_text(short_bus_id(it.gpu), info.busId);
    return give(pci, info);
  });
}

nvmlReturn_t nvmlDeviceGetPciInfo_v2(nvmlDevice_t device, nvmlPciInfo_v2_t* pci) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    nvmlPciInfo_v2_t info = {.busId = {},
                             .domain = it.gpu.pci_domain,
                             .bus = it.gpu.pci_bus,
                             .device = it.gpu.pci_slot,
                             .pciDeviceId = pci_device_id(it),
                             .pciSubSystemId = it.gpu.pci_subsystem,
                             .reserved = {}};
    fill_text(short_bus_id(it.gpu), info.busId);
    return give(pci, info);
  });
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t* pci) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    nvmlPciInfo_t info = {.busIdLegacy = {},
                          .domain = it.gpu.pci_domain,
                          .bus = it.gpu.pci_bus,
                          .device = it.gpu.pci_slot,
                          .pciDeviceId = pci_device_id(it),
                          .pciSubSystemId = it.gpu.pci_subsystem,
                          .busId = {}};
    fill_text(short_bus_id(it.gpu), info.busIdLegacy);
    fill_text(long_bus_id(it.gpu), info.busId);
    return give(pci, info);
  });
}

nvmlReturn_t nvmlDeviceGetPciInfoExt(nvmlDevice_t device, nvmlPciInfoExt_t* pci) noexcept {
  return on_device(__func__, device, [&](const Subject& it) {
    if (pci == nullptr) {
      return NVML_ERROR_INVALID_ARGUMENT;
    }
    if (pci->version != nvmlPciInfoExt_v1) {
      return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    *pci = {.version = nvmlPciInfoExt_v1,
            .domain = it.gpu.pci_domain,
            .bus = it.gpu.pci_bus,
            .device = it.gpu.pci_slot,
            .pciDeviceId = pci_device_id(it),
            .pciSubSystemId = it.gpu.pci_subsystem,
            .baseClass = 3,  // A display controller,
            .subClass = 2,   // of the "3D" kind: no screen.
            .busId = {}};
    fill_text(long_bus_id(it.gpu), pci->busId);
    return NVML_SUCCESS;
  });
}

}  // extern "C"
