// Formulation: one level of a program as the numbers that the solver takes, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "src/fleet/program/program.h"
#include "src/fleet/program/solver.h"

namespace sectile::internal {

// Items that serve a single need for nothing are counted for the need at once, without a variable
// of their own. Variables: the patterns, then the other services, then what goes without.
class Formulation {
 public:
  // `earlier`: the values that the levels before `level` must keep. The program must outlive this.
  Formulation(const Program& program, std::size_t level, std::span<const std::int64_t> earlier);

  std::size_t variables() const { return variables_.size(); }

  // What is left to decide when `base` of every variable is decided (empty: nothing is). Variables
  // with `leave_out` are not touched beyond their base.
  LinearProgram linear(std::span<const std::int64_t> base,
                       const std::vector<bool>& leave_out = {}) const;

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

  void number_rows();
  void add_patterns();
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

}  // namespace sectile::internal
