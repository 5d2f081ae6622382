#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "sectile/base/check.h"
#include "src/fleet/program/bound.h"
#include "src/fleet/program/formulation.h"
#include "src/fleet/program/program.h"
#include "src/fleet/program/solver.h"

namespace sectile::fleet::program {
namespace {

using Values = std::vector<std::int64_t>;  // By variable of the formulation.

constexpr double kNearly = 1e-6;  // What the solver's numbers may be off by.

// A search of more variables than this would take minutes, and seldom find what prices do not: the
// gap is reported instead.
constexpr std::size_t kMostSearched = 5'000;

// How far from the relaxation to look: units taken back of each variable, and further groups.
constexpr std::pair<std::int64_t, std::size_t> kNeighbourhoods[] = {
    {0, 0}, {0, 32}, {2, 64}, {1, 100'000}};

// The best solution so far of one level.
struct Incumbent {
  std::optional<Solution> solution;
  std::int64_t value = 0;

  bool reaches(std::int64_t bound) const { return solution.has_value() && value <= bound; }
};

class LevelSolver {
 public:
  LevelSolver(const Program& program, std::size_t level, std::span<const std::int64_t> earlier,
              const Effort& effort)
      : program_(program),
        level_(level),
        earlier_(earlier),
        effort_(effort),
        formulation_(program, level, earlier) {}

  // `known`: a solution that is feasible, of the level before; may be empty.
  Result<Solution> run(std::optional<Solution> known);

  const Objective& objective() const { return objective_; }
  const Prices& prices() const { return prices_; }

 private:
  void offer(const Solution& solution);
  void offer_rounded();
  void offer_near(std::int64_t margin, std::size_t more_groups);
  Status search();
  Result<Values> decide(std::span<const std::int64_t> base, std::span<const std::size_t> active,
                        const SearchLimits& limits);
  std::vector<bool> open_groups(std::span<const std::int64_t> base, std::size_t more) const;
  std::vector<std::size_t> worth_growing(const std::vector<bool>& open, double cost_most) const;

  const Program& program_;
  std::size_t level_;
  std::span<const std::int64_t> earlier_;
  Effort effort_;
  Formulation formulation_;
  LinearAnswer relaxed_;
  Prices prices_;
  Objective objective_;
  Incumbent best_;
  std::int64_t search_bound_ = 0;
  bool search_complete_ = false;
};

void LevelSolver::offer(const Solution& solution) {
  if (!is_feasible(program_, solution)) {
    return;
  }
  for (std::size_t i = 0; i < level_; ++i) {
    if (cost(program_, solution, i) > earlier_[i]) {
      return;
    }
  }
  const std::int64_t value = cost(program_, solution, level_);
  if (!best_.solution || value < best_.value) {
    best_ = {.solution = solution, .value = value};
  }
}

// Solves what is left when `base` is decided, as an integer program.
Result<Values> LevelSolver::decide(std::span<const std::int64_t> base,
                                   std::span<const std::size_t> active,
                                   const SearchLimits& limits) {
  const Result<IntegerAnswer> found = solve_integer(formulation_.linear(base, active), limits);
  if (!found) {
    return fail(found);
  }
  search_complete_ = found->optimal;
  search_bound_ = static_cast<std::int64_t>(std::ceil(found->bound - kNearly));
  Values values(base.begin(), base.end());
  values.resize(formulation_.variables(), 0);
  for (std::size_t i = 0; i < active.size(); ++i) {
    values[active[i]] += std::llround(found->values[i]);
  }
  return values;
}

// The groups in which `base` leaves GPUs that the relaxation uses, and a few more that have any.
std::vector<bool> LevelSolver::open_groups(std::span<const std::int64_t> base,
                                           std::size_t more) const {
  std::vector<std::int64_t> left;
  left.reserve(program_.groups.size());
  for (const Group& group : program_.groups) {
    left.push_back(group.count);
  }
  std::vector<bool> open(program_.groups.size(), false);
  for (std::size_t i = 0; i < base.size(); ++i) {
    if (const std::optional<std::size_t> group = formulation_.group_of(i)) {
      left[*group] -= program_.groups[*group].count == kUnlimited ? 0 : base[i];
      open[*group] = open[*group] || relaxed_.values[i] > static_cast<double>(base[i]) + kNearly;
    }
  }
  for (std::size_t i = 0; i < open.size() && more > 0; ++i) {
    if (!open[i] && left[i] != 0) {
      open[i] = true;
      --more;
    }
  }
  return open;
}

// All variables but patterns of groups that are not open (empty: all are), and but those of which a
// single one would lift the cost above `cost_most`.
std::vector<std::size_t> LevelSolver::worth_growing(const std::vector<bool>& open,
                                                    double cost_most) const {
  const double room = cost_most - relaxed_.objective + kNearly;
  const std::vector<double> reduced = formulation_.reduced_costs(relaxed_.duals);
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < reduced.size(); ++i) {
    const std::optional<std::size_t> group = formulation_.group_of(i);
    if (reduced[i] <= room && (!group || open.empty() || open[*group])) {
      result.push_back(i);
    }
  }
  return result;
}

// The relaxation itself, where it is whole.
void LevelSolver::offer_rounded() {
  Values values;
  for (const double value : relaxed_.values) {
    const double whole = std::round(value);
    if (std::abs(value - whole) > kNearly) {
      return;
    }
    values.push_back(static_cast<std::int64_t>(whole));
  }
  offer(formulation_.solution(values));
}

// An optimum of an integer program lies near one of its relaxation: decides what the relaxation
// says, less a margin and the fractions, and solves the small rest.
void LevelSolver::offer_near(std::int64_t margin, std::size_t more_groups) {
  Values base;
  for (const double value : relaxed_.values) {
    const auto whole = static_cast<std::int64_t>(std::floor(value + kNearly));
    base.push_back(std::max<std::int64_t>(whole - margin, 0));
  }
  const std::vector<std::size_t> active =
      worth_growing(open_groups(base, more_groups), static_cast<double>(objective_.bound));
  if (const Result<Values> values = decide(base, active, {.nodes = 100})) {
    offer(formulation_.solution(*values));
  }
}

// Searches everything that could be better than the best so far.
Status LevelSolver::search() {
  const double room = best_.solution ? static_cast<double>(best_.value - 1) : kInfinity;
  const std::vector<std::size_t> active = worth_growing({}, room);
  const SearchLimits limits{.nodes = effort_.nodes, .cost_most = room};
  if (best_.solution && active.size() > kMostSearched) {
    return {};
  }
  const Result<Values> values = decide({}, active, limits);
  if (values) {
    offer(formulation_.solution(*values));
  } else if (!best_.solution) {
    return fail(values);
  } else if (values.error().code != ErrorCode::kUnsatisfiable) {
    return {};  // It gave up: what was known stays.
  }
  const bool complete = !values || search_complete_;
  const std::int64_t bound = complete ? best_.value : search_bound_;
  objective_.bound = std::clamp(bound, objective_.bound, best_.value);
  objective_.proof = Proof::kSearch;
  return {};
}

Result<Solution> LevelSolver::run(std::optional<Solution> known) {
  if (known) {
    offer(*known);
  }
  if (best_.solution && best_.reaches(0)) {  // Nothing costs less than nothing.
    objective_ = {.value = 0, .bound = 0, .proof = Proof::kPrices};
    prices_.needs.resize(program_.needs.size(), 0);
    return *best_.solution;
  }
  Result<LinearAnswer> relaxed =
      solve_linear(formulation_.linear({}, formulation_.all_variables()));
  if (!relaxed) {
    return fail(relaxed);
  }
  relaxed_ = std::move(*relaxed);
  prices_ = formulation_.prices(relaxed_.duals);
  objective_.bound = lower_bound(program_, level_, earlier_, prices_);
  objective_.proof = Proof::kPrices;
  offer_rounded();
  for (const auto& [margin, more_groups] : kNeighbourhoods) {
    if (!best_.reaches(objective_.bound)) {
      offer_near(margin, more_groups);
    }
  }
  if (!best_.reaches(objective_.bound)) {
    if (const Status searched = search(); !searched) {
      return fail(searched);
    }
  }
  if (!best_.solution) {
    return fail(ErrorCode::kFailed, "the solver's answer does not keep the rules",
                "please report it with the fleet and the demand");
  }
  objective_.value = best_.value;
  objective_.proof = objective_.optimal() ? objective_.proof : Proof::kNone;
  return *best_.solution;
}

// Whether every count is in range, so that no sum below can leave 64 bits unseen.
bool in_range(const Solution& solution) {
  const std::int64_t most = std::int64_t{1} << 40U;
  const auto fine = [](std::int64_t value) { return value >= 0 && value <= most; };
  return std::ranges::all_of(solution.patterns, fine) &&
         std::ranges::all_of(solution.services, fine) &&
         std::ranges::all_of(solution.unserved, fine);
}

bool keeps_groups(const Program& program, const Solution& solution) {
  std::vector<std::int64_t> used(program.groups.size(), 0);
  for (std::size_t i = 0; i < program.patterns.size(); ++i) {
    used[program.patterns[i].group] += solution.patterns[i];
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const Group& group = program.groups[i];
    if (group.count != kUnlimited &&
        (used[i] > group.count || (group.exact && used[i] != group.count))) {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace sectile::fleet::program

namespace sectile {

std::string_view to_string(Proof proof) {
  switch (proof) {
    case Proof::kPrices:
      return "prices";
    case Proof::kSearch:
      return "search";
    case Proof::kNone:
      return "none";
  }
  return "";
}

}  // namespace sectile

namespace sectile::fleet::program {

bool is_feasible(const Program& program, const Solution& solution) {
  if (solution.patterns.size() != program.patterns.size() ||
      solution.services.size() != program.services.size() ||
      solution.unserved.size() != program.needs.size() || !in_range(solution) ||
      !keeps_groups(program, solution)) {
    return false;
  }
  std::vector<std::int64_t> left(program.items, 0);
  for (std::size_t i = 0; i < program.patterns.size(); ++i) {
    for (const Give& give : program.patterns[i].gives) {
      left[give.item] += give.count * solution.patterns[i];
    }
  }
  std::vector<std::int64_t> met = solution.unserved;
  for (std::size_t i = 0; i < program.services.size(); ++i) {
    left[program.services[i].item] -= solution.services[i];
    met[program.services[i].need] += solution.services[i];
  }
  for (std::size_t i = 0; i < program.needs.size(); ++i) {
    const Need& need = program.needs[i];
    if (met[i] != need.count || (!need.optional && solution.unserved[i] != 0)) {
      return false;
    }
  }
  return std::ranges::all_of(left, [](std::int64_t count) { return count >= 0; });
}

std::int64_t cost(const Program& program, const Solution& solution, std::size_t level) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < program.patterns.size(); ++i) {
    sum += program.patterns[i].costs[level] * solution.patterns[i];
  }
  for (std::size_t i = 0; i < program.services.size(); ++i) {
    sum += program.services[i].costs[level] * solution.services[i];
  }
  for (std::size_t i = 0; i < program.needs.size(); ++i) {
    sum += program.needs[i].unserved[level] * solution.unserved[i];
  }
  return sum;
}

Result<Answer> solve(const Program& program, const Effort& effort) {
  SECTILE_CHECK(program.levels >= 1 && program.levels <= kMaxLevels);
  Answer answer;
  std::vector<std::int64_t> values;
  std::optional<Solution> known;
  for (std::size_t level = 0; level < program.levels; ++level) {
    LevelSolver solver(program, level, values, effort);
    Result<Solution> solution = solver.run(known);
    if (!solution) {
      return fail(solution);
    }
    known = std::move(*solution);
    values.push_back(solver.objective().value);
    answer.levels.push_back(solver.objective());
    answer.prices.push_back(solver.prices());
  }
  answer.solution = std::move(known).value_or(Solution());  // There is one for each level.
  return answer;
}

}  // namespace sectile::fleet::program
