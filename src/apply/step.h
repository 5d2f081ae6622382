// One step on one GPU: find what it names, do it, undo it. Nothing is remembered between two steps
// but UUIDs and placements; the GPU is read anew for each.
#pragma once

#include <string>

#include "sectile/base/result.h"
#include "sectile/device/node.h"
#include "sectile/plan/transition.h"

namespace sectile {

// A GPU as the transaction found it, and its geometry.
struct Target {
  const LiveGpu& gpu;
  const Model& model;
};

// "create 3g.40gb@4"; "destroy compute instance 1c.3g.40gb@0 in 3g.40gb@4".
std::string describe(const Model& model, const Step& step);

// The step that takes `step` back.
Step inverse(Step step);

// Whether the GPU is already as the step would make it.
bool achieved(const LiveGpu& gpu, const Step& step);

// Takes the step. Fails with kStale if there is nothing to do it to, or if it is done already, and
// with kBusy if it would destroy what a process uses.
Status perform(Node& node, const Target& target, const Step& step);

}  // namespace sectile
