#include "sectile/text/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/notation.h"
#include "sectile/text/want_notation.h"

namespace sectile {
namespace {

using nlohmann::json;

const Model& a100() {
  return *find_model("a100-80gb").value();
}

NamedLayout named(std::string_view notation, const std::string& name = "gpu0") {
  return {.name = name, .model = &a100(), .layout = parse_layout(a100(), notation).value()};
}

TEST(JsonTest, DocumentsNameTheirSchemaFirst) {
  EXPECT_EQ(gpus_json({}).substr(0, 35), "{\n  \"schema\": \"sectile/gpus/v1\",\n  ");
  EXPECT_EQ(json::parse(profiles_json(a100()))["schema"], "sectile/profiles/v1");
  EXPECT_EQ(json::parse(layouts_json({}))["schema"], "sectile/layouts/v1");
  EXPECT_EQ(json::parse(diff_json({}))["schema"], "sectile/diff/v1");
  EXPECT_EQ(gpus_json({}).back(), '\n');
}

TEST(JsonTest, GpusListTheCatalogueInBrief) {
  const json gpus = json::parse(gpus_json(catalogue()))["gpus"];
  ASSERT_EQ(gpus.size(), catalogue().size());
  EXPECT_EQ(gpus[0]["key"], catalogue()[0].key);
  EXPECT_EQ(gpus[0]["profiles"].size(), catalogue()[0].profiles.size());
}

TEST(JsonTest, ProfilesHaveEverythingAboutTheModel) {
  const json model = json::parse(profiles_json(a100()))["model"];
  EXPECT_EQ(model["key"], "a100-80gb");
  EXPECT_EQ(model["profiles"][0]["name"], "7g.80gb");
  EXPECT_EQ(model["profiles"][0]["compute_profiles"].back()["fills"], true);
  EXPECT_TRUE(model["provenance"].is_object());
}

TEST(JsonTest, LayoutsSayItTwiceForPeopleAndForPrograms) {
  const std::vector<NamedLayout> gpus = {named("3g@4 2g@0[1c 1c]")};
  const json gpu = json::parse(layouts_json(gpus))["gpus"][0];
  EXPECT_EQ(gpu["name"], "gpu0");
  EXPECT_EQ(gpu["model"], "a100-80gb");
  EXPECT_EQ(gpu["layout"], "3g.40gb@4 2g.20gb@0[1c 1c]");
  EXPECT_EQ(gpu["free_memory_slices"], 2);
  EXPECT_EQ(gpu["idle_compute_slices"], 2);
  ASSERT_EQ(gpu["instances"].size(), 2U);
  EXPECT_EQ(gpu["instances"][0], json::parse(R"({"profile": "2g.20gb", "profile_id": 14, "start": 0,
      "size": 2, "compute_slices": 2, "memory_mib": 19968, "compute": [
        {"profile": "1c.2g.20gb", "profile_id": 0, "start": 0, "size": 1},
        {"profile": "1c.2g.20gb", "profile_id": 0, "start": 1, "size": 1}]})"));
}

TEST(JsonTest, PlansHoldWantsAssignmentsAndReasons) {
  const std::vector<PlanGpu> gpus = {{.name = "gpu0", .model = &a100(), .kept = {}, .holders = {}},
                                     {.name = "gpu1", .model = &a100(), .kept = {}, .holders = {}}};
  const std::vector<Want> wants = parse_wants("train=2x3g.40gb,1x>=9GiB/1c").value();
  const Plan plan = pack(gpus, wants).value();
  const json document = json::parse(plan_json(gpus, wants, plan));
  EXPECT_EQ(document["schema"], "sectile/plan/v1");
  EXPECT_EQ(document["feasible"], true);
  EXPECT_EQ(document["wants"][0], json::parse(R"({"want": "train=2x3g.40gb", "name": "train",
      "count": 2, "profile": "3g.40gb"})"));
  EXPECT_EQ(document["wants"][1]["memory_min_mib"], 9216);
  EXPECT_EQ(document["wants"][1]["compute_min"], 1);
  EXPECT_EQ(document["gpus"].size(), 2U);
  EXPECT_EQ(document["assignments"].size(), 3U);
  EXPECT_EQ(document["assignments"][0]["profile"], "3g.40gb");
  EXPECT_EQ(document["reasons"].size(), plan.reasons.size());
  EXPECT_EQ(document["gpus_used"], 2);
}

TEST(JsonTest, PlansOfAStrategyNameIt) {
  const std::vector<NamedLayout> gpus = {named("7g")};
  const std::vector<std::string> reasons = {"because"};
  const json document = json::parse(plan_json(gpus, "high-performance", reasons));
  EXPECT_EQ(document["strategy"], "high-performance");
  EXPECT_EQ(document["notes"][0], "because");
  EXPECT_EQ(document["gpus"][0]["layout"], "7g.80gb@0");
}

TEST(JsonTest, InfeasiblePlansSayWhatIsMissingAndWhatIsNear) {
  const std::vector<PlanGpu> gpus = {{.name = "gpu0", .model = &a100(), .kept = {}, .holders = {}}};
  const std::vector<Want> wants = parse_wants("2x3g.40gb,1x1g.10gb").value();
  const Infeasible infeasible = pack(gpus, wants).error();
  const json document = json::parse(infeasible_json(gpus, wants, infeasible));
  EXPECT_EQ(document["feasible"], false);
  EXPECT_EQ(document["summary"], infeasible.summary);
  EXPECT_EQ(document["missing"].size(), infeasible.missing.size());
  ASSERT_EQ(document["nearest"].size(), infeasible.nearest.size());
  ASSERT_FALSE(infeasible.nearest.empty());
  EXPECT_EQ(document["nearest"][0]["difference"], infeasible.nearest[0].difference);
  EXPECT_EQ(document["nearest"][0]["gpus"][0]["name"], "gpu0");
}

TEST(JsonTest, DiffsListSteps) {
  const Layout from = parse_layout(a100(), "3g@4 2g@0").value();
  const Layout to = parse_layout(a100(), "3g@4[1c 1c] 2g@2").value();
  const std::vector<GpuDiff> gpus = {{.name = "gpu0",
                                      .model = &a100(),
                                      .from = from,
                                      .to = to,
                                      .transition = transition(a100(), from, to).value()}};
  const json gpu = json::parse(diff_json(gpus))["gpus"][0];
  EXPECT_EQ(gpu["from"], "3g.40gb@4 2g.20gb@0");
  EXPECT_EQ(gpu["to"], "3g.40gb@4[1c 1c] 2g.20gb@2");
  EXPECT_EQ(gpu["same"], false);
  EXPECT_EQ(gpu["kept"][0]["profile"], "3g.40gb");
  EXPECT_EQ(gpu["destroyed"][0]["start"], 0);
  EXPECT_EQ(gpu["created"][0]["start"], 2);
  EXPECT_EQ(gpu["steps"].size(), gpus[0].transition.steps.size());
  EXPECT_EQ(gpu["steps"][0]["step"], "destroy-compute");
  EXPECT_TRUE(gpu["steps"][0].contains("compute"));
}

TEST(JsonTest, ErrorsNameTheirCode) {
  const Error error{ErrorCode::kBusy, "instance 3 \"x\"", "wait"};
  EXPECT_EQ(json::parse(error_json(error)), json::parse(R"({"schema": "sectile/error/v1",
      "code": "busy", "message": "instance 3 \"x\"", "next": "wait"})"));
}

TEST(JsonTest, WhatIsNotUtf8IsReplaced) {
  EXPECT_NE(error_json({ErrorCode::kFailed, "\xFF", ""}).find("\xEF\xBF\xBD"), std::string::npos);
}

TEST(JsonTest, UnknownProfilesHaveNoName) {
  Profile unknown = a100().profiles.front();
  unknown.id = {99};
  const std::vector<NamedLayout> gpus = {
      {.name = "x", .model = &a100(), .layout = Layout().with_unchecked(Slot(unknown, 0)).value()}};
  const json gpu = json::parse(layouts_json(gpus))["gpus"][0];
  EXPECT_EQ(gpu["instances"][0]["profile"], "");
  EXPECT_EQ(gpu["instances"][0]["profile_id"], 99);
}

}  // namespace
}  // namespace sectile
