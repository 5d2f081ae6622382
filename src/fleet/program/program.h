// Program: how to lay out groups of alike GPUs, as an integer program whose size does not depend on
// how many GPUs there are; solved exactly, level after level, with a bound that can be checked.
//
// A group is a number of GPUs in one state. A pattern is one way to lay out a GPU of a group: it
// gives instances of items (an item is a profile of a model, in one market). A service says that an
// instance of an item may serve a need. Variables are how many GPUs of a group get a pattern, how
// many instances of an item serve a need, and how many units of a need go without. Every cost has
// as many levels as the program has objectives: the first is minimised, then the second among what
// is best in the first, and so on.
//
// The solver behind it computes in floating point, so nothing of it is believed: a solution is
// rounded and checked in whole numbers, and a bound is computed in whole numbers from the prices of
// the linear program (bound.h). Pure and deterministic; not thread-safe (solver.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/proof.h"

namespace sectile::fleet::program {

inline constexpr std::size_t kMaxLevels = 5;
using Costs = std::array<std::int64_t, kMaxLevels>;  // By level; each at least 0.

inline constexpr std::int64_t kUnlimited = -1;

struct Group {
  std::int64_t count = 0;  // kUnlimited: as many as it takes.
  bool exact = false;      // Every GPU must get a pattern; otherwise some may be left alone.
};

struct Give {
  std::size_t item = 0;
  int count = 0;  // At least 1.
};

struct Pattern {
  std::size_t group = 0;
  std::vector<Give> gives = {};  // No item twice.
  Costs costs = {};
};

struct Service {
  std::size_t item = 0;
  std::size_t need = 0;
  Costs costs = {};  // Of one instance.
};

struct Need {
  std::int64_t count = 0;
  bool optional = false;  // Units may go without, at:
  Costs unserved = {};
};

struct Program {
  std::size_t levels = 1;
  std::size_t items = 0;
  std::vector<Group> groups;
  std::vector<Pattern> patterns;
  std::vector<Service> services;  // No pair of item and need twice.
  std::vector<Need> needs;
};

struct Solution {
  std::vector<std::int64_t> patterns;  // GPUs by pattern.
  std::vector<std::int64_t> services;  // Instances by service.
  std::vector<std::int64_t> unserved;  // Units by need.
};

// Prices from which anybody can compute a lower bound of one level: in units of 1/kPriceScale of
// the level's cost.
struct Prices {
  std::vector<std::int64_t> needs;                    // What one more unit of each need costs.
  std::array<std::int64_t, kMaxLevels> earlier = {};  // What one less in an earlier level costs.
};

struct Answer {
  Solution solution;
  std::vector<Objective> levels;
  std::vector<Prices> prices;  // By level.
};

struct Effort {
  int nodes = 20'000;  // Of the search, where prices alone do not prove it.
};

// Fails with kUnsatisfiable if needs that are not optional cannot be met, and with kFailed if the
// search gave up without any solution.
Result<Answer> solve(const Program& program, const Effort& effort = {});

// Whether the solution keeps every rule of the program. Exact.
bool is_feasible(const Program& program, const Solution& solution);

// What it costs in one level. Exact; requires: the sum is below 2^63.
std::int64_t cost(const Program& program, const Solution& solution, std::size_t level);

}  // namespace sectile::fleet::program
