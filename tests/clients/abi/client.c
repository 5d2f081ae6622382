// A client as a user would write it, compiled with NVIDIA's nvml.h. Prints what it sees;
// client.expected is what it must see.
#include <nvml.h>
#include <stdio.h>
#include <string.h>

static void check(const char* call, nvmlReturn_t result) {
  if (result != NVML_SUCCESS) {
    printf("%s: %s\n", call, nvmlErrorString(result));
  }
}

static void show_profiles(nvmlDevice_t device) {
  for (unsigned int profile = 0; profile < NVML_GPU_INSTANCE_PROFILE_COUNT; ++profile) {
    nvmlGpuInstanceProfileInfo_v3_t info;
    memset(&info, 0, sizeof info);
    info.version = nvmlGpuInstanceProfileInfo_v3;
    if (nvmlDeviceGetGpuInstanceProfileInfoV(
            device, profile, (nvmlGpuInstanceProfileInfo_v2_t*)&info) == NVML_SUCCESS) {
      printf("  %s id %u x%u\n", info.name, info.id, info.instanceCount);
    }
  }
}

static void show(nvmlDevice_t device) {
  char name[NVML_DEVICE_NAME_V2_BUFFER_SIZE];
  nvmlPciInfo_t pci;
  nvmlMemory_t memory;
  nvmlMemory_v2_t memory_v2 = {.version = nvmlMemory_v2};
  nvmlUtilization_t utilization;
  unsigned int current = 9, pending = 9, count = 0;
  check("GetName", nvmlDeviceGetName(device, name, sizeof name));
  check("GetPciInfo", nvmlDeviceGetPciInfo(device, &pci));
  check("GetMemoryInfo", nvmlDeviceGetMemoryInfo(device, &memory));
  check("GetMemoryInfo_v2", nvmlDeviceGetMemoryInfo_v2(device, &memory_v2));
  check("GetUtilizationRates", nvmlDeviceGetUtilizationRates(device, &utilization));
  check("GetComputeRunningProcesses", nvmlDeviceGetComputeRunningProcesses(device, &count, NULL));
  check("GetMigMode", nvmlDeviceGetMigMode(device, &current, &pending));
  printf("%s, vendor %04x, %llu MiB, %s, %u%% busy, %u processes, MIG %u/%u\n", name,
         pci.pciDeviceId & 0xFFFF, memory.total >> 20,
         memory.total == memory_v2.total ? "v1 = v2" : "v1 != v2", utilization.gpu, count, current,
         pending);
  show_profiles(device);
}

int main(void) {
  unsigned int count = 0;
  check("Shutdown before Init", nvmlShutdown());
  check("Init", nvmlInit());
  check("GetCount", nvmlDeviceGetCount(&count));
  for (unsigned int index = 0; index < count; ++index) {
    nvmlDevice_t device;
    check("GetHandleByIndex", nvmlDeviceGetHandleByIndex(index, &device));
    show(device);
  }
  check("Shutdown", nvmlShutdown());
  return 0;
}
