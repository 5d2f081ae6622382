#include "sectile/text/service_plan.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/json.h"
#include "sectile/text/measurements.h"
#include "sectile/text/services.h"

namespace sectile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kMeasured =
    "workload,gpu,profile,batch,processes,throughput_per_s,latency_ms\n"
    "llama,a30,1g,4,1,10,90\n"
    "llama,a30,1g,8,2,15,140\n"
    "llama,a30,2g,8,1,25,60\n"
    "llama,a30,4g,8,1,40,50\n";

// A question and all that it points to.
struct Question {
  Measurements measurements;
  ServiceConfig services;
  fleet::GpuSupply supply;

  fleet::ServiceRequest request() const {
    return {.services = services.services,
            .measurements = measurements.points(),
            .gpus = {&supply, 1},
            .spare = services.spare};
  }
};

Question ask(std::string_view service, std::optional<int> gpus = {}) {
  Question question;
  EXPECT_TRUE(question.measurements.add(kMeasured, "m.csv", {}).has_value());
  const Result<ServiceConfig> services = parse_services(
      "apiVersion: sectile/v1\nkind: Services\nservices:\n  - " + std::string(service) + "\n", "s");
  EXPECT_TRUE(services.has_value());
  question.services = services.value_or(ServiceConfig{});
  question.supply = {.model = *find_model("a30"), .count_max = gpus};
  return question;
}

TEST(ServicePlanTextTest, SaysWhoGetsWhatAndWhyNotFewer) {
  const Question question = ask("{name: chat, workload: llama, rate: 36/s, latency: 150ms}");
  const auto plan = fleet::plan_services(question.request());
  ASSERT_TRUE(plan.has_value());
  const std::string text = explain(question.request(), *plan, true);
  EXPECT_THAT(text, HasSubstr("1 service on 1 GPU (1x a30-24gb); proven: no plan uses fewer"));
  EXPECT_THAT(text, HasSubstr("36.00"));
  EXPECT_THAT(text, HasSubstr("Why not fewer"));
  const auto json = nlohmann::json::parse(service_plan_json(question.request(), *plan));
  EXPECT_EQ(json.at("schema"), "sectile/plan/v1");
  EXPECT_EQ(json.at("gpus_bound"), 1);
  EXPECT_EQ(json.at("gpus")[0].at("instances")[0].at("service"), "chat");
  EXPECT_EQ(json.at("services")[0].at("target_per_s"), 36.0);
}

TEST(ServicePlanTextTest, IsAPlanThatApplyReads) {
  const Question question = ask("{name: chat, workload: llama, rate: 90/s, latency: 150ms}");
  const auto plan = fleet::plan_services(question.request());
  ASSERT_TRUE(plan.has_value());
  const Result<PlanDocument> read =
      parse_plan_json(service_plan_json(question.request(), *plan), "plan.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->gpus.size(), plan->gpus.size());
}

TEST(ServicePlanTextTest, OwnersNameServiceBatchAndProcesses) {
  const Question question = ask("{name: chat, workload: llama, rate: 60/s, latency: 150ms}");
  const auto plan = fleet::plan_services(question.request());
  ASSERT_TRUE(plan.has_value());
  ASSERT_EQ(plan->gpus.size(), 1U);  // Four times 15: with two processes each.
  EXPECT_THAT(service_owners(question.request(), *plan, 0),
              ElementsAre("chat b8 x2", "chat b8 x2", "chat b8 x2", "chat b8 x2"));
}

TEST(ServicePlanTextTest, SaysWhatComesNearest) {
  const Question question = ask("{name: chat, workload: llama, rate: 1/s, latency: 50ms}");
  const auto plan = fleet::plan_services(question.request());
  ASSERT_FALSE(plan.has_value());
  EXPECT_THAT(explain(question.request(), plan.error()),
              HasSubstr("the best is 50 ms on 4g.24gb of a30-24gb\n      (batch 8, 1 process)"));
  const auto json = nlohmann::json::parse(service_failure_json(question.request(), plan.error()));
  EXPECT_EQ(json.at("feasible"), false);
  EXPECT_EQ(json.at("refused")[0].at("fastest").at("latency_ms"), 50.0);
}

TEST(ServicePlanTextTest, SaysHowManyGpusItTakes) {
  const Question question = ask("{name: chat, workload: llama, rate: 200/s, latency: 150ms}", 2);
  const auto plan = fleet::plan_services(question.request());
  ASSERT_FALSE(plan.has_value());
  EXPECT_THAT(explain(question.request(), plan.error()),
              HasSubstr("4 GPUs are needed, and would do; that fewer do not is proven"));
}

TEST(ServicePlanTextTest, SaysThatMpsWouldDo) {
  Question question = ask("{name: chat, workload: llama, rate: 1/s, latency: 40ms}");
  ASSERT_TRUE(question.measurements
                  .add("workload,gpu,profile,batch,processes,throughput_per_s,latency_ms\n"
                       "llama,a30,4g,1,2,9,30\n",
                       "more.csv", {})
                  .has_value());
  fleet::ServiceRequest request = question.request();
  request.mps = false;
  const auto plan = fleet::plan_services(request);
  ASSERT_FALSE(plan.has_value());
  EXPECT_THAT(explain(request, plan.error()), HasSubstr("they need MPS"));
}

}  // namespace
}  // namespace sectile
