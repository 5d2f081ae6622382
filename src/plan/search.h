// Search: serves a demand vector with patterns, exactly.
//
// An integer program in small: choose one column for each machine so that the columns' sum is the
// demand and their summed value is greatest. Branch and bound over machines, guided and bounded by
// prices (prices.h), remembering what was searched. It knows neither GPUs nor profiles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sectile::internal {

// One thing that a machine can do.
struct Column {
  std::vector<int> serves = {};  // Of each class.
  std::int64_t value = 0;
  bool opens = false;  // Counts against Program::opens_max.
};

// Machines that are alike.
struct Machine {
  int count = 0;
  std::vector<Column> columns = {};  // Among them one that serves nothing and does not open.
};

struct Program {
  std::vector<int> demand = {};               // Instances of each class.
  std::vector<std::int64_t> drop_price = {};  // Of an instance of each that is not served; >= 0.
  std::vector<Machine> machines = {};
  int opens_max = 0;
  // An answer to begin with, as in Answer::columns. Empty: nothing is served.
  std::vector<std::vector<std::size_t>> first = {};
  std::int64_t steps_max = 300'000;  // Columns looked at before the search gives up.
};

struct Answer {
  std::vector<std::vector<std::size_t>> columns = {};  // For each machine kind, `count` of them.
  std::vector<int> dropped = {};                       // Of each class.
  std::int64_t value = 0;  // Of the columns, less the dropped ones' price.
  std::int64_t bound = 0;  // No answer is worth more.

  bool proven() const { return value == bound; }
};

// The best answer that was found. There is always one: to drop everything.
Answer solve(const Program& program);

}  // namespace sectile::internal
