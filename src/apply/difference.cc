#include "src/apply/difference.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "sectile/text/notation.h"

namespace sectile {
namespace {

std::string mode_text(MigMode mode, MigMode pending) {
  const std::string now = mode == MigMode::kEnabled ? "MIG is on" : "MIG is off";
  return mode == pending
             ? now
             : now + " until a reset, then " + (pending == MigMode::kEnabled ? "on" : "off");
}

}  // namespace

std::string difference(const Model& model, const LiveGpu& gpu, const Expected& expected) {
  std::vector<std::string> parts;
  for (const Slot& slot : expected.layout.slots()) {
    if (std::ranges::find(gpu.layout.slots(), slot) == gpu.layout.slots().end()) {
      parts.push_back(to_notation(model, slot) + " is missing");
    }
  }
  for (const Slot& slot : gpu.layout.slots()) {
    if (std::ranges::find(expected.layout.slots(), slot) == expected.layout.slots().end()) {
      parts.push_back(to_notation(model, slot) + " is there");
    }
  }
  if (gpu.mode != expected.mode || gpu.pending != expected.pending) {
    parts.push_back(mode_text(gpu.mode, gpu.pending));
  }
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

}  // namespace sectile
