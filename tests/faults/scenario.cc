#include "tests/faults/scenario.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sectile::faults {
namespace {

using emulator::Toggle;

constexpr const char* kA100 = "a100-80gb";
constexpr const char* kH100 = "h100-80gb-sxm5";
constexpr const char* kA30 = "a30-24gb";
constexpr const char* kRtx = "rtx-pro-6000-bw";

// Those that kills and power cuts sweep too, which take longer: one of each kind.
constexpr std::array<std::string_view, 9> kKilled = {"a100-beside-a-busy-one",
                                                     "a100-off",
                                                     "a100-guest-reset",
                                                     "a30-engines",
                                                     "h100-on",
                                                     "h100-compute-instances",
                                                     "h100-eight-on-and-off",
                                                     "rtx-beside-busy",
                                                     "mixed-node"};

constexpr const char* kSeven =
    "1g.10gb@0 1g.10gb@1 1g.10gb@2 1g.10gb@3 1g.10gb@4 1g.10gb@5 1g.10gb@6";

std::vector<Scenario> ampere() {
  return {
      {"a100-seven-to-one", {{.model = kA100, .from = kSeven, .to = "7g.80gb@0"}}},
      {"a100-one-to-seven", {{.model = kA100, .from = "7g.80gb@0", .to = kSeven}}},
      {"a100-recut",
       {{.model = kA100,
         .from = "3g.40gb@4 2g.20gb@0 2g.20gb@2",
         .to = "4g.40gb@0 2g.20gb@4 1g.10gb@6"}}},
      {"a100-beside-a-busy-one",
       {{.model = kA100,
         .from = "3g.40gb@4 2g.20gb@0 2g.20gb@2",
         .to = "3g.40gb@4 1g.10gb+me@0 1g.10gb@1 1g.20gb@2",
         .busy = {4}}}},
      {"a100-on", {{.model = kA100, .to = "3g.40gb@0 3g.40gb@4"}}},
      {"a100-off", {{.model = kA100, .from = "3g.40gb@0 3g.40gb@4", .to = "off"}}},
      {"a100-compute-instances",
       {{.model = kA100, .from = "7g.80gb@0[4c 3c]", .to = "7g.80gb@0[1c 1c 1c 1c 3c]"}}},
      {"a100-compute-beside-busy",
       {{.model = kA100,
         .from = "4g.40gb@0[2c 2c] 3g.40gb@4",
         .to = "4g.40gb@0[1c 1c 1c 1c] 3g.40gb@4",
         .busy = {4}}}},
      {"a100-other-numbers",
       {{.model = kA100,
         .from = "4g.40gb@0 1g.10gb@4 1g.10gb@5 1g.10gb@6",
         .to = "2g.20gb@0 2g.20gb@2 3g.40gb@4",
         .swapped = true}}},
      {"a100-40gb-on", {{.model = "a100-40gb", .to = "4g.20gb@0 2g.10gb@4 1g.5gb@6"}}},
      {"a100-guest-waits", {{.model = kA100, .to = "3g.40gb@4", .toggle = Toggle::kReset}}},
      {"a100-guest-waits-off",
       {{.model = kA100, .from = "3g.40gb@4", .to = "off", .toggle = Toggle::kReset}}},
      {"a100-guest-reset",
       {{.model = kA100, .to = "3g.40gb@4 3g.40gb@0", .toggle = Toggle::kReset}},
       true},
      {"a100-eight",
       {{.model = kA100, .from = "7g.80gb@0", .to = "4g.40gb@0 3g.40gb@4", .count = 8}}},
      {"a30-four-to-one",
       {{.model = kA30, .from = "1g.6gb@0 1g.6gb@1 1g.6gb@2 1g.6gb@3", .to = "4g.24gb@0"}}},
      {"a30-engines",
       {{.model = kA30, .from = "2g.12gb+me@0 2g.12gb@2", .to = "1g.6gb+me@0 1g.6gb@1 2g.12gb@2"}}},
      {"a30-on-beside-busy",
       {{.model = kA30, .to = "2g.12gb@0 2g.12gb@2"},
        {.model = kA30, .from = "2g.12gb@0 1g.6gb@2", .to = "2g.12gb@0 1g.6gb@3", .busy = {0}}}},
      {"a30-off", {{.model = kA30, .from = "4g.24gb@0[1c 1c 2c]", .to = "off"}}},
      {"a30-four-gpus",
       {{.model = kA30, .from = "4g.24gb@0", .to = "2g.12gb@0 1g.6gb@2 1g.6gb@3", .count = 4}}},
  };
}

std::vector<Scenario> later() {
  return {
      {"h100-on", {{.model = kH100, .to = kSeven}}},
      {"h100-off", {{.model = kH100, .from = kSeven, .to = "off"}}},
      {"h100-recut",
       {{.model = kH100,
         .from = "3g.40gb@0 3g.40gb@4",
         .to = "1g.20gb@0 1g.20gb@2 1g.20gb@4 1g.20gb@6"}}},
      {"h100-engines",
       {{.model = kH100, .from = "7g.80gb@0", .to = "1g.10gb+me@0 1g.10gb@1 2g.20gb@2 3g.40gb@4"}}},
      {"h100-both-busy",
       {{.model = kH100,
         .from = "3g.40gb@4 1g.10gb@0 1g.10gb@1 2g.20gb@2",
         .to = "3g.40gb@4 1g.10gb@0 1g.10gb@2 1g.10gb@3",
         .busy = {4, 0}}}},
      {"h100-compute-instances",
       {{.model = kH100,
         .from = "4g.40gb@0[2c 1c 1c] 3g.40gb@4[1c 2c]",
         .to = "4g.40gb@0[2c 2c] 3g.40gb@4[1c 1c 1c]"}}},
      {"h100-bare",
       {{.model = kH100,
         .from = "3g.40gb@4[] 2g.20gb@0[1c@1]",
         .to = "3g.40gb@4 2g.20gb@0[1c 1c]"}}},
      {"h100-any-place",
       {{.model = kH100,
         .from = "3g.40gb@0 1g.10gb@4 1g.10gb@6",
         .to = "3g.40gb@4 2g.20gb@0 1g.10gb@2",
         .busy = {0},
         .any_place = true}}},
      {"h100-eight-on-and-off",
       {{.model = kH100, .to = "3g.40gb@0 3g.40gb@4", .count = 4},
        {.model = kH100, .from = "2g.20gb@0 2g.20gb@2", .to = "off", .count = 4}}},
      {"h100-two-of-three",
       {{.model = kH100, .from = "7g.80gb@0", .to = "3g.40gb@0 3g.40gb@4"},
        {.model = kH100, .from = "7g.80gb@0", .busy = {0}},
        {.model = kH100, .from = kSeven, .to = "4g.40gb@0 3g.40gb@4"}}},
      {"rtx-four", {{.model = kRtx, .from = "4g.96gb@0", .to = "1g.24gb@0 1g.24gb@3 2g.48gb@6"}}},
      {"rtx-engines",
       {{.model = kRtx,
         .from = "2g.48gb+me.all@0 2g.48gb-me@6",
         .to = "1g.24gb+gfx@0 1g.24gb-me@3 1g.24gb+me@6 1g.24gb@9"}}},
      {"rtx-on", {{.model = kRtx, .to = "2g.48gb+gfx@0 2g.48gb@6"}}},
      {"rtx-off", {{.model = kRtx, .from = "1g.24gb@0 1g.24gb+gfx@3", .to = "off"}}},
      {"rtx-beside-busy",
       {{.model = kRtx,
         .from = "2g.48gb@0 1g.24gb@6 1g.24gb@9",
         .to = "1g.24gb@0 1g.24gb@3 1g.24gb@6 1g.24gb+me@9",
         .busy = {6}}}},
      {"mixed-node",
       {{.model = kA100, .to = "7g.80gb@0"},
        {.model = kH100, .from = "7g.80gb@0[3c 4c]", .to = "4g.40gb@0 3g.40gb@4[1c 2c]"},
        {.model = kA30, .from = "4g.24gb@0", .to = "off"}}},
  };
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> made = ampere();
    for (Scenario& one : later()) {
      made.push_back(std::move(one));
    }
    for (Scenario& one : made) {
      one.killed = std::ranges::find(kKilled, one.name) != kKilled.end();
    }
    return made;
  }();
  return all;
}

}  // namespace sectile::faults
