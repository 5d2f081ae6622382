// The MIG devices of a node under all their names.
#pragma once

#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/device/snapshot.h"
#include "sectile/text/mig_device.h"

namespace sectile {

// In order of the GPU's index, then of the index on it.
std::vector<MigDevice> mig_devices(const Snapshot& snapshot);

// STATE/uuids.json: where consumers find them.
std::string uuids_file(const std::string& state_directory);

// Writes uuids_json() there in one piece, so that nobody reads half of it; readable by everybody.
// Fails with kPermission or kFailed.
Status write_uuids(const std::string& state_directory, const Snapshot& before,
                   const Snapshot& after, const std::string& changed);

}  // namespace sectile
