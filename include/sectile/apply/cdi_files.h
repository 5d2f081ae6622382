// CDI specs on this machine: container runtimes find MIG devices through them, and a spec that was
// written before a change names devices that are gone.
//
// Where nvidia-ctk is in PATH it writes the spec, since it knows best what containers need;
// otherwise Sectile writes one of its own: the device nodes, and the libraries of the driver. Never
// two for the same kind of device, which runtimes refuse.
#pragma once

#include <string>
#include <vector>

#include "sectile/apply/host_paths.h"
#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "sectile/text/cdi.h"

namespace sectile {

// Every MIG device, by index and by UUID, every GPU without MIG likewise, and "all". The device
// nodes of instances are those of mig-minors. Fails with kUnavailable if the driver does not say
// which those are.
Result<CdiSpec> cdi_spec(const Snapshot& snapshot, const HostPaths& paths);

// The spec that Sectile writes: ETC/cdi/sectile.json.
std::string cdi_file(const HostPaths& paths);

// Other files that describe kCdiKind, in ETC/cdi and RUN/cdi.
std::vector<std::string> foreign_cdi_files(const HostPaths& paths);

// Makes the spec say what there is: if `asked`, or if one of ours is there already. Returns what
// was done, or what should be, as a sentence; empty if there is nothing to say. Fails with
// kPermission or kFailed, and with kUnavailable if somebody else's spec is there and nvidia-ctk is
// not.
Result<std::string> refresh_cdi(const Snapshot& snapshot, const HostPaths& paths, bool asked);

}  // namespace sectile
