#include "src/plan/attempt.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

#include "src/plan/assemble.h"

namespace sectile::internal {
namespace {

int gpus_in(const Demand& demand) {
  return std::accumulate(
      demand.kinds.begin(), demand.kinds.end(), 0,
      [](int sum, const GpuKind& kind) { return sum + static_cast<int>(kind.gpus.size()); });
}

// One unit of given up demand outweighs every GPU that could be opened.
std::int64_t slice_price(const Demand& demand) {
  return gpus_in(demand) + 1;
}

// Where smaller instances may stand in, to drop one is the last resort.
std::int64_t drop_price(const Demand& demand, const DemandClass& dropped, Shrink shrink) {
  std::int64_t slices = dropped.slices;
  if (shrink == Shrink::kYes) {
    for (const DemandClass& each : demand.classes) {
      slices += std::int64_t{each.count} * (each.slices + 2 * kMaxMemorySlices);
    }
  }
  return slices * slice_price(demand);
}

bool opens(const GpuKind& kind, const Pattern& pattern) {
  return kind.kept.empty() && !pattern.fillings.empty();
}

template <typename Value>
Program program_of(const Attempt& tried, const Value& value) {
  Program program;
  for (const DemandClass& wanted : tried.demand.classes) {
    program.demand.push_back(wanted.count);
  }
  for (std::size_t i = 0; i < tried.demand.kinds.size(); ++i) {
    const GpuKind& kind = tried.demand.kinds[i];
    Machine machine{.count = static_cast<int>(kind.gpus.size())};
    for (const Pattern& pattern : tried.kinds[i].patterns) {
      machine.columns.push_back(
          {.serves = pattern.serves, .value = value(kind, pattern), .opens = opens(kind, pattern)});
    }
    program.machines.push_back(std::move(machine));
  }
  program.opens_max = gpus_in(tried.demand);
  program.steps_max = tried.steps_max;
  return program;
}

int opened(const Attempt& tried, const Answer& answer) {
  int count = 0;
  for (std::size_t i = 0; i < answer.columns.size(); ++i) {
    for (const std::size_t column : answer.columns[i]) {
      count += opens(tried.demand.kinds[i], tried.kinds[i].patterns[column]) ? 1 : 0;
    }
  }
  return count;
}

// All values are multiples of what one slice counts for; without it the bounds round better.
std::int64_t common_divisor(const Attempt& tried) {
  std::int64_t divisor = 0;
  for (const KindPatterns& kind : tried.kinds) {
    for (const Pattern& pattern : kind.patterns) {
      divisor = std::gcd(divisor, pattern.shape->usefulness);
    }
  }
  return std::max<std::int64_t>(divisor, 1);
}

Answer most_useful(const Attempt& tried) {
  const std::int64_t unit = common_divisor(tried);
  std::int64_t total = 1;
  Program program = program_of(tried, [&](const GpuKind&, const Pattern& pattern) {
    return pattern.shape->usefulness / unit;
  });
  for (const Machine& machine : program.machines) {
    const auto most = std::ranges::max_element(machine.columns, {}, &Column::value);
    total += most->value * machine.count;
  }
  program.drop_price.assign(program.demand.size(), total);  // Dearer than all there is to win.
  program.opens_max = opened(tried, tried.answer);
  program.first = tried.answer.columns;
  return solve(program);
}

bool none_dropped(const Answer& answer) {
  return std::ranges::all_of(answer.dropped, [](int n) { return n == 0; });
}

}  // namespace

bool Attempt::complete() const {
  return demand.hopeless.empty() && none_dropped(answer);
}

bool Attempt::proven_incomplete() const {
  return !demand.hopeless.empty() || answer.bound < -gpus_in(demand);
}

Attempt attempt(std::span<const PlanGpu> gpus, std::span<const Want> wants, const Effort& effort,
                ShapeMemory& memory) {
  Attempt tried{.demand = gather(gpus, wants, effort.shrink), .steps_max = effort.steps_max};
  for (const GpuKind& kind : tried.demand.kinds) {
    tried.kinds.push_back(patterns(tried.demand, kind, memory));
  }
  Program program = program_of(tried, [&](const GpuKind& kind, const Pattern& pattern) {
    return -slice_price(tried.demand) * pattern.given_up - (opens(kind, pattern) ? 1 : 0);
  });
  for (const DemandClass& wanted : tried.demand.classes) {
    program.drop_price.push_back(drop_price(tried.demand, wanted, effort.shrink));
  }
  tried.answer = solve(program);
  return tried;
}

Plan finish(const Attempt& tried, std::span<const PlanGpu> gpus, std::span<const Want> wants) {
  const Answer useful = most_useful(tried);
  Plan plan = assemble(tried, useful, gpus, wants);
  plan.gpus_opened = opened(tried, useful);
  plan.gpus_bound = plan.gpus_used - static_cast<int>(tried.answer.bound - tried.answer.value);
  plan.proven = tried.answer.proven() && useful.proven();
  return plan;
}

std::vector<int> unplaced(const Attempt& tried, std::span<const Want> wants) {
  std::vector<int> result(wants.size(), 0);
  for (const std::size_t want : tried.demand.hopeless) {
    result[want] = wants[want].count;
  }
  // The last wants of a class go without.
  for (std::size_t k = 0; k < tried.demand.classes.size(); ++k) {
    int dropped = tried.answer.dropped[k];
    const std::vector<std::size_t>& members = tried.demand.classes[k].wants;
    for (auto want = members.rbegin(); want != members.rend(); ++want) {
      result[*want] = std::min(dropped, wants[*want].count);
      dropped -= result[*want];
    }
  }
  return result;
}

}  // namespace sectile::internal
