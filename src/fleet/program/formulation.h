// Formulation: one level of a program as the numbers that the solver takes, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "src/fleet/program/program.h"
#include "src/fleet/program/solver.h"

namespace sectile::fleet::program {

// Items that serve a single need for nothing are counted for the need at once, without a variable
// of their own. Variables: the patterns, then the other services, then what goes without.
class Formulation {
 public:
  // `earlier`: the values that the levels before `level` must keep. The program must outlive this.
  Formulation(const Program& program, std::size_t level, std::span<const std::int64_t> earlier);

  std::size_t variables() const { return variables_.size(); }

  // What is left to decide when `base` of every variable is decided (empty: nothing is), and no
  // variable but the `active` ones may grow. Columns are the active variables; rows that have none
  // of them are left out, so that a small rest is a small program. Whether those hold is not asked.
  LinearProgram linear(std::span<const std::int64_t> base,
                       std::span<const std::size_t> active) const;

  std::vector<std::size_t> all_variables() const;

  // The group of a pattern's variable; nothing for other variables.
  std::optional<std::size_t> group_of(std::size_t variable) const;

  // `duals`: of linear() with all variables and no base.
  Prices prices(std::span<const double> duals) const;

  // What one more of each variable adds to the cost, by the duals.
  std::vector<double> reduced_costs(std::span<const double> duals) const;

  // Of whole numbers by variable. Takes back what is served beyond the needs.
  Solution solution(std::span<const std::int64_t> values) const;

 private:
  struct Entry {
    std::size_t row;
    std::int64_t value;
  };
  struct Variable {
    std::int64_t cost = 0;
    std::int64_t upper = kUnlimited;
    std::vector<Entry> entries;
  };
  struct Row {
    std::int64_t lower = 0;
    bool has_lower = true;
    bool has_upper = false;  // Then at most `upper`.
    std::int64_t upper = 0;
  };

  std::vector<int> find_direct();
  void number_rows();
  std::vector<std::int64_t> decided(std::span<const std::int64_t> base) const;
  std::vector<bool> needed_rows(std::span<const std::size_t> active) const;
  void add_patterns();
  void add_gives(const Pattern& pattern, std::vector<std::int64_t>& of_need,
                 Variable& variable) const;
  void add_services();
  void add_unserved();
  std::size_t add_row(Row row);
  void finish(Variable variable, const Costs& costs);
  void distribute(Solution& solution) const;
  std::vector<std::int64_t> instances_of_items(const Solution& solution) const;

  const Program& program_;
  std::size_t level_;
  std::vector<std::int64_t> earlier_;

  std::vector<std::size_t> direct_need_;     // By item: the need, or kNowhere.
  std::vector<std::size_t> direct_service_;  // By item, likewise.
  std::vector<std::size_t> service_of_;      // By variable behind the patterns.
  std::vector<std::size_t> need_of_;         // By variable behind those.
  std::vector<std::size_t> group_row_, item_row_, need_row_, earlier_row_;
  std::vector<Row> rows_;
  std::vector<Variable> variables_;
};

}  // namespace sectile::fleet::program
