// The catalogue: every MIG-capable model that Sectile knows without asking a driver.
//
// Built into the program from data/gpus/*.json. Thread-safe; the models live for ever.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/geometry/model.h"

namespace sectile {

// In order of key.
std::span<const Model> catalogue();

// Finds a model by key ("h100-80gb-sxm5"), or by a prefix of a key if every model it could mean
// has the same geometry of ids and placements ("h100-80gb" would be two different ones: refused).
// Aliases: the prefix up to which people name a card ("a100-80gb"). Case does not matter. Fails
// with kUnavailable and names the nearest keys.
Result<const Model*> find_model(std::string_view key);

// The model that a live GPU most likely is: product name first, then PCI device id together with
// the memory size. nullptr if none fits.
const Model* match_model(std::string_view product_name, std::uint16_t pci_device, MiB memory);

}  // namespace sectile
