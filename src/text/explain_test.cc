#include "sectile/text/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"
#include "src/text/drawing_samples.h"
#include "src/text/glyphs.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Model& a100() {
  return **find_model("a100-80gb");
}

Layout layout(const char* text) {
  return parse_layout(a100(), text).value();
}

PlanGpu gpu(std::string name, const char* kept = "-") {
  return {.name = std::move(name), .model = &a100(), .kept = layout(kept)};
}

std::vector<Want> wants(const char* text) {
  return parse_wants(text).value();
}

void expect_narrow(const std::string& text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    const std::string line = text.substr(start, end - start);
    EXPECT_LE(internal::columns(line), 80) << line;
    EXPECT_EQ(internal::clean(line), line);
    start = end + 1;
  }
}

// One 3g.40gb at 4 of two starts, and one 1g.10gb beside what was there.
Plan small_plan() {
  const Layout both = layout("3g.40gb@4 1g.10gb@0 1g.10gb@1");
  return {.layouts = {both, {}},
          .assignments = {{.want = 0, .gpu = 0, .slot = both.slots()[2]},
                          {.want = 1, .gpu = 0, .slot = both.slots()[1]}},
          .reasons = {{.assignment = 0, .legal_starts = {4}},
                      {.assignment = 1,
                       .legal_starts = {1, 2, 3},
                       .usefulness = 70,
                       .next_best = 60,
                       .profiles_considered = 7}},
          .gpus_used = 1,
          .gpus_opened = 0,
          .gpus_bound = 1};
}

TEST(ExplainPlanTest, EachInstanceHasItsReason) {
  const std::vector<PlanGpu> gpus = {gpu("gpu0", "1g.10gb@0"), gpu("gpu1")};
  EXPECT_EQ(explain(small_plan(), gpus, wants("train=1x3g.40gb,1x>=9GiB")),
            R"(2 wanted instances on 1 of 2 GPUs; proven: no plan opens fewer GPUs

gpu0 (a100-80gb)  ab..cccc  3g.40gb@4 1g.10gb@0 1g.10gb@1
  1g.10gb@0  was there and stays
  1g.10gb@1  for 1x>=9GiB: could start at 2 or 3 as well, but that would leave
             less useful space; smallest of 7 profiles that serve it
  3g.40gb@4  for train=1x3g.40gb: the only start that the others leave
  free: 2 memory slices; idle: 2 compute slices

empty: 1 GPU
)");
}

TEST(ExplainPlanTest, ProofIsClaimedOnlyWhereThereIsOne) {
  const std::vector<PlanGpu> gpus = {gpu("gpu0", "1g.10gb@0"), gpu("gpu1")};
  const std::vector<Want> asked = wants("1x3g.40gb,1x1g.10gb");
  Plan plan = small_plan();
  plan.gpus_bound = 0;
  plan.proven = false;
  const std::string text = explain(plan, gpus, asked);
  EXPECT_THAT(text, HasSubstr("; not proven: 0 might do"));
  EXPECT_THAT(text, HasSubstr("the search gave up before it was certain"));
  EXPECT_THAT(text, Not(HasSubstr("no plan opens fewer")));
  EXPECT_THAT(explain(small_plan(), gpus, asked), Not(HasSubstr("gave up")));
}

TEST(ExplainPlanTest, EqualStartsAreCalledEqual) {
  Plan plan = small_plan();
  plan.reasons[1].next_best = plan.reasons[1].usefulness;
  const std::vector<PlanGpu> gpus = {gpu("gpu0", "1g.10gb@0"), gpu("gpu1")};
  const std::string text = explain(plan, gpus, wants("1x3g.40gb,1x1g.10gb"));
  EXPECT_THAT(text, HasSubstr("which would leave"));
  EXPECT_THAT(text, Not(HasSubstr("but that would")));
}

TEST(ExplainPlanTest, GpusThatWereEmptyAreCounted) {
  const std::vector<PlanGpu> gpus = {gpu("gpu0", "1g.10gb@0"), gpu("gpu1")};
  Plan plan = small_plan();
  const auto first_line = [&] {
    const std::string text = explain(plan, gpus, wants("1x3g.40gb,1x1g.10gb"));
    return text.substr(0, text.find(';'));
  };
  plan.gpus_opened = 1;
  EXPECT_EQ(first_line(), "2 wanted instances on 1 of 2 GPUs, empty before");
  plan.gpus_used = 2;
  EXPECT_EQ(first_line(), "2 wanted instances on 2 of 2 GPUs, 1 of them empty before");
  plan.gpus_opened = 2;
  EXPECT_EQ(first_line(), "2 wanted instances on 2 of 2 GPUs, all empty before");
}

TEST(ExplainPlanTest, WantsThatShareAnInstanceShareALine) {
  const std::vector<PlanGpu> gpus = {gpu("gpu0")};
  const std::vector<Want> asked = wants("a=2x1c.3g.40gb,b=1x1c.3g.40gb,1x4g.40gb");
  const PackResult plan = pack(gpus, asked);
  ASSERT_TRUE(plan);
  const std::string text = explain(*plan, gpus, asked);
  EXPECT_THAT(text, HasSubstr("  3g.40gb@4[1c 1c 1c]  for a=2x1c.3g.40gb, b=1x1c.3g.40gb: the "));
  EXPECT_THAT(text, HasSubstr("  nothing is idle\n"));
}

Infeasible refused() {
  return {.missing = {{.want = 1,
                       .unplaced = 1,
                       .memory_slices_needed = 1,
                       .memory_slices_free = 4,
                       .largest_free_run = 4,
                       .holders = {"gpu0 0:4 3g.40gb pid 4711 python"},
                       .reason = "it is full"}},
          .nearest = {{.layouts = {layout("3g.40gb@0 3g.40gb@4")},
                       .difference = "without 1x 1g.10gb",
                       .distance = 2},
                      {.layouts = {layout("3g.40gb@0 3g.40gb@4"), layout("1g.10gb@6")},
                       .difference = "on 2 GPUs: 1 more a100-80gb",
                       .distance = 15}},
          .summary = "all 8 memory slices are taken"};
}

TEST(ExplainInfeasibleTest, SaysWhatIsMissingWhoHoldsItAndWhatIsNear) {
  const std::vector<PlanGpu> gpus = {gpu("gpu0", "3g.40gb@0")};
  EXPECT_EQ(explain(refused(), gpus, wants("1x3g.40gb,1x1g.10gb")),
            R"(does not fit: all 8 memory slices are taken

1x1g.10gb: it is full
  4 memory slices free before, the longest run that an instance can take: 4
  in the way: gpu0 0:4 3g.40gb pid 4711 python

nearest that fit, by the memory plus compute slices given up or added:
  1. without 1x 1g.10gb (distance 2)
     gpu0  aaaabbbb  3g.40gb@0 3g.40gb@4
  2. on 2 GPUs: 1 more a100-80gb (distance 15)
     gpu0  aaaabbbb  3g.40gb@0 3g.40gb@4
     added  ......a.  1g.10gb@6
)");
}

TEST(ExplainInfeasibleTest, SaysNothingTwice) {
  Infeasible infeasible = refused();
  infeasible.missing[0].reason = infeasible.summary;
  infeasible.nearest.clear();
  EXPECT_EQ(explain(infeasible, std::vector{gpu("gpu0")}, wants("1x3g.40gb,1x1g.10gb")),
            R"(does not fit: all 8 memory slices are taken
  4 memory slices free before, the longest run that an instance can take: 4
  in the way: gpu0 0:4 3g.40gb pid 4711 python
)");
}

TEST(ExplainInfeasibleTest, AddedGpusAreDrawnAsTheirOwnModel) {
  const Model& a30 = **find_model("a30-24gb");
  const std::vector<PlanGpu> gpus = {gpu("gpu0"), {.name = "gpu1", .model = &a30}};
  Infeasible infeasible = refused();
  infeasible.nearest = {{.layouts = {{}, {}, parse_layout(a30, "4g.24gb@0").value()},
                         .difference = "on 3 GPUs: 1 more a30-24gb"}};
  EXPECT_THAT(explain(infeasible, gpus, wants("1x3g.40gb,1x1g.10gb")),
              HasSubstr("     added  aaaa  4g.24gb@0\n"));
}

TEST(ExplainInfeasibleTest, ManyGpusAreCut) {
  Infeasible infeasible = refused();
  infeasible.nearest = {{.layouts = std::vector<Layout>(11), .difference = "nothing at all"}};
  const std::vector<PlanGpu> gpus(11, gpu("gpu"));
  EXPECT_THAT(explain(infeasible, gpus, wants("1x3g.40gb,1x1g.10gb")),
              HasSubstr("     gpu  ........  -\n     3 more GPUs\n"));
}

TEST(ExplainInfeasibleTest, RealRefusalsFitEightyColumns) {
  const Model& a30 = **find_model("a30-24gb");
  PlanGpu busy = gpu("gpu0", "3g.40gb@0");
  busy.holders = {"pid 4711 python"};
  const std::vector<PlanGpu> gpus = {busy, {.name = "gpu1", .model = &a30}};
  for (const char* text : {"2x3g.40gb,3x>=5GiB", "9x1g.10gb", "1x9g.90gb", "1x>=500GiB"}) {
    const PackResult result = pack(gpus, wants(text));
    ASSERT_FALSE(result) << text;
    const std::string words = explain(result.error(), gpus, wants(text));
    EXPECT_THAT(words, HasSubstr("does not fit: "));
    expect_narrow(words);
  }
}

TEST(ExplainTransitionTest, TellsWhatStaysGoesAndComesThenTheSteps) {
  const Transition change =
      transition(a100(), layout("3g.40gb@4 1g.10gb@0"), layout("3g.40gb@4[2c 1c] 2g.20gb@0"))
          .value();
  EXPECT_EQ(explain(change, a100(), "gpu0"), R"(gpu0: 1 kept, 1 destroyed, 1 created
  keep     3g.40gb@4[2c 1c] (its compute instances change)
  destroy  1g.10gb@0
  create   2g.20gb@0
steps:
   1. destroy the compute instance that fills 1g.10gb@0
   2. destroy the compute instance that fills 3g.40gb@4
   3. destroy the GPU instance 1g.10gb@0
   4. create the GPU instance 2g.20gb@0
   5. create the compute instance that fills 2g.20gb@0
   6. create the compute instance 2c.3g.40gb at compute slice 0 of 3g.40gb@4
   7. create the compute instance 1c.3g.40gb at compute slice 2 of 3g.40gb@4
)");
}

TEST(ExplainTransitionTest, WhatStaysAsItIsIsNotSaidToChange) {
  const Transition change =
      transition(a100(), layout("3g.40gb@4"), layout("3g.40gb@4 2g.20gb@0")).value();
  EXPECT_THAT(explain(change, a100(), "gpu0"), HasSubstr("  keep     3g.40gb@4\n"));
}

TEST(ExplainTransitionTest, NothingToDoNeedsNoWords) {
  EXPECT_EQ(explain(Transition{}, a100(), "gpu0"), "");
}

TEST(ExplainStrategyTest, ShowsTheLayoutAndTheReasons) {
  const StrategyResult result{.layout = layout("3g.40gb@0 3g.40gb@4"),
                              .reasons = {"because it is so", "and one more thing"}};
  EXPECT_EQ(explain(result, a100(), Strategy::kMemoryBalanced),
            R"(memory-balanced on a100-80gb  aaaabbbb  3g.40gb@0 3g.40gb@4
  because it is so
  and one more thing
)");
}

TEST(ExplainTest, HostileNamesAreNeutralised) {
  for (const std::string& name : samples::hostile_names()) {
    std::vector<PlanGpu> gpus = {gpu(name, "1g.10gb@0"), gpu(name)};
    std::vector<Want> asked = wants("1x3g.40gb,1x1g.10gb");
    asked[0].name = name;
    expect_narrow(explain(small_plan(), gpus, asked));
    Infeasible infeasible = refused();
    infeasible.missing[0].holders = {name};
    expect_narrow(explain(infeasible, gpus, asked));
    expect_narrow(explain(transition(a100(), {}, layout("3g.40gb@4")).value(), a100(), name));
  }
}

}  // namespace
}  // namespace sectile
