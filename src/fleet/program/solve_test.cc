#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "sectile/fleet/random.h"
#include "src/fleet/program/bound.h"
#include "src/fleet/program/program.h"

namespace sectile::fleet::program {
namespace {

// Two ways to lay out as many GPUs as it takes: 3 of item 0, or 2 of item 1 and 1 of item 0.
Program covering(std::int64_t first, std::int64_t second) {
  Program program;
  program.items = 2;
  program.groups = {{.count = kUnlimited}};
  program.patterns = {
      {.group = 0, .gives = {{.item = 0, .count = 3}}, .costs = {1}},
      {.group = 0, .gives = {{.item = 0, .count = 1}, {.item = 1, .count = 2}}, .costs = {1}}};
  program.services = {{.item = 0, .need = 0}, {.item = 1, .need = 1}};
  program.needs = {{.count = first}, {.count = second}};
  return program;
}

TEST(SolveTest, UsesTheFewestGpusWithAProofByPrices) {
  const Result<Answer> answer = solve(covering(7, 3));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->levels.at(0), (Objective{.value = 4, .bound = 4, .proof = Proof::kPrices}));
  EXPECT_EQ(answer->solution.patterns, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(lower_bound(covering(7, 3), 0, {}, answer->prices.at(0)), 4);
}

TEST(SolveTest, CountsUpToAHundredMillionAreAsExactAsSmallOnes) {
  const Result<Answer> answer = solve(covering(100'000'000, 1));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->levels.at(0).value, 1 + 33'333'333);
  EXPECT_TRUE(answer->levels.at(0).optimal());
}

TEST(SolveTest, WhatCannotBeMetIsUnsatisfiableUnlessItMayGoWithout) {
  Program program = covering(7, 3);
  program.groups.front().count = 3;
  EXPECT_EQ(solve(program).error().code, ErrorCode::kUnsatisfiable);
  program.needs[0] = {.count = 7, .optional = true, .unserved = {5}};
  program.needs[1] = {.count = 3, .optional = true, .unserved = {9}};
  const Result<Answer> answer = solve(program);
  ASSERT_TRUE(answer.has_value());
  // Two GPUs for item 1 give 2 of item 0, the third gives 3: two go without, and 2 x 5 + 3 GPUs is
  // more than one less of item 1 costs, 9 + 0 x 5 + 3.
  EXPECT_EQ(answer->levels.at(0).value, 9 + 0 + 3);
  EXPECT_EQ(answer->solution.unserved, (std::vector<std::int64_t>{0, 1}));
}

TEST(SolveTest, AnExactGroupMustBeLaidOutToTheLastGpu) {
  Program program = covering(0, 0);
  program.groups.front() = {.count = 5, .exact = true};
  const Result<Answer> answer = solve(program);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->levels.at(0).value, 5);
}

TEST(SolveTest, LaterLevelsChooseAmongTheBestOfTheEarlierOnes) {
  Program program = covering(6, 0);
  program.levels = 2;
  program.patterns[0].costs = {1, 10};
  program.patterns.push_back(program.patterns[0]);
  program.patterns.back().costs = {1, 2};
  program.patterns.push_back(program.patterns[0]);
  program.patterns.back().costs = {2, 0};  // Cheapest in the second level, too dear in the first.
  const Result<Answer> answer = solve(program);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->levels.at(0).value, 2);
  EXPECT_EQ(answer->levels.at(1).value, 4);
  EXPECT_TRUE(answer->levels.at(1).optimal());
}

TEST(SolveTest, FeasibilityIsCheckedInEveryRule) {
  Program program = covering(3, 2);
  program.groups.front().count = 2;
  const Solution good{.patterns = {1, 1}, .services = {3, 2}, .unserved = {0, 0}};
  EXPECT_TRUE(is_feasible(program, good));
  const auto bad = [&](auto change) {
    Solution solution = good;
    change(solution);
    return !is_feasible(program, solution);
  };
  EXPECT_TRUE(bad([](Solution& s) { s.patterns = {2, 1}; })) << "too many GPUs";
  EXPECT_TRUE(bad([](Solution& s) { s.patterns = {2, 0}; })) << "item 1 is not given";
  EXPECT_TRUE(bad([](Solution& s) { s.services = {2, 2}; })) << "a need is not met";
  EXPECT_TRUE(bad([](Solution& s) { s.services = {4, 2}; })) << "more than the need";
  EXPECT_TRUE(bad([](Solution& s) { s.unserved = {1, 0}, s.services = {2, 2}; })) << "not optional";
  EXPECT_TRUE(bad([](Solution& s) { s.patterns = {-1, 1}; })) << "negative";
  EXPECT_TRUE(bad([](Solution& s) { s.patterns.pop_back(); })) << "another program's";
}

// Small random programs, and what exhaustion finds.

class Brute {
 public:
  explicit Brute(const Program& program) : program_(program) { choose(0, {}); }

  bool found() const { return found_; }
  const Costs& best() const { return best_; }

 private:
  static constexpr std::int64_t kMost = 4;  // Of a pattern.

  void choose(std::size_t pattern, std::vector<std::int64_t> counts) {
    if (pattern < program_.patterns.size()) {
      for (std::int64_t n = 0; n <= kMost; ++n) {
        counts.push_back(n);
        choose(pattern + 1, counts);
        counts.pop_back();
      }
      return;
    }
    Solution solution{.patterns = counts,
                      .services = std::vector<std::int64_t>(program_.services.size(), 0),
                      .unserved = {}};
    serve(0, solution);
  }

  void serve(std::size_t service, Solution& solution) {
    if (service < program_.services.size()) {
      for (std::int64_t n = 0; n <= program_.needs[program_.services[service].need].count; ++n) {
        solution.services[service] = n;
        serve(service + 1, solution);
      }
      return;
    }
    solution.unserved.clear();
    for (std::size_t i = 0; i < program_.needs.size(); ++i) {
      std::int64_t left = program_.needs[i].count;
      for (std::size_t k = 0; k < program_.services.size(); ++k) {
        left -= program_.services[k].need == i ? solution.services[k] : 0;
      }
      solution.unserved.push_back(left);
    }
    if (is_feasible(program_, solution)) {
      Costs costs{};
      for (std::size_t level = 0; level < program_.levels; ++level) {
        costs[level] = cost(program_, solution, level);
      }
      best_ = found_ ? std::min(best_, costs) : costs;
      found_ = true;
    }
  }

  const Program& program_;
  bool found_ = false;
  Costs best_ = {};
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::int64_t up_to(std::int64_t most) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most) + 1));
  }

 private:
  Random random_;
};

Costs random_costs(Dice& dice) {
  return {dice.up_to(3), dice.up_to(3)};
}

std::vector<Give> random_gives(Dice& dice) {
  std::vector<Give> gives;
  for (std::size_t item = 0; item < 2; ++item) {
    if (const auto count = static_cast<int>(dice.up_to(2)); count > 0) {
      gives.push_back({.item = item, .count = count});
    }
  }
  return gives;
}

void add_random_need(Dice& dice, Program& program) {
  const std::size_t need = program.needs.size();
  program.needs.push_back(
      {.count = dice.up_to(3), .optional = dice.up_to(1) == 0, .unserved = random_costs(dice)});
  for (std::size_t item = 0; item < 2; ++item) {
    if (item == need || dice.up_to(1) == 0) {
      program.services.push_back({.item = item, .need = need, .costs = random_costs(dice)});
    }
  }
}

Program random_program(Dice& dice) {
  Program program;
  program.levels = 2;
  program.items = 2;
  for (int i = 0; i < 2; ++i) {
    program.groups.push_back({.count = dice.up_to(3) + 1, .exact = dice.up_to(3) == 0});
  }
  for (std::size_t i = 0; i < 4; ++i) {
    Pattern pattern{.group = i % 2, .gives = {}, .costs = random_costs(dice)};
    pattern.gives = random_gives(dice);
    program.patterns.push_back(pattern);
  }
  for (int need = 0; need < 2; ++need) {
    add_random_need(dice, program);
  }
  return program;
}

Prices random_prices(Dice& dice, const Program& program) {
  Prices prices;
  for (std::size_t need = 0; need < program.needs.size(); ++need) {
    prices.needs.push_back(dice.up_to(4 * kPriceScale) - kPriceScale / 2);
  }
  return prices;
}

TEST(SolveTest, SmallProgramsAreSolvedAsExhaustionDoes) {
  int feasible = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Dice dice(seed);
    const Program program = random_program(dice);
    const Brute brute(program);
    const Result<Answer> answer = solve(program);
    ASSERT_EQ(answer.has_value(), brute.found()) << seed;
    if (!answer) {
      continue;
    }
    ++feasible;
    EXPECT_TRUE(is_feasible(program, answer->solution)) << seed;
    for (std::size_t level = 0; level < program.levels; ++level) {
      EXPECT_EQ(answer->levels[level].value, brute.best()[level]) << seed << " level " << level;
      EXPECT_EQ(cost(program, answer->solution, level), brute.best()[level]) << seed;
      EXPECT_TRUE(answer->levels[level].optimal()) << seed;
    }
  }
  EXPECT_GT(feasible, 30);
}

TEST(BoundTest, NoPricesWhateverMakeABoundAboveTheOptimum) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Dice dice(seed);
    Program program = random_program(dice);
    program.levels = 1;
    if (dice.up_to(1) == 0) {
      program.groups[1] = {.count = kUnlimited};
    }
    const Result<Answer> answer = solve(program);
    if (!answer) {
      continue;
    }
    for (int i = 0; i < 50; ++i) {
      EXPECT_LE(lower_bound(program, 0, {}, random_prices(dice, program)), answer->levels[0].value)
          << seed;
    }
  }
}

TEST(SolveTest, TheSameProgramGivesTheSameAnswer) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Dice dice(seed);
    const Program program = random_program(dice);
    const Result<Answer> first = solve(program);
    const Result<Answer> second = solve(program);
    ASSERT_EQ(first.has_value(), second.has_value());
    if (first) {
      EXPECT_EQ(first->solution.patterns, second->solution.patterns);
      EXPECT_EQ(first->solution.services, second->solution.services);
    }
  }
}

}  // namespace
}  // namespace sectile::fleet::program
