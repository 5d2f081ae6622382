// Reading plans back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/text/json.h"
#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"

namespace sectile {
namespace {

using testing::HasSubstr;

std::vector<ConfigGpu> gpus(std::string_view spec) {
  return config_gpus(parse_gpu_spec(spec).value());
}

// A plan with one GPU, as text to be spoilt.
std::string plan_text(std::string_view notation = "3g@4 2g@0") {
  const std::vector<ConfigGpu> on = gpus("a100-80gb");
  const std::vector<NamedLayout> layouts = {
      {.name = "gpu0",
       .model = on[0].model,
       .layout = parse_layout(*on[0].model, notation).value()}};
  return plan_json(layouts, "custom", std::vector<std::string>{"why"});
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t where = text.find(from);
  EXPECT_NE(where, std::string::npos) << from;
  return text.replace(where, from.size(), to);
}

std::string error_of(const std::string& text) {
  const Result<PlanDocument> plan = parse_plan_json(text, "p.json");
  return plan ? "" : plan.error().message;
}

TEST(PlanJsonTest, APlanOfWantsReadsBack) {
  const std::vector<ConfigGpu> on = gpus("2xa100-80gb");
  const std::vector<PlanGpu> plan_gpus = {
      {.name = "gpu0", .model = on[0].model, .kept = {}, .holders = {}},
      {.name = "gpu1", .model = on[1].model, .kept = {}, .holders = {}}};
  const std::vector<Want> wants = parse_wants("2x3g.40gb,1c.2g.20gb,1g").value();
  const Plan plan = pack(plan_gpus, wants).value();
  const PlanDocument document =
      parse_plan_json(plan_json(plan_gpus, wants, plan), "p.json").value();
  const Resolution resolution = resolve_plan(document, on).value();
  ASSERT_EQ(resolution.gpus.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(resolution.gpus[i].layout, plan.layouts[i]);
    EXPECT_TRUE(resolution.gpus[i].exact);
    EXPECT_TRUE(resolution.gpus[i].mig_enabled);
    EXPECT_EQ(resolution.gpus[i].origin, "p.json");
  }
}

TEST(PlanJsonTest, LayoutsAndStrategiesReadBack) {
  const std::vector<ConfigGpu> on = gpus("a100-80gb");
  for (const char* notation : {"-", "7g[3c 2c 2c]", "3g@4[] 1g@0"}) {
    const Layout layout = parse_layout(*on[0].model, notation).value();
    EXPECT_EQ(
        resolve_plan(parse_plan_json(plan_text(notation), "p").value(), on).value().gpus[0].layout,
        layout);
    const std::vector<NamedLayout> named = {
        {.name = "gpu0", .model = on[0].model, .layout = layout}};
    EXPECT_TRUE(parse_plan_json(layouts_json(named), "p")) << notation;
  }
}

TEST(PlanJsonTest, APlanThatDidNotFitIsUnsatisfiable) {
  const std::vector<PlanGpu> on = {
      {.name = "gpu0", .model = gpus("a30")[0].model, .kept = {}, .holders = {}}};
  const std::vector<Want> wants = parse_wants("2x4g").value();
  const Error error =
      parse_plan_json(infeasible_json(on, wants, pack(on, wants).error()), "p").error();
  EXPECT_EQ(error.code, ErrorCode::kUnsatisfiable);
  EXPECT_THAT(error.message, HasSubstr("this is a plan that did not fit: "));
}

TEST(PlanJsonTest, RefusesWhatIsNoPlan) {
  EXPECT_EQ(error_of(plan_text()), "");
  EXPECT_THAT(error_of(""), HasSubstr("the plan must be a map"));
  EXPECT_THAT(error_of(with(plan_text(), "plan/v1", "plan/v2")), HasSubstr("is no plan"));
  EXPECT_THAT(error_of(with(plan_text(), "\"gpus\"", "\"gpu\"")),
              HasSubstr("lacks the field 'gpus'"));
  EXPECT_THAT(error_of(with(plan_text(), "\"notes\"", "\"note\"")), HasSubstr("no field 'note'"));
  EXPECT_THAT(error_of(with(plan_text(), "\"profile_id\": 14", "\"profile_id\": -14")),
              HasSubstr("profile_id must be from 0"));
  EXPECT_THAT(error_of(with(plan_text(), "\"start\": 4", "\"start\": 13")),
              HasSubstr("start must be from 0 to 12"));
  EXPECT_THAT(error_of(with(plan_text(), "@4", "")), HasSubstr("says where each instance is"));
  EXPECT_THAT(error_of(with(plan_text(), "\"feasible\": true", "\"feasible\": 1")),
              HasSubstr("feasible must be true or false"));
  EXPECT_THAT(error_of(R"({"schema": "sectile/plan/v1", "gpus": []})"),
              HasSubstr("from 1 to 4096"));
}

Error resolve_error(const std::string& text, const std::vector<ConfigGpu>& on) {
  return resolve_plan(parse_plan_json(text, "p.json").value(), on).error();
}

TEST(PlanJsonTest, ThePlanMustAgreeWithItselfAndTheNode) {
  const std::vector<ConfigGpu> on = gpus("a100-80gb");
  EXPECT_EQ(resolve_error(with(plan_text(), "3g.40gb@4", "3g.40gb@4 1g.10gb@2"), on).message,
            "p.json: layout '3g.40gb@4 1g.10gb@2 2g.20gb@0' and instances of 'gpu0' do not agree");
  EXPECT_THAT(resolve_error(with(plan_text(), "\"start\": 4", "\"start\": 0"), on).message,
              HasSubstr("do not agree"));
  EXPECT_EQ(resolve_error(plan_text(), gpus("a30")).message,
            "p.json: the plan for 'gpu0' was made for a100-80gb, and gpu 0 is a30-24gb");
  EXPECT_EQ(resolve_error(with(plan_text(), "gpu0", "gpu1"), on).message,
            "p.json: gpu 'gpu1' of the plan is not here");
  EXPECT_EQ(resolve_error(with(plan_text(), "gpu0", "GPU-12"), on).message,
            "p.json: gpu 'GPU-12' of the plan is not here");
  std::vector<ConfigGpu> incapable = on;
  incapable[0].capable = false;
  EXPECT_EQ(resolve_error(plan_text(), incapable).message, "p.json: gpu 0 is not capable of MIG");
}

TEST(PlanJsonTest, AGpuIsNamedOnce) {
  const std::vector<ConfigGpu> two = gpus("2xa100-80gb");
  std::vector<NamedLayout> layouts(2, {.name = "gpu0", .model = two[0].model, .layout = {}});
  EXPECT_THAT(error_of(layouts_json(layouts)), HasSubstr("gpu 'gpu0' stands here twice"));
  std::vector<ConfigGpu> live = two;
  live[0].uuid = "GPU-1";
  layouts[1].name = "GPU-1";
  EXPECT_THAT(resolve_error(layouts_json(layouts), live).message,
              HasSubstr("gpu 'GPU-1' of the plan is named twice"));
}

TEST(PlanJsonTest, GpusAreFoundByUuidBeforeIndex) {
  std::vector<ConfigGpu> on = gpus("2xa100-80gb");
  on[0].uuid = "GPU-0";
  on[1].uuid = "gpu0";
  const Resolution resolution = resolve_plan(parse_plan_json(plan_text(), "p").value(), on).value();
  EXPECT_EQ(resolution.gpus[0].gpu, 1U);
  EXPECT_EQ(resolution.unmatched, std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace sectile
