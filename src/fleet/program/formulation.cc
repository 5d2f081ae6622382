#include "src/fleet/program/formulation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sectile/base/check.h"
#include "src/fleet/program/bound.h"

namespace sectile::fleet::program {
namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

constexpr double kMostPrice = 1e9;  // Prices of sound programs are far below.

// A level that must stay at 0 is kept by leaving out whatever costs something in it. In the bound
// the same is said by a price at which none of it is worth its cost.
constexpr std::int64_t kKeepsAtZero = kPriceScale << 20U;

bool is_free(const Costs& costs) {
  return std::ranges::all_of(costs, [](std::int64_t cost) { return cost == 0; });
}

std::int64_t scaled(double price) {
  return std::llround(std::clamp(price, 0.0, kMostPrice) * static_cast<double>(kPriceScale));
}

double rest(std::int64_t upper, std::int64_t used) {
  return upper == kUnlimited ? kInfinity : static_cast<double>(upper - used);
}

}  // namespace

Formulation::Formulation(const Program& program, std::size_t level,
                         std::span<const std::int64_t> earlier)
    : program_(program), level_(level), earlier_(earlier.begin(), earlier.end()) {
  number_rows();
  add_patterns();
  add_services();
  add_unserved();
}

std::size_t Formulation::add_row(Row row) {
  rows_.push_back(row);
  return rows_.size() - 1;
}

// Which items serve a single need for nothing; how many needs each serves.
std::vector<int> Formulation::find_direct() {
  std::vector<int> served(program_.items, 0);
  direct_need_.assign(program_.items, kNowhere);
  direct_service_.assign(program_.items, kNowhere);
  for (std::size_t i = 0; i < program_.services.size(); ++i) {
    const Service& service = program_.services[i];
    const bool direct = ++served[service.item] == 1 && is_free(service.costs);
    direct_need_[service.item] = direct ? service.need : kNowhere;
    direct_service_[service.item] = direct ? i : kNowhere;
  }
  return served;
}

void Formulation::number_rows() {
  const std::vector<int> served = find_direct();
  item_row_.assign(program_.items, kNowhere);
  for (const Group& group : program_.groups) {
    const bool limited = group.count != kUnlimited;
    group_row_.push_back(limited ? add_row({.lower = group.count,
                                            .has_lower = group.exact,
                                            .has_upper = true,
                                            .upper = group.count})
                                 : kNowhere);
  }
  for (std::size_t item = 0; item < program_.items; ++item) {
    if (served[item] > 0 && direct_need_[item] == kNowhere) {
      item_row_[item] = add_row({});
    }
  }
  for (const Need& need : program_.needs) {
    need_row_.push_back(add_row({.lower = need.count}));
  }
  for (const std::int64_t value : earlier_) {
    earlier_row_.push_back(
        value == 0 ? kNowhere : add_row({.has_lower = false, .has_upper = true, .upper = value}));
  }
}

// Adds what the levels say about the variable.
void Formulation::finish(Variable variable, const Costs& costs) {
  variable.cost = costs[level_];
  for (std::size_t i = 0; i < level_; ++i) {
    if (costs[i] > 0 && earlier_row_[i] == kNowhere) {
      variable.upper = 0;
    } else if (costs[i] > 0) {
      variable.entries.push_back({earlier_row_[i], costs[i]});
    }
  }
  variables_.push_back(std::move(variable));
}

// `of_need` is all 0 before and after.
void Formulation::add_gives(const Pattern& pattern, std::vector<std::int64_t>& of_need,
                            Variable& variable) const {
  std::vector<std::size_t> touched;
  for (const Give& give : pattern.gives) {
    const std::size_t need = direct_need_[give.item];
    if (need != kNowhere && of_need[need] == 0) {
      touched.push_back(need);
    }
    if (need != kNowhere) {
      of_need[need] += give.count;
    } else if (item_row_[give.item] != kNowhere) {
      variable.entries.push_back({item_row_[give.item], give.count});
    }
  }
  for (const std::size_t need : touched) {
    variable.entries.push_back({need_row_[need], std::exchange(of_need[need], 0)});
  }
}

void Formulation::add_patterns() {
  std::vector<std::int64_t> of_need(program_.needs.size(), 0);
  for (const Pattern& pattern : program_.patterns) {
    Variable variable;
    variable.upper = program_.groups[pattern.group].count;
    if (group_row_[pattern.group] != kNowhere) {
      variable.entries.push_back({group_row_[pattern.group], 1});
    }
    add_gives(pattern, of_need, variable);
    finish(std::move(variable), pattern.costs);
  }
}

void Formulation::add_services() {
  for (std::size_t i = 0; i < program_.services.size(); ++i) {
    const Service& service = program_.services[i];
    if (direct_service_[service.item] == i) {
      continue;
    }
    service_of_.push_back(i);
    Variable variable;
    variable.entries = {{item_row_[service.item], -1}, {need_row_[service.need], 1}};
    finish(std::move(variable), service.costs);
  }
}

void Formulation::add_unserved() {
  for (std::size_t i = 0; i < program_.needs.size(); ++i) {
    const Need& need = program_.needs[i];
    if (!need.optional) {
      continue;
    }
    need_of_.push_back(i);
    Variable variable;
    variable.upper = need.count;
    variable.entries = {{need_row_[i], 1}};
    finish(std::move(variable), need.unserved);
  }
}

std::vector<std::size_t> Formulation::all_variables() const {
  std::vector<std::size_t> all(variables_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::optional<std::size_t> Formulation::group_of(std::size_t variable) const {
  return variable < program_.patterns.size() ? std::optional(program_.patterns[variable].group)
                                             : std::nullopt;
}

std::vector<std::int64_t> Formulation::decided(std::span<const std::int64_t> base) const {
  std::vector<std::int64_t> result(rows_.size(), 0);
  for (std::size_t i = 0; i < base.size(); ++i) {
    for (const Entry& entry : variables_[i].entries) {
      result[entry.row] += entry.value * base[i];
    }
  }
  return result;
}

// Those in which the variables have entries; all if every variable is active.
std::vector<bool> Formulation::needed_rows(std::span<const std::size_t> active) const {
  std::vector<bool> needed(rows_.size(), active.size() == variables_.size());
  for (const std::size_t i : active) {
    for (const Entry& entry : variables_[i].entries) {
      needed[entry.row] = true;
    }
  }
  return needed;
}

LinearProgram Formulation::linear(std::span<const std::int64_t> base,
                                  std::span<const std::size_t> active) const {
  const std::vector<std::int64_t> sums = decided(base);
  const std::vector<bool> needed = needed_rows(active);
  LinearProgram program;
  std::vector<int> number(rows_.size(), -1);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    if (needed[i]) {
      number[i] =
          program.add_row(row.has_lower ? static_cast<double>(row.lower - sums[i]) : -kInfinity,
                          row.has_upper ? static_cast<double>(row.upper - sums[i]) : kInfinity);
    }
  }
  for (const std::size_t i : active) {
    const Variable& variable = variables_[i];
    const std::int64_t used = base.empty() ? 0 : base[i];
    program.add_column(static_cast<double>(variable.cost), 0, rest(variable.upper, used));
    for (const Entry& entry : variable.entries) {
      program.add_entry(number[entry.row], static_cast<double>(entry.value));
    }
  }
  return program;
}

Prices Formulation::prices(std::span<const double> duals) const {
  SECTILE_CHECK(duals.size() == rows_.size());
  Prices prices;
  for (const std::size_t row : need_row_) {
    prices.needs.push_back(scaled(duals[row]));
  }
  for (std::size_t i = 0; i < level_; ++i) {
    prices.earlier[i] =
        earlier_row_[i] == kNowhere ? kKeepsAtZero : scaled(-duals[earlier_row_[i]]);
  }
  return prices;
}

std::vector<double> Formulation::reduced_costs(std::span<const double> duals) const {
  std::vector<double> result;
  result.reserve(variables_.size());
  for (const Variable& variable : variables_) {
    double sum = static_cast<double>(variable.cost);
    for (const Entry& entry : variable.entries) {
      sum -= duals[entry.row] * static_cast<double>(entry.value);
    }
    result.push_back(sum);
  }
  return result;
}

// Makes the needs met exactly. What was served beyond them is taken back: first what went without,
// for that costs; then the services. What is missing comes from the items without a variable.
void Formulation::distribute(Solution& solution) const {
  std::vector<std::int64_t> supply(program_.needs.size(), 0);  // Of items with a single need.
  std::vector<std::int64_t> missing(program_.needs.size());
  for (std::size_t i = 0; i < missing.size(); ++i) {
    missing[i] = program_.needs[i].count - solution.unserved[i];
  }
  for (const std::size_t i : service_of_) {
    missing[program_.services[i].need] -= solution.services[i];
  }
  const std::vector<std::int64_t> given = instances_of_items(solution);
  for (std::size_t item = 0; item < program_.items; ++item) {
    if (direct_need_[item] != kNowhere) {
      supply[direct_need_[item]] += given[item];
    }
  }
  for (std::size_t i = 0; i < missing.size(); ++i) {
    const std::int64_t over = supply[i] - missing[i];
    const std::int64_t back = std::clamp<std::int64_t>(over, 0, solution.unserved[i]);
    solution.unserved[i] -= back;
    missing[i] += back;
  }
  for (const std::size_t i : service_of_) {
    std::int64_t& open = missing[program_.services[i].need];
    const std::int64_t back = std::clamp<std::int64_t>(-open, 0, solution.services[i]);
    solution.services[i] -= back;
    open += back;
  }
  for (std::size_t item = 0; item < program_.items; ++item) {
    if (direct_need_[item] != kNowhere) {
      std::int64_t& open = missing[direct_need_[item]];
      const std::int64_t served = std::clamp<std::int64_t>(open, 0, given[item]);
      solution.services[direct_service_[item]] = served;
      open -= served;
    }
  }
}

std::vector<std::int64_t> Formulation::instances_of_items(const Solution& solution) const {
  std::vector<std::int64_t> given(program_.items, 0);
  for (std::size_t i = 0; i < program_.patterns.size(); ++i) {
    for (const Give& give : program_.patterns[i].gives) {
      given[give.item] += give.count * solution.patterns[i];
    }
  }
  return given;
}

Solution Formulation::solution(std::span<const std::int64_t> values) const {
  SECTILE_CHECK(values.size() == variables_.size());
  Solution solution{.patterns = {},
                    .services = std::vector<std::int64_t>(program_.services.size(), 0),
                    .unserved = std::vector<std::int64_t>(program_.needs.size(), 0)};
  std::size_t next = program_.patterns.size();
  solution.patterns.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(next));
  for (const std::size_t service : service_of_) {
    solution.services[service] = values[next++];
  }
  for (const std::size_t need : need_of_) {
    solution.unserved[need] = values[next++];
  }
  distribute(solution);
  return solution;
}

}  // namespace sectile::fleet::program
