#include "sectile/plan/advise.h"

#include <gmock/gmock.h>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

using ::testing::ElementsAre;

const Model& h100() {
  return **find_model("h100-80gb-sxm5");
}

Want need(std::int64_t mib, int count = 1) {
  return {.count = count, .what = ByNeed{.memory_min = {mib}}};
}

Advice on_h100(const Want& want, const WorkloadTraits& traits, const AdviceOptions& options = {}) {
  const std::optional<Advice> advice = advise(h100(), want, traits, options);
  EXPECT_TRUE(advice.has_value());
  return advice.value_or(Advice{});
}

// One row for each rule, with the numbers at its border.
TEST(AdviseTest, EachRuleDecidesWhereItApplies) {
  struct Case {
    std::string_view what;
    Want want;
    WorkloadTraits traits;
    Sharing sharing;
    AdviceRule rule;
  };
  const std::int64_t whole = h100().whole().memory.value;
  for (const Case& c : {
           Case{"several GPUs asked",
                need(1000),
                {.gpus = 2},
                Sharing::kSeveralGpus,
                AdviceRule::kGpusAtOnce},
           Case{"above the GPU", need(whole + 1), {}, Sharing::kSeveralGpus, AdviceRule::kTooLarge},
           Case{"all of it", need(whole), {}, Sharing::kWholeGpu, AdviceRule::kFillsGpu},
           Case{"above the half", need(40449), {}, Sharing::kWholeGpu, AdviceRule::kFillsGpu},
           Case{"the half", need(40448), {}, Sharing::kSlice, AdviceRule::kUntrusted},
           Case{
               "busy", need(1000), {.busy_percent = 70}, Sharing::kWholeGpu, AdviceRule::kFillsGpu},
           Case{"not so busy",
                need(1000),
                {.busy_percent = 57},
                Sharing::kSlice,
                AdviceRule::kUntrusted},
           Case{"strangers, bursty",
                need(1000, 2),
                {.bursty = true},
                Sharing::kSlice,
                AdviceRule::kUntrusted},
           Case{"friends, latency",
                need(1000, 2),
                {.trusted = true, .latency_critical = true},
                Sharing::kSlice,
                AdviceRule::kLatency},
           Case{"friends, quiet",
                need(1000, 2),
                {.trusted = true, .bursty = true, .busy_percent = 15},
                Sharing::kTimeSlicing,
                AdviceRule::kQuiet},
           Case{"friends, louder",
                need(1000, 2),
                {.trusted = true, .bursty = true, .busy_percent = 16},
                Sharing::kMps,
                AdviceRule::kBorrows},
           Case{"friends, too many to borrow",
                need(9000, 20),
                {.trusted = true, .bursty = true},
                Sharing::kSlice,
                AdviceRule::kFits},
           Case{"friends, above a border",
                need(11'000, 4),
                {.trusted = true},
                Sharing::kMps,
                AdviceRule::kAboveBorder},
           Case{"friends, below it",
                need(12'058, 4),
                {.trusted = true},
                Sharing::kSlice,
                AdviceRule::kFits},
           Case{"alone above a border",
                need(11'000),
                {.trusted = true},
                Sharing::kSlice,
                AdviceRule::kFits},
       }) {
    const Advice advice = on_h100(c.want, c.traits);
    EXPECT_EQ(advice.sharing, c.sharing) << c.what;
    ASSERT_FALSE(advice.reasons.empty()) << c.what;
    EXPECT_EQ(advice.reasons.front().rule, c.rule) << c.what;
  }
}

TEST(AdviseTest, NamesTheSliceAndItsNumbers) {
  const Advice advice = on_h100(need(9000, 3), {});
  EXPECT_EQ(advice.profile->name, "1g.10gb");
  EXPECT_THAT(advice.reasons, ElementsAre(AdviceReason{AdviceRule::kUntrusted, {3, 7}}));
}

TEST(AdviseTest, ABusyWorkloadGetsTheComputeItKeepsBusy) {
  // 30 % of 7 compute slices are 2.1: three slices.
  EXPECT_EQ(on_h100(need(1000), {.busy_percent = 30}).profile->name, "3g.40gb");
  EXPECT_EQ(on_h100(need(1000), {.busy_percent = 28}).profile->name, "2g.20gb");
}

TEST(AdviseTest, SaysWhatTheDecisionCosts) {
  const Advice wasted = on_h100(need(11'000), {});
  ASSERT_EQ(wasted.reasons.size(), 2U);
  EXPECT_EQ(wasted.reasons[1].rule, AdviceRule::kWasteAccepted);
  EXPECT_THAT(wasted.reasons[1].numbers, ElementsAre(11'000, 20'096, 45, 40));
  EXPECT_EQ(on_h100(need(11'000), {}, {.idle_percent_max = 45}).reasons.size(), 1U);

  const Advice shared = on_h100(need(1000, 2), {.trusted = true, .bursty = true});
  ASSERT_EQ(shared.reasons.size(), 2U);
  EXPECT_EQ(shared.reasons[1].rule, AdviceRule::kMpsNoIsolation);
}

TEST(AdviseTest, AmpereInAVirtualMachineChangesModeByReboot) {
  const Model& a100 = **find_model("a100-80gb");
  const auto rules = [&](const Model& model, bool virtual_machine) {
    std::vector<AdviceRule> found;
    const std::optional<Advice> advice =
        advise(model, need(9000), {}, {.virtual_machine = virtual_machine});
    for (const AdviceReason& reason : advice->reasons) {
      found.push_back(reason.rule);
    }
    return found;
  };
  EXPECT_THAT(rules(a100, true), ElementsAre(AdviceRule::kUntrusted, AdviceRule::kModeNeedsReset));
  EXPECT_THAT(rules(a100, false), ElementsAre(AdviceRule::kUntrusted));
  EXPECT_THAT(rules(h100(), true), ElementsAre(AdviceRule::kUntrusted));
}

TEST(AdviseTest, CountsTheGpusOfWhatIsTooLarge) {
  const Advice advice = on_h100(need(200'000), {});
  EXPECT_EQ(advice.gpus, 3);
  EXPECT_EQ(on_h100(need(200'000), {.gpus = 8}).gpus, 8);
}

TEST(AdviseTest, TakesTheModelOnWhichASliceIsTheLeast) {
  const Model& a30 = **find_model("a30");
  const Model* models[] = {&a30, &h100()};
  const auto chosen = [](std::span<const Model* const> among, const Want& want) {
    return advise(among, want, {}, {}).value_or(Advice()).model;
  };
  EXPECT_EQ(chosen(models, need(9000)), &h100());  // 1 of 8 memory slices
  EXPECT_EQ(chosen(models, need(5000)), &h100());
  const Model* other[] = {&h100(), &a30};
  EXPECT_EQ(chosen(other, need(30'000)), &h100());  // not on an A30 at all
}

TEST(AdviseTest, KnowsNoAnswerForUnknownLabels) {
  const Want unknown{.what = ByProfile{.label = "9g.99gb"}};
  EXPECT_FALSE(advise(h100(), unknown, {}, {}).has_value());
  const Want graphics{.what = ByNeed{.memory_min = {1000}, .graphics = true}};
  EXPECT_FALSE(advise(h100(), graphics, {}, {}).has_value());
  const Want label{.count = 2, .what = ByProfile{.label = "3g.40gb"}};
  EXPECT_EQ(advise(h100(), label, {}, {}).value_or(Advice()).profile,
            h100().find_by_name("3g.40gb"));
}

}  // namespace
}  // namespace sectile
