#include "sectile/text/fleet_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/text/notation.h"

namespace sectile {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kHead = "apiVersion: sectile/v1\nkind: Fleet\nnodes:\n";

Result<std::vector<FleetGpu>> fleet(std::string_view nodes) {
  return parse_fleet(std::string(kHead) + std::string(nodes), "fleet.yaml");
}

TEST(FleetFileTest, ReadsNodesWithGpusInBothForms) {
  const auto gpus = fleet(R"(
  - name: alpha
    tenant: physics
    gpus:
      - 2xa30-24gb
      - h100-80gb-sxm5 3g.40gb@4! 2g.20gb@0
      - {model: a100-80gb, uuid: GPU-0123, index: 7, layout: "7g.80gb@0", busy: all, drain: true}
  - name: beta
    count: 2
    gpus: [{model: a30, healthy: false, tenant: chemistry}]
)");
  ASSERT_TRUE(gpus.has_value()) << gpus.error().message;
  ASSERT_EQ(gpus->size(), 6U);
  EXPECT_EQ((*gpus)[1].name, "alpha/gpu1");
  EXPECT_EQ((*gpus)[1].model->key, "a30-24gb");
  EXPECT_EQ((*gpus)[2].index, 2U);
  EXPECT_EQ(to_notation((*gpus)[2]), "3g.40gb@4! 2g.20gb@0");
  EXPECT_EQ((*gpus)[2].in_use().size(), 1U);
  EXPECT_EQ((*gpus)[3].name, "GPU-0123");
  EXPECT_EQ((*gpus)[3].index, 7U);
  EXPECT_TRUE((*gpus)[3].drain);
  EXPECT_EQ((*gpus)[3].busy, 1);
  EXPECT_EQ((*gpus)[3].tenant, "physics");
  EXPECT_EQ((*gpus)[4].node, "beta-1");
  EXPECT_EQ((*gpus)[5].node, "beta-2");
  EXPECT_EQ((*gpus)[5].tenant, "chemistry");
  EXPECT_FALSE((*gpus)[5].healthy);
  EXPECT_TRUE(check_fleet(*gpus).has_value());
}

TEST(FleetFileTest, ANodeMayBeLikeAnother) {
  const auto gpus = fleet(R"(
  - {name: a, like: b, drain: true}
  - {name: b, like: c}
  - {name: c, gpus: [4xa30-24gb]}
)");
  ASSERT_TRUE(gpus.has_value()) << gpus.error().message;
  ASSERT_EQ(gpus->size(), 12U);
  EXPECT_TRUE(gpus->front().drain);
  EXPECT_FALSE(gpus->back().drain);
  EXPECT_EQ((*gpus)[5].name, "b/gpu1");
}

TEST(FleetFileTest, RefusesWithTheLine) {
  const struct {
    std::string_view nodes;
    std::string_view where;
    std::string_view what;
  } cases[] = {
      {"  - {name: a, gpus: [h999]}", "fleet.yaml:4:", "h999"},
      {"  - {name: a, gpus: [a30-24gb]}\n  - {name: a, gpus: [a30-24gb]}",
       "fleet.yaml:5:", "there are two nodes 'a'"},
      {"  - {name: a, like: b}\n  - {name: b, like: a}", "fleet.yaml:4:", "in a circle"},
      {"  - {name: a, like: a}", "fleet.yaml:4:", "in a circle"},
      {"  - {name: a, like: z}", "fleet.yaml:4:", "there is no node 'z'"},
      {"  - {name: a}", "fleet.yaml:4:", "either gpus, or like"},
      {"  - {name: ../a, gpus: [a30-24gb]}", "fleet.yaml:4:", "is no name"},
      {"  - {name: .a, gpus: [a30-24gb]}", "fleet.yaml:4:", "is no name"},
      {"  - {name: a, count: -3, gpus: [a30-24gb]}", "fleet.yaml:4:", "count must be from 1"},
      {"  - {name: a, count: 100000, gpus: [8xa30-24gb]}",
       "fleet.yaml:4:", "more than 200000 GPUs"},
      {"  - {name: a, gpus: [0xa30-24gb]}", "fleet.yaml:4:", "the count of"},
      {"  - {name: a, gpus: [99999xa30-24gb]}", "fleet.yaml:4:", "the count of"},
      {"  - {name: a, gpus: ['a30-24gb 1g.6gb!']}", "fleet.yaml:4:", "no instance with a start"},
      {"  - {name: a, gpus: ['a30-24gb 9g.6gb@0']}", "fleet.yaml:4:", "9g.6gb"},
      {"  - {name: a, gpus: ['a30-24gb 4g.24gb@0 1g.6gb@0']}", "fleet.yaml:4:", ""},
      {"  - {name: a, gpus: [{model: a30, index: 1}, {model: a30, index: 1}]}",
       "fleet.yaml:4:", "two GPUs with index 1"},
      {"  - {name: a, gpus: [{model: a30, busy: some}]}", "fleet.yaml:4:", "all or none"},
      {"  - {name: a, gpus: [{model: a30, uuid: GPU-1, count: 2}]}", "fleet.yaml:4:", "one GPU"},
      {"  - {name: a, gpus: [{model: a30, uuid: GPU-1}]}\n"
       "  - {name: b, gpus: [{model: a30, uuid: GPU-1}]}",
       "fleet.yaml:5:", "two GPUs 'GPU-1'"},
      {"  - {name: a, gpus: [{model: a30, colour: red}]}", "fleet.yaml:4:", "colour"},
      {"  - &x {name: a, gpus: [a30-24gb]}\n  - *x", "fleet.yaml:4:", "anchors"},
  };
  for (const auto& each : cases) {
    const auto gpus = fleet(each.nodes);
    ASSERT_FALSE(gpus.has_value()) << each.nodes;
    EXPECT_EQ(gpus.error().code, ErrorCode::kInvalidArgument) << each.nodes;
    EXPECT_THAT(gpus.error().message, StartsWith(std::string(each.where))) << each.nodes;
    EXPECT_THAT(gpus.error().message, HasSubstr(std::string(each.what))) << each.nodes;
  }
  EXPECT_THAT(parse_fleet("apiVersion: sectile/v1\nkind: Layout\nnodes: []", "f").error().message,
              HasSubstr("f:2:7: kind 'Layout' is not Fleet"));
}

TEST(FleetFileTest, WrittenFleetsReadBackAsTheSame) {
  const auto gpus = fleet(R"(
  - name: alpha
    gpus:
      - {model: h100-80gb-sxm5, layout: "7g.80gb@0[3c 2c]!", tenant: t, healthy: false}
      - {model: a100-80gb, uuid: GPU-0123, index: 7, layout: "1g.10gb@6! 1g.10gb@0 3g.40gb@2"}
)");
  EXPECT_FALSE(gpus.has_value());  // 3g starts at 0 or 4.
  const auto sound = fleet(R"(
  - name: alpha
    gpus:
      - {model: h100-80gb-sxm5, layout: "7g.80gb@0[3c 2c]!", tenant: t, healthy: false}
      - {model: a100-80gb, uuid: GPU-0123, index: 7, layout: "1g.10gb@6! 1g.10gb@0 1g.10gb@1!"}
)");
  ASSERT_TRUE(sound.has_value()) << sound.error().message;
  const auto again = parse_fleet(write_fleet(*sound), "again");
  ASSERT_TRUE(again.has_value()) << again.error().message << write_fleet(*sound);
  ASSERT_EQ(again->size(), sound->size());
  for (std::size_t i = 0; i < sound->size(); ++i) {
    EXPECT_EQ((*again)[i].name, (*sound)[i].name);
    EXPECT_EQ((*again)[i].layout, (*sound)[i].layout);
    EXPECT_EQ((*again)[i].busy, (*sound)[i].busy);
    EXPECT_EQ((*again)[i].tenant, (*sound)[i].tenant);
    EXPECT_EQ((*again)[i].healthy, (*sound)[i].healthy);
    EXPECT_EQ((*again)[i].index, (*sound)[i].index);
  }
}

TEST(DemandFileTest, ReadsWantsInBothForms) {
  const auto wants = parse_demand(R"(
apiVersion: sectile/v1
kind: Demand
wants:
  - 1000000x1g.10gb
  - {name: train, count: 5, profile: 3g.40gb, weight: 9, larger: 2, tenant: physics}
  - {memory: 39GiB, compute: 3}
)",
                                  "demand.yaml");
  ASSERT_TRUE(wants.has_value()) << wants.error().message;
  ASSERT_EQ(wants->size(), 3U);
  EXPECT_EQ((*wants)[0].count, 1'000'000);
  EXPECT_EQ((*wants)[1].larger, 2);
  EXPECT_EQ((*wants)[1].weight, 9);
  EXPECT_EQ(describe((*wants)[2]), ">=39GiB/3c");
  const auto again = parse_demand(write_demand(*wants), "again");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(*again, *wants);
}

TEST(DemandFileTest, RefusesWithTheLine) {
  const struct {
    std::string_view want;
    std::string_view what;
  } cases[] = {
      {"{count: -5, profile: 1g.10gb}", "count must be from 0 to 100000000, and is -5"},
      {"{count: 100000001, profile: 1g.10gb}", "count must be from 0"},
      {"{count: 99999999999999999999, profile: 1g.10gb}", "count must be from 0"},
      {"{count: 1e6, profile: 1g.10gb}", "whole number"},
      {"{weight: 0, profile: 1g.10gb}", "weight must be from 1"},
      {"{larger: -1, profile: 1g.10gb}", "larger must be from 0"},
      {"{profile: 1g.10gb, memory: 9GiB}", "either profile, or memory"},
      {"{count: 1}", "either profile, or memory"},
      {"{profile: big}", "has not the form of a profile"},
      {"{memory: 9GB}", "is no amount of memory"},
      {"-3x1g.10gb", "no want"},
      {"200000000x1g.10gb", "the count of"},
      {"'1x1g.10gb,2x2g.20gb'", "one want an item"},
  };
  for (const auto& each : cases) {
    const auto wants = parse_demand(
        "apiVersion: sectile/v1\nkind: Demand\nwants:\n  - " + std::string(each.want) + "\n",
        "demand.yaml");
    ASSERT_FALSE(wants.has_value()) << each.want;
    EXPECT_THAT(wants.error().message, StartsWith("demand.yaml:4:")) << each.want;
    EXPECT_THAT(wants.error().message, HasSubstr(std::string(each.what))) << each.want;
  }
  EXPECT_THAT(
      parse_demand("apiVersion: sectile/v1\nkind: Demand\nwants: []\n", "d").error().message,
      HasSubstr("d:3:8: wants must have from 1 to 1000 items"));
}

TEST(DemandFileTest, NotationCountsToAHundredMillion) {
  const auto wants = parse_fleet_wants("100000000x1g.10gb, train = 7x 3g.40gb,2x>=9GiB/1c,whole");
  ASSERT_TRUE(wants.has_value()) << wants.error().message;
  ASSERT_EQ(wants->size(), 4U);
  EXPECT_EQ((*wants)[0].count, 100'000'000);
  EXPECT_EQ((*wants)[1].name, "train");
  EXPECT_EQ((*wants)[1].count, 7);
  EXPECT_EQ((*wants)[3].count, 1);
  for (const char* const bad :
       {"", "0x1g.10gb", "100000001x1g.10gb", "1x1g.10gb,", "a b=1g.10gb"}) {
    EXPECT_FALSE(parse_fleet_wants(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace sectile
