// What is measured of exact plans for fleets, as rows for tools/bench. `quick`: less of each.
#pragma once

namespace sectile::bench {

// GPUs for random demands of a thousand to a million instances.
void print_fewest_gpus(bool quick);

// More instances on a large fleet of several models that is partly in use.
void print_completion(bool quick);

// Beside the usual program with a variable for each GPU, in the same solver.
void print_beside_gpu_program(bool quick);

// Fleets after much coming and going, brought to the fewest GPUs.
void print_compaction(bool quick);

// Layouts for a mix that stay, beside those that everybody uses.
void print_static_layouts();

}  // namespace sectile::bench
