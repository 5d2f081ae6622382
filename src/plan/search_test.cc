#include "src/plan/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

#include "src/plan/prices.h"

namespace sectile::internal {
namespace {

// The same question answered by trying everything: machine by machine, column by column.
class TryAll {
 public:
  explicit TryAll(const Program& program) : program_(program) {}

  std::int64_t run() { return best(0, 0, program_.demand, program_.opens_max); }

 private:
  std::int64_t best(std::size_t kind, int used, std::vector<int> rest, int opens) {
    if (kind == program_.machines.size()) {
      std::int64_t cost = 0;
      for (std::size_t k = 0; k < rest.size(); ++k) {
        cost += rest[k] * program_.drop_price[k];
      }
      return -cost;
    }
    if (used == program_.machines[kind].count) {
      return best(kind + 1, 0, std::move(rest), opens);
    }
    std::int64_t most = -1'000'000'000;
    for (const Column& column : program_.machines[kind].columns) {
      std::vector<int> left = rest;
      for (std::size_t k = 0; k < left.size(); ++k) {
        left[k] -= column.serves[k];
      }
      const int opens_left = opens - (column.opens ? 1 : 0);
      if (opens_left >= 0 && std::ranges::min(left) >= 0) {
        most = std::max(most, column.value + best(kind, used + 1, std::move(left), opens_left));
      }
    }
    return most;
  }

  const Program& program_;
};

std::int64_t worth(const Program& program, const Answer& answer) {
  std::int64_t value = 0;
  int opens = program.opens_max;
  std::vector<int> rest = program.demand;
  for (std::size_t i = 0; i < program.machines.size(); ++i) {
    EXPECT_EQ(answer.columns[i].size(), static_cast<std::size_t>(program.machines[i].count));
    for (const std::size_t index : answer.columns[i]) {
      const Column& column = program.machines[i].columns[index];
      value += column.value;
      opens -= column.opens ? 1 : 0;
      std::ranges::transform(rest, column.serves, rest.begin(), std::minus());
    }
  }
  EXPECT_EQ(rest, answer.dropped);
  EXPECT_GE(opens, 0);
  for (std::size_t k = 0; k < rest.size(); ++k) {
    EXPECT_GE(rest[k], 0);
    value -= rest[k] * program.drop_price[k];
  }
  return value;
}

// What serves nothing does not open, and each is there once.
void add_new(Machine& machine, Column column) {
  if (std::ranges::find(machine.columns, column.serves, &Column::serves) == machine.columns.end()) {
    machine.columns.push_back(std::move(column));
  }
}

class Dice {
 public:
  explicit Dice(std::mt19937& random) : random_(random) {}
  int operator()(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random_);
  }

 private:
  std::mt19937& random_;
};

Machine random_machine(Dice& roll, int classes) {
  Machine machine{.count = roll(0, 2)};
  const std::vector<int> nothing(static_cast<std::size_t>(classes), 0);
  machine.columns.push_back({.serves = nothing, .value = roll(-5, 20)});
  for (int columns = roll(0, 6); columns > 0; --columns) {
    Column column{.serves = nothing, .value = roll(-20, 20), .opens = roll(0, 2) == 0};
    std::ranges::generate(column.serves, [&] { return roll(0, 2); });
    add_new(machine, std::move(column));
  }
  return machine;
}

Program random_program(std::mt19937& random) {
  Dice roll(random);
  Program program;
  const int classes = roll(1, 3);
  for (int k = 0; k < classes; ++k) {
    program.demand.push_back(roll(0, 4));
    program.drop_price.push_back(roll(0, 30));
  }
  for (int kinds = roll(1, 2); kinds > 0; --kinds) {
    program.machines.push_back(random_machine(roll, classes));
  }
  program.opens_max = roll(0, 4);
  return program;
}

TEST(SearchTest, AgreesWithTryingEverything) {
  std::mt19937 random(20261122);
  for (int i = 0; i < 3000; ++i) {
    const Program program = random_program(random);
    const Answer answer = solve(program);
    ASSERT_TRUE(answer.proven());
    ASSERT_EQ(answer.value, TryAll(program).run()) << "program " << i;
    ASSERT_EQ(worth(program, answer), answer.value) << "program " << i;
  }
}

TEST(SearchTest, WithoutStepsTheFirstAnswerAndATrueBoundAreGiven) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    Program program = random_program(random);
    const std::int64_t best = solve(program).value;
    program.steps_max = 0;
    const Answer hasty = solve(program);
    EXPECT_EQ(worth(program, hasty), hasty.value);
    EXPECT_LE(hasty.value, best);
    EXPECT_GE(hasty.bound, best);
  }
}

TEST(SearchTest, BeginsWithTheAnswerItIsGiven) {
  const Program program{
      .demand = {1},
      .drop_price = {100},
      .machines = {{.count = 1, .columns = {{.serves = {0}}, {.serves = {1}, .value = 7}}}},
      .first = {{1}},
      .steps_max = 0};
  const Answer answer = solve(program);
  EXPECT_EQ(answer.value, 7);
  EXPECT_EQ(answer.columns, program.first);
}

TEST(SearchTest, NoMachinesDropEverything) {
  const Answer answer = solve({.demand = {3}, .drop_price = {2}});
  EXPECT_EQ(answer.value, -6);
  EXPECT_TRUE(answer.proven());
}

TEST(PricesTest, ThreeWindowsOfAGpuAreSharedByTheirLength) {
  // Each machine takes one of class 0 or two of class 1; opening costs 1: prices 1 and 1/2.
  const Program program{.demand = {4, 4},
                        .drop_price = {50, 50},
                        .machines = {{.count = 10,
                                      .columns = {{.serves = {0, 0}},
                                                  {.serves = {1, 0}, .value = -1, .opens = true},
                                                  {.serves = {0, 1}, .value = -1, .opens = true},
                                                  {.serves = {0, 2}, .value = -1, .opens = true}}}},
                        .opens_max = 10};
  const Prices prices = find_prices(program);
  EXPECT_EQ(prices.instance[0], -kPriceScale);
  EXPECT_EQ(prices.instance[1], -kPriceScale / 2);
  EXPECT_EQ(prices.open, 0);
}

}  // namespace
}  // namespace sectile::internal
