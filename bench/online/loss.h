// What the loss model says of the rules, as rows for tools/bench.
#pragma once

namespace sectile::bench {

// Every rule beside ours, without moves: the mixes at loads .85, 1 and 1.2, 100 GPUs.
void print_rules(int seeds);

// With at most one move for each refused request, at load 1.
void print_moves(int seeds);

// Ten thousand GPUs at load 1: what stays lost however large the fleet is.
void print_large(int seeds);

}  // namespace sectile::bench
