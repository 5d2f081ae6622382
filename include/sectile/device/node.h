// Node: the one way to the hardware. Reads GPUs and makes primitive changes through NVML.
//
// NVML is opened by Node::open() and closed by the destructor, so keep a Node only as long as the
// work takes: an open NVML can be what blocks a change. Movable, not copyable; not thread-safe.
// Never trusts a return value: each change is read back before it is called done.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/call_watch.h"
#include "sectile/device/snapshot.h"
#include "sectile/geometry/layout.h"

namespace sectile {

class Nvml;  // The loaded function table; internal.

class Node {
 public:
  // Loads `library` and initialises it. Empty: $SECTILE_NVML, or else libnvidia-ml.so.1. Fails with
  // kUnavailable if there is no library, no driver or no GPU. `watch`, if there is one, is told of
  // every call and must outlive the Node.
  static Result<Node> open(const std::string& library = {}, CallWatch* watch = nullptr);

  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  // Uses a library that is loaded already: for tests.
  explicit Node(std::unique_ptr<Nvml> nvml);

  // Everything, in one go. A GPU that cannot be talked to is left out with a warning. Fails with
  // kPermission if MIG is on somewhere and the caller may not see its instances, and with kFailed
  // if what the driver says is impossible.
  Result<Snapshot> read() const;

  // What changes on one GPU, read again: mode, instances, processes. `model` is its model.
  Result<LiveGpu> refresh(const LiveGpu& gpu, const Model& model) const;

  // Sets the MIG mode. Success means that the mode was read back as current, or as pending
  // where the hardware needs a reset: look at `current`.
  struct ModeChange {
    bool current = false;  // false: pending until reset().
    std::string status;    // Activation status in words: "success", "in use by another client".
  };
  Result<ModeChange> set_mode(const std::string& uuid, bool enabled);

  // Creates a GPU instance exactly at `start`. Fails with kUnsatisfiable if the place is taken,
  // with kBusy if processes on the bare GPU prevent it, with kPermission, with kStale if the GPU is
  // gone or MIG is off.
  Result<GpuInstanceId> create_instance(const std::string& uuid, ProfileId profile,
                                        Placement placement);
  Status destroy_instance(const std::string& uuid, GpuInstanceId instance);

  Result<LiveCompute> create_compute(const std::string& uuid, GpuInstanceId instance,
                                     ComputeSlot slot);
  Status destroy_compute(const std::string& uuid, GpuInstanceId instance,
                         ComputeInstanceId compute);

  // The GPUs that this one reaches by NVLink, directly or through a switch: a reset interrupts what
  // runs across them. Empty if the driver does not say.
  Result<std::vector<std::string>> linked(const Snapshot& snapshot, const std::string& uuid) const;

  // Closes NVML while `work` runs: a GPU cannot be reset while anybody holds it open, and an open
  // NVML does. Fails as `work` does, or if NVML cannot be opened again; then this Node is of no
  // more use.
  Status closed(const std::function<Status()>& work);

 private:
  std::unique_ptr<Nvml> nvml_;
};

}  // namespace sectile
