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

// Finds a model by key ("h100-80gb-sxm5"), by product name ("H200"; "NVIDIA" may be left out), or
// by some words of both if only one model has them all: "a30", "a100-80gb", "gh200-96gb",
// "h100-nvl". A word may lack the number at its end ("h100-80gb-sxm"). Case does not matter, nor
// what is between the words. Fails with kInvalidArgument if several models have the words, as for
// "h100", and with kUnavailable if none has; both name the keys in question.
Result<const Model*> find_model(std::string_view name);

// The model that a live GPU most likely is: of those with its product name, else with its PCI
// device id, else with the words of its name, the one nearest in memory. One whose memory differs
// by more than 1/20 is none of them. Memory 0 is unknown: then only a single candidate will do.
// nullptr if none fits.
const Model* match_model(std::string_view product_name, std::uint16_t pci_device, MiB memory);

}  // namespace sectile
