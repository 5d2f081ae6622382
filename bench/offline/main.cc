// fleet_bench [quick]: exact plans for fleets, as rows for tools/bench.
#include <fmt/format.h>

#include <string_view>

#include "bench/offline/sections.h"

int main(int count, char** arguments) {
  namespace bench = sectile::bench;
  const bool quick = count > 1 && std::string_view(arguments[1]) == "quick";
  fmt::print("# Times are of the processor, in one thread.\n");
  bench::print_fewest_gpus(quick);
  bench::print_completion(quick);
  bench::print_beside_gpu_program(quick);
  bench::print_compaction(quick);
  bench::print_static_layouts();
  return 0;
}
