#include "src/emulator/faults.h"

#include <gtest/gtest.h>

#include <memory>

namespace sectile::emulator {
namespace {

// Outcomes of calling `call` some times, as "." for nothing and else the code.
std::string outcomes(std::string_view script, std::string_view call, int times) {
  const auto node = std::make_unique<Node>();
  const std::vector<FaultRule> rules = parse_faults(script).value();
  for (const FaultRule& rule : rules) {
    node->faults.push(rule);
  }
  std::string text;
  for (int i = 0; i < times; ++i) {
    const Fault fault = count_call(*node, call);
    text += fault.result ? std::to_string(*fault.result) : fault.is_none() ? "." : "d";
    text += ' ';
  }
  return text;
}

TEST(FaultsTest, HitWhereTheScriptSays) {
  EXPECT_EQ(outcomes("call=nvmlX return=IN_USE", "nvmlX", 3), "19 19 19 ");
  EXPECT_EQ(outcomes("call=nvmlX occurrence=2 return=IN_USE", "nvmlX", 3), ". 19 . ");
  EXPECT_EQ(outcomes("call=nvmlX occurrence=2 return=19 persistent", "nvmlX", 4), ". 19 19 19 ");
  EXPECT_EQ(outcomes("call=nvmlX occurrence=any return=999", "nvmlX", 2), "999 999 ");
  EXPECT_EQ(outcomes("call=nvmlX return=IN_USE", "nvmlXY", 2), ". . ");
  EXPECT_EQ(outcomes("call=* occurrence=3 return=GPU_IS_LOST", "nvmlY", 4), ". . 15 . ");
  EXPECT_EQ(outcomes("call=nvmlX delay=5ms", "nvmlX", 1), "d ");
  EXPECT_EQ(outcomes("call=nvmlX hang occurrence=2", "nvmlX", 2), ". d ");
}

TEST(FaultsTest, TheFirstRuleThatHitsDecidesAndAllCount) {
  EXPECT_EQ(outcomes("call=nvmlX occurrence=1 return=IN_USE\n"
                     "call=nvmlX occurrence=2 return=TIMEOUT\n",
                     "nvmlX", 3),
            "19 10 . ");
}

TEST(FaultsTest, ReadsAllOfALine) {
  const auto rules =
      parse_faults(
          "# comment\n\n"
          "  call=nvmlX\treturn=SUCCESS effect=done delay=150ms persistent # why\r\n")
          .value();
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].call.view(), "nvmlX");
  EXPECT_EQ(rules[0].has_result, 1U);
  EXPECT_EQ(rules[0].result, 0U);
  EXPECT_EQ(rules[0].effect, FaultEffect::kDone);
  EXPECT_EQ(rules[0].delay_ms, 150U);
  EXPECT_EQ(rules[0].persistent, 1U);
}

struct Rejected {
  std::string script;
  std::string message;
};

TEST(FaultsTest, NamesTheLineThatIsWrong) {
  const std::vector<Rejected> rows = {
      {"call=nvmlX", "line 1: a rule needs return=, delay= or hang"},
      {"\nreturn=IN_USE", "line 2: a rule needs call="},
      {"call=nvmlX return=NOPE", "line 1: 'NOPE' is not an NVML return code"},
      {"call=nvmlX return=1000", "line 1: '1000' is not an NVML return code"},
      {"call=cudaX return=IN_USE", "'cudaX' is not the name of an NVML function"},
      {"call=nvml-X return=IN_USE", "is not the name of an NVML function"},
      {"call=" + std::string(90, 'n') + " hang", "is not the name of an NVML function"},
      {"call=nvml" + std::string(90, 'n') + " hang", "is not the name of an NVML function"},
      {"call=nvmlX occurrence=0 hang", "'0' is not a number from 1, or any"},
      {"call=nvmlX occurrence=-1 hang", "'-1' is not a number from 1"},
      {"call=nvmlX delay=150", "'150' is not milliseconds"},
      {"call=nvmlX delay=99999999ms", "is not milliseconds up to an hour"},
      {"call=nvmlX effect=maybe hang", "'maybe' is not none or done"},
      {"call=nvmlX sometimes", "'sometimes' is none of call="},
      {"call=nvmlX x=y", "'x=y' is none of call="},
      {"call=nvmlX \x01\x02", "'\?\?' is none of"},
  };
  for (const Rejected& row : rows) {
    const Result<std::vector<FaultRule>> rules = parse_faults(row.script);
    ASSERT_FALSE(rules) << row.script;
    EXPECT_EQ(rules.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(rules.error().message.find(row.message), std::string::npos) << rules.error().message;
  }
}

TEST(FaultsTest, HasRoomForSoManyRules) {
  std::string script;
  for (std::size_t i = 0; i < kMaxFaultRules; ++i) {
    script += "call=nvmlX hang\n";
  }
  EXPECT_TRUE(parse_faults(script));
  EXPECT_FALSE(parse_faults(script + "call=nvmlX hang\n"));
}

}  // namespace
}  // namespace sectile::emulator
