// The state of one emulated node: everything the emulated driver knows, as plain data.
//
// One Node lies in a file that all processes map (store.h), so it holds no pointer, no padding that
// matters and nothing of variable size, and it carries the geometry of its GPUs itself: the library
// needs no catalogue when it runs. All text is terminated by a NUL. Changing a struct here means
// raising kSchemaVersion in store.cc.
//
// Invariants are those of consistent() in invariants.h. Memory is MiB.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace sectile::emulator {

inline constexpr std::size_t kMaxGpus = 16;
inline constexpr std::size_t kMaxGeometries = 8;  // Different models in one node.
inline constexpr std::size_t kMaxProfiles = 18;   // NVML_GPU_INSTANCE_PROFILE_COUNT.
inline constexpr std::size_t kMaxComputeProfiles = 9;
inline constexpr std::size_t kMaxStarts = 12;
inline constexpr std::size_t kMaxNeeds = 4;
inline constexpr std::size_t kTreeIds = 15;             // GPU instance ids 0 to 14.
inline constexpr std::size_t kMaxInstances = 8;         // GPU instances on one GPU.
inline constexpr std::size_t kMaxComputeInstances = 8;  // In one GPU instance.
inline constexpr std::size_t kMaxProcesses = 128;
inline constexpr std::size_t kMaxEvents = 256;
inline constexpr std::size_t kMaxFaultRules = 32;
inline constexpr std::uint32_t kNoId = 0xFFFFFFFF;

// Fixed-size text. What does not fit is cut.
template <std::size_t kSize>
struct Text {
  std::array<char, kSize> bytes;

  std::string_view view() const {
    return {bytes.data(), std::string_view(bytes.data(), kSize).find('\0')};
  }
  const char* c_str() const { return bytes.data(); }
  bool terminated() const { return bytes.back() == '\0'; }
  void assign(std::string_view text) {
    bytes.fill('\0');
    text.substr(0, kSize - 1).copy(bytes.data(), kSize - 1);
  }
};

// A fixed-size list: `count` items are in use.
template <typename Item, std::size_t kSize>
struct List {
  std::uint32_t count;
  std::array<Item, kSize> items;

  std::span<const Item> view() const { return {items.data(), count}; }
  std::span<Item> view() { return {items.data(), count}; }
  bool full() const { return count == kSize; }
  // Requires: !full().
  void push(const Item& item) { items[count++] = item; }
};

struct Span {
  std::uint32_t start;
  std::uint32_t size;
};

enum class MediaKind : std::uint32_t { kPlain, kExtended, kAll, kNone };

struct ComputeKind {
  std::uint32_t id;
  Text<48> name;  // "1c.3g.40gb"
  std::uint32_t slices;
  std::uint32_t sm_count;
  std::uint32_t max_count;
  std::uint32_t fills;
  List<Span, kMaxComputeInstances> spans;  // In compute slices of the GPU instance.
};

struct ProfileKind {
  std::uint32_t id;
  std::uint32_t nvml_index;
  Text<48> name;  // "1g.10gb+me"
  std::uint32_t compute_slices;
  std::uint32_t memory_slices;
  std::uint64_t memory;
  std::uint32_t sm_count;
  std::uint32_t copy_engines;
  std::uint32_t decoders;
  std::uint32_t encoders;
  std::uint32_t jpeg;
  std::uint32_t ofa;
  MediaKind media;
  std::uint32_t graphics;
  std::uint32_t max_count;
  List<std::uint32_t, kMaxStarts> starts;  // In memory slices, ascending.
  List<ComputeKind, kMaxComputeProfiles> compute;
};

struct NeedKind {
  std::uint32_t profile_id;
  std::uint32_t needed_id;
};

// The model of a GPU, as far as a driver knows it. Without profiles: a GPU that cannot do MIG.
struct Geometry {
  Text<64> key;
  Text<96> product_name;
  Text<16> chip;
  std::uint32_t architecture;  // NVML_DEVICE_ARCH_...
  std::uint32_t compute_major;
  std::uint32_t compute_minor;
  std::uint32_t pci_device;
  std::uint64_t memory;
  std::uint32_t memory_slices;
  std::uint32_t compute_slices;
  std::uint32_t max_instances;
  std::uint32_t mode_persists;
  std::uint32_t max_compute_only;  // 0: no limit.
  std::uint32_t max_graphics;      // 0: no limit.
  List<NeedKind, kMaxNeeds> needs;
  List<ProfileKind, kMaxProfiles> profiles;

  bool mig_capable() const { return profiles.count > 0; }
};

struct ComputeInstance {
  std::uint32_t exists;
  std::uint32_t generation;
  std::uint32_t compute;  // Index into ProfileKind::compute.
  Span span;              // In compute slices of the GPU instance.
  std::uint32_t compute_mode;
};

struct GpuInstance {
  std::uint32_t exists;
  std::uint32_t generation;
  std::uint32_t profile;                                      // Index into Geometry::profiles.
  Span span;                                                  // In memory slices.
  std::array<ComputeInstance, kMaxComputeInstances> compute;  // By id.
};

// When a change of the MIG mode takes effect.
enum class ModeToggle : std::uint32_t {
  kImmediate,    // At once; refused while something runs on the GPU (Hopper and later).
  kResetIfIdle,  // The driver resets an idle GPU by itself; a busy one stays pending (Ampere).
  kReset,        // Always pending until the GPU is reset (Ampere passed through to a guest).
};

// Where the node is: NVML's nvmlGpuVirtualizationMode_t.
enum class Virtual : std::uint32_t {
  kNone,
  kPassthrough,  // The whole GPU in a virtual machine: a reboot of that resets it, nothing else.
  kVgpu,         // A virtual GPU, whose MIG the host decides about.
  kHostVgpu,     // The host of such.
};

struct Gpu {
  std::uint32_t geometry;  // Index into Node::geometries.
  Text<48> uuid;           // "GPU-8c2f..."
  Text<32> serial;
  std::uint32_t minor;
  std::uint32_t pci_domain;
  std::uint32_t pci_bus;
  std::uint32_t pci_slot;
  std::uint32_t pci_subsystem;  // Device in the upper half, vendor in the lower.
  std::uint32_t numa_node;
  std::uint32_t swapped;  // GPU instance ids are mirrored by half.
  std::uint32_t lost;     // Every call answers NVML_ERROR_GPU_IS_LOST.
  ModeToggle toggle;
  Virtual virtualization;
  std::uint32_t current_mode;
  std::uint32_t pending_mode;
  std::uint32_t persistence_mode;
  std::uint32_t compute_mode;
  std::array<GpuInstance, kTreeIds> instances;  // By id: the position in the tree of spans.
};

// Somebody's process that occupies a GPU. It counts only while it lives.
// For Process::graphics: it has the GPU open and runs nothing, so that no list names it.
inline constexpr std::uint32_t kSilent = 2;

struct Process {
  std::uint32_t pid;
  std::uint32_t graphics;          // 1: a graphics context rather than a compute one; kSilent.
  std::uint64_t start_time;        // Clock ticks after boot, as in /proc/PID/stat; 0: not compared.
  std::uint32_t gpu;               // Index.
  std::uint32_t gpu_instance;      // kNoId: on the bare GPU.
  std::uint32_t compute_instance;  // kNoId likewise.
  std::uint64_t memory;
  Text<64> name;
};

struct Event {
  std::uint64_t sequence;  // From 1, without gaps.
  std::uint64_t type;      // nvmlEventType...
  std::uint64_t data;
  std::uint32_t gpu;
  std::uint32_t gpu_instance;
  std::uint32_t compute_instance;
};

// What a fault rule does to the call itself.
enum class FaultEffect : std::uint32_t {
  kNone,  // The call is not carried out.
  kDone,  // It is, and then reports `result`.
};

struct FaultRule {
  Text<80> call;             // "nvmlDeviceSetMigMode"; "*" is every call.
  std::uint32_t occurrence;  // The call that is hit first, from 1; 0: every call.
  std::uint32_t persistent;  // Later calls are hit too.
  std::uint32_t has_result;
  std::uint32_t result;  // nvmlReturn_t
  FaultEffect effect;
  std::uint32_t delay_ms;
  std::uint32_t hang;   // The call never returns.
  std::uint64_t calls;  // How often the call was made, by all processes.
};

// Who may change MIG besides root: NVIDIA's mig/monitor and mig/config capabilities.
enum class Capability : std::uint32_t { kNone, kMonitor, kConfig };

struct Node {
  std::uint32_t driver_branch;  // 535, 570, 580.
  Text<80> driver_version;
  Text<80> nvml_version;
  std::uint32_t cuda_version;  // 13000 for 13.0.
  Capability capability;       // Of every process.
  std::uint32_t last_generation;
  std::uint64_t last_event;  // Sequence of the newest event.
  List<Geometry, kMaxGeometries> geometries;
  List<Gpu, kMaxGpus> gpus;  // In order of PCI address, which is NVML's index.
  List<Process, kMaxProcesses> processes;
  std::array<Event, kMaxEvents> events;  // A ring: sequence s lies at s % kMaxEvents.
  List<FaultRule, kMaxFaultRules> faults;

  const Geometry& geometry_of(const Gpu& gpu) const { return geometries.items[gpu.geometry]; }
};

static_assert(std::is_trivially_copyable_v<Node> && std::is_standard_layout_v<Node>);

}  // namespace sectile::emulator
