// online_bench SECTION [SEEDS]: placing online, as rows for tools/bench.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/online/loss.h"
#include "bench/online/speed.h"

int main(int count, char** arguments) {
  const std::string_view section = count > 1 ? arguments[1] : "";
  const int seeds = count > 2 ? std::atoi(arguments[2]) : 10;
  if (seeds < 1) {
    std::fputs("online_bench: at least one seed\n", stderr);
    return 2;
  }
  if (section == "speed") {
    sectile::bench::print_speed();
  } else if (section == "rules") {
    sectile::bench::print_rules(seeds);
  } else if (section == "moves") {
    sectile::bench::print_moves(seeds);
  } else if (section == "large") {
    sectile::bench::print_large(seeds);
  } else {
    std::fputs("usage: online_bench speed|rules|moves|large [SEEDS]\n", stderr);
    return 2;
  }
  return 0;
}
