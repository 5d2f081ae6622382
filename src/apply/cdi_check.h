// Whether specifications of the Container Device Interface fit the instances that exist.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace sectile {

// What a specification refers to. A file is searched for words and not understood: whatever wrote
// it, and however devices are called in it, these words are what a container would get.
struct CdiReferences {
  bool nvidia = false;              // It is one of NVIDIA's GPUs.
  std::set<std::string> uuids;      // Of GPUs and MIG devices.
  std::set<unsigned> capabilities;  // Minors of /dev/nvidia-caps.

  friend bool operator==(const CdiReferences&, const CdiReferences&) = default;
};
CdiReferences cdi_references(std::string_view text);

// What exists.
struct CdiExpected {
  std::set<std::string> uuids;
  std::set<unsigned> capabilities;
};

// What is wrong with the specification, in words; empty if nothing is.
std::string cdi_difference(const CdiReferences& found, const CdiExpected& expected);

}  // namespace sectile
