// A row of the table of tools/bench.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace sectile::bench {

struct Row {
  std::string what = {};  // Nothing: more of the row before.
  std::string unit = {};
  std::string ours = {};  // The other columns are as bench/README.md has them.
  std::string floor = "-";
  std::string other = "-";
  std::string ratio = "-";
};

inline void print_row(const Row& row) {
  fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", row.what, row.unit, row.ours, row.floor, row.other,
             row.ratio);
  std::fflush(stdout);
}

}  // namespace sectile::bench
