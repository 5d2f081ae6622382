// The one door to COIN-OR: linear programs by Clp, integer programs by Cbc, as plain numbers.
//
// Nothing behind this header is trusted: what comes back is floating point, and whoever asks rounds
// it and checks it in integers (program.h). Nothing is printed and nothing is thrown. The library
// is not thread-safe: call from one thread at a time. The same program gives the same answer.
#pragma once

#include <limits>
#include <vector>

#include "sectile/base/result.h"

namespace sectile::fleet::program {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Minimise the sum of cost x value over the columns, each row's sum within its limits. Entries are
// kept column by column.
class LinearProgram {
 public:
  // Returns the index of the row.
  int add_row(double at_least, double at_most);
  // Entries of the column follow with add_entry(). Returns the index of the column.
  int add_column(double price, double at_least, double at_most);
  // Of the last column. Requires: `row` exists and has no entry in this column yet.
  void add_entry(int row, double value);

  int rows() const { return static_cast<int>(row_lower.size()); }
  int columns() const { return static_cast<int>(cost.size()); }

  std::vector<double> row_lower, row_upper;
  std::vector<double> cost, lower, upper;
  std::vector<int> starts = {0};  // columns() + 1 of them.
  std::vector<int> entry_rows;
  std::vector<double> entry_values;
};

struct LinearAnswer {
  std::vector<double> values;  // A basic solution.
  std::vector<double> duals;   // By row: what one more unit of it costs.
  double objective = 0;
};

// Fails with kUnsatisfiable if there is no solution, and with kFailed if the library gives up.
Result<LinearAnswer> solve_linear(const LinearProgram& program) noexcept;

struct IntegerAnswer {
  std::vector<double> values;
  double objective = 0;
  double bound = 0;  // That no solution is below, as far as the search went.
  bool optimal = false;
};

// How far a search may go. Nodes and no seconds, so that the answer does not depend on the machine.
struct SearchLimits {
  int nodes = 20'000;
  double cost_most = kInfinity;  // Solutions that cost more are not looked for.
};

// Every column must be a whole number. Fails with kUnsatisfiable if there is no solution, and with
// kFailed if none was found within the limits.
Result<IntegerAnswer> solve_integer(const LinearProgram& program,
                                    const SearchLimits& limits) noexcept;

}  // namespace sectile::fleet::program
