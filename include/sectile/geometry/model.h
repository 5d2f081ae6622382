// Model: the MIG geometry of one GPU product, such as h100-80gb-sxm5.
//
// A value without handles. It comes from the catalogue (catalogue.h), from a user's JSON file, or
// from NVML on a live GPU; whoever uses it cannot tell and need not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/profile.h"

namespace sectile {

enum class Architecture : std::uint8_t { kUnknown, kAmpere, kHopper, kBlackwell };

std::string_view to_string(Architecture architecture);  // "Ampere"; "unknown".

// A profile that fits only beside another: Thor's 1g+me (78) needs 2g+gfx (83) to be there first.
struct Needs {
  ProfileId profile;
  ProfileId needed;

  friend bool operator==(const Needs&, const Needs&) = default;
};

// How sure a figure is.
enum class Provenance : std::uint8_t {
  kRead,     // Read in a cited source: NVIDIA's documents or a transcript of real hardware.
  kDerived,  // Worked out from read figures.
  kUnsure,   // A guess by analogy, or the sources disagree.
};

std::string_view to_string(Provenance provenance);  // "read", "derived", "unsure".

// What is not kRead in a model, and where. Anything unlisted is kRead. A field is named as in
// data/gpus, a profile by its id: "memory_mib", "profiles[19].sm_count", "profiles[0].engines",
// "profiles[14].compute_profiles[7].fills".
struct ProvenanceNote {
  std::string field;
  Provenance provenance = Provenance::kRead;
  std::string note;  // May be empty.

  friend bool operator==(const ProvenanceNote&, const ProvenanceNote&) = default;
};

struct Model {
  std::string key;                         // "h100-80gb-sxm5": lower case letters, digits, '-'.
  std::vector<std::string> product_names;  // As NVML prints them.
  std::vector<std::uint16_t> pci_devices;  // PCI device ids under vendor 10DE; shared by products.
  Architecture architecture = Architecture::kUnknown;
  std::string chip;                // "GH100"
  std::string compute_capability;  // "9.0"
  std::string driver_min;          // Least driver that offers MIG, "525.85.12"; may be empty.
  MiB memory;                      // Whole GPU without MIG.
  int memory_slices = 0;           // 8; 12 on RTX PRO 6000 (its placement grid).
  int compute_slices = 0;          // 7; 4 on A30.
  int max_instances = 0;           // GPU instances at once.
  bool mode_needs_reset = false;   // Changing the MIG mode takes a GPU reset (Ampere).
  bool mode_persists = false;      // The mode survives a reboot; instances never do.
  std::vector<Profile> profiles;   // Descending compute slices, then ascending NVML index.
  int max_compute_only = 0;        // Instances without graphics at once; 0: no such limit.
  int max_graphics = 0;            // Instances with graphics at once; 0: no such limit.
  std::vector<Needs> needs;
  std::vector<ProvenanceNote> provenance;
  std::vector<std::string> sources;

  // nullptr if the model has no such profile.
  const Profile* find(ProfileId id) const;
  const Profile* find_by_name(std::string_view name) const;  // Or by one of the aliases.
  const Profile* find_by_nvml_index(int index) const;

  // The profile that takes the whole GPU. Requires: validate(*this) succeeded.
  const Profile& whole() const;

  // The least sure of the notes on the field, on a part of it, and on what it is part of:
  // "profiles[19]" asks for everything about that profile.
  Provenance provenance_of(std::string_view field) const;

  friend bool operator==(const Model&, const Model&) = default;
};

// Whether the model contradicts itself: placements outside the GPU, counts that the placements
// cannot reach, two profiles with one id or name, engines above the whole GPU's, no CI profile that
// fills. Fails with kInvalidArgument, naming the model, the field and the values. Whatever builds a
// Model at run time calls this before it hands the model out; a test does for the catalogue.
Status validate(const Model& model);

}  // namespace sectile
