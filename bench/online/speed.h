// How long one decision takes, as rows for tools/bench.
#pragma once

namespace sectile::bench {

// Placing and releasing on fleets from a hundred GPUs to ten million, beside a scan of 10,000.
void print_speed();

}  // namespace sectile::bench
