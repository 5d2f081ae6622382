// The look of `nvidia-smi mig` for a GPU of a model that holds no instance: for people and scripts
// that know those tables.
//
// Formats as transcripts of real hardware show them; drivers from 575 on print names two columns
// wider than those before. Engines read "0" and SMs "0" where the model does not know them. Pure
// functions; thread-safe.
#pragma once

#include <string>

#include "sectile/geometry/model.h"

namespace sectile {

struct SmiStyle {
  int gpu = 0;       // The index in the GPU column.
  bool wide = true;  // As drivers from 575 on.
};

// -lgip: the GPU instance profiles.
std::string smi_gpu_instance_profiles(const Model& model, const SmiStyle& style = {});

// -lgipp: their placements.
std::string smi_gpu_instance_placements(const Model& model, const SmiStyle& style = {});

// -lcip: the compute instance profiles of an instance of `profile` that holds none yet.
// Requires: `profile` belongs to a valid model.
std::string smi_compute_instance_profiles(const Profile& profile, int gpu_instance,
                                          const SmiStyle& style = {});

}  // namespace sectile
