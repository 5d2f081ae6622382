#include "sectile/text/services.h"

#include <gmock/gmock.h>

namespace sectile {
namespace {

using fleet::Service;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kYaml = R"(apiVersion: sectile/v1
kind: Services
headroom: 10
spare: gpu
admission: "0.6"
services:
  - {name: chat, workload: llama, rate: 40/s, latency: 2s}
  - {name: search, rate: 90/min, latency: 200.5ms, headroom: 0}
)";

constexpr std::string_view kTheirs =
    "scenario,model,requests_per_s,latency_ms\nS1,bert,19,6434\nS1,vgg19,354,396.5\nS2,bert,1,2\n";

TEST(ServicesTest, ReadsYaml) {
  const Result<ServiceConfig> config = parse_services(kYaml, "s.yaml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_THAT(config->services, ElementsAre(Service{.name = "chat",
                                                    .workload = "llama",
                                                    .rate = {40'000'000},
                                                    .latency_max = {2'000'000'000},
                                                    .headroom_percent = 10},
                                            Service{.name = "search",
                                                    .workload = "search",
                                                    .rate = {1'500'000},
                                                    .latency_max = {200'500'000},
                                                    .headroom_percent = 0}));
  EXPECT_EQ(config->spare, fleet::Spare::kGpu);
  EXPECT_EQ(config->admission, (fleet::Admission{.numerator = 6000, .denominator = 10'000}));
}

TEST(ServicesTest, ReadsTheScenarioThatIsAskedFor) {
  const Result<ServiceConfig> config = parse_services(kTheirs, "s.csv", "S1");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  ASSERT_EQ(config->services.size(), 2U);
  EXPECT_EQ(config->services[1].name, "vgg19");
  EXPECT_EQ(config->services[1].rate.micro, 354'000'000);
  EXPECT_EQ(config->services[1].latency_max.nanoseconds, 396'500'000);
}

TEST(ServicesTest, ReadsOurTable) {
  const Result<ServiceConfig> config = parse_services(
      "# ours\nservice,workload,rate_per_s,latency_ms,headroom_percent\nchat,llama,4.5,20,15\n",
      "s.csv");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->services.front().workload, "llama");
  EXPECT_EQ(config->services.front().headroom_percent, 15);
}

std::string yaml_with(std::string_view service) {
  return "apiVersion: sectile/v1\nkind: Services\nservices:\n  - " + std::string(service) + "\n";
}

TEST(ServicesTest, RefusesWithLineAndColumn) {
  struct Case {
    std::string text;
    std::string_view message;
  };
  for (const Case& c : {
           Case{yaml_with("{name: a, rate: 4, latency: 2s}"), "s:4:21: '4' is no rate with a unit"},
           Case{yaml_with("{name: a, rate: -4/s, latency: 2s}"), "s:4:21: '-4' is negative"},
           Case{yaml_with("{name: a, rate: .nan/s, latency: 2s}"), "s:4:21: '.nan' is no plain"},
           Case{yaml_with("{name: a, rate: 0/s, latency: 2s}"), "s:4:21: '0/s' is no rate above 0"},
           Case{yaml_with("{name: a, rate: 4/s, latency: 2}"), "s:4:35: '2' is no latency with a"},
           Case{yaml_with("{name: a, rate: 4/s, latency: 0ms}"),
                "s:4:35: '0ms' is no latency above"},
           Case{yaml_with("{name: a, rate: 4/s, latency: 2000000s}"), "s:4:35: '2000000' is too"},
           Case{yaml_with("{name: 'a b', rate: 4/s, latency: 2s}"),
                "s:4:12: name 'a b' is no name"},
           Case{yaml_with("{name: a, rate: 4/s, latency: 2s, headroom: 1001}"), "s:4:49: headroom"},
           Case{yaml_with("{name: a, rate: 4/s, latency: 2s, slo: 1}"), "s:4:"},
           Case{yaml_with(
                    "{name: a, rate: 4/s, latency: 2s}\n  - {name: a, rate: 4/s, latency: 2s}"),
                "s:5:5: service 'a' stands here twice"},
           Case{"apiVersion: sectile/v1\nkind: Services\nservices: []\n", "s:3:11: services must"},
           Case{"apiVersion: sectile/v1\nkind: Layout\nservices: []\n", "s:2:7: kind 'Layout'"},
           Case{"scenario,model,requests_per_s,latency_ms\nS,a,NaN,1\n", "s:2:3: requests_per_s: "},
           Case{"scenario,model,requests_per_s,latency_ms\nS,a,1,0\n", "s:2:4: latency_ms: "},
           Case{"scenario,model,requests_per_s,latency_ms\nS,a,1,1\nS,a,2,2\n",
                "s:3:2: service 'a'"},
           Case{"scenario,model,requests_per_s,latency_ms,x\n", "s:1:5: column 'x' is not known"},
           Case{"service,workload,rate_per_s,latency_ms\n", "s: there must be from 1 to 1000"},
           Case{"", "s:"},
       }) {
    const Result<ServiceConfig> config = parse_services(c.text, "s");
    ASSERT_FALSE(config.has_value()) << c.message;
    EXPECT_EQ(config.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(config.error().message, StartsWith(std::string(c.message)));
  }
}

TEST(ServicesTest, NamesTheScenarios) {
  const Result<ServiceConfig> none = parse_services(kTheirs, "s.csv");
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error().next, HasSubstr("S1, S2"));
  EXPECT_FALSE(parse_services(kTheirs, "s.csv", "S3").has_value());
  EXPECT_FALSE(parse_services(kYaml, "s.yaml", "S1").has_value());
}

TEST(ServicesTest, WritesWhatItReads) {
  const Result<ServiceConfig> config = parse_services(kYaml, "s.yaml");
  ASSERT_TRUE(config.has_value());
  const Result<ServiceConfig> again = parse_services(write_services(*config), "again");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->services, config->services);
  EXPECT_EQ(again->spare, config->spare);
  EXPECT_EQ(again->admission, config->admission);
}

TEST(ServicesTest, RatesAreRoundedUpAndBoundsDown) {
  EXPECT_EQ(parse_rate("1/h")->micro, 278);
  EXPECT_EQ(parse_rate("0.0000001/s")->micro, 1);
  EXPECT_EQ(parse_latency("1.0000009ms")->nanoseconds, 1'000'000);
  EXPECT_EQ(parse_latency("3us")->nanoseconds, 3000);
  EXPECT_EQ(to_string(fleet::Rate{1'500'000}), "1.5/s");
  EXPECT_EQ(to_string(fleet::Latency{200'500'000}), "200.5ms");
}

TEST(ServicesTest, ReadsRulesOfAdmission) {
  EXPECT_EQ(*parse_admission("plain"), fleet::kPlainAdmission);
  EXPECT_EQ(*parse_admission("parvagpu"), fleet::kParvaGpuAdmission);
  EXPECT_EQ(to_string(*parse_admission("0.45")), "0.45");
  for (const std::string_view text : {"0", "1.1", "half", "", "-0.5", "0.00001"}) {
    EXPECT_FALSE(parse_admission(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace sectile
