// gpus_table() and profiles_table() of table.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/table.h"
#include "src/text/glyphs.h"

namespace sectile {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void expect_narrow(const std::string& text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    EXPECT_LE(internal::columns(text.substr(start, end - start)), 80)
        << text.substr(start, end - start);
    start = end + 1;
  }
}

// One that no source is needed for: every mark is here on purpose.
Model example() {
  Model model = **find_model("a30-24gb");
  model.key = "example";
  model.profiles.resize(1);
  model.product_names = {"NVIDIA Example"};
  model.provenance = {
      {.field = "profiles[0].sm_count", .provenance = Provenance::kDerived, .note = ""},
      {.field = "memory_mib", .provenance = Provenance::kUnsure, .note = ""}};
  return model;
}

TEST(ModelTablesTest, GpusAreARowEachWithMarks) {
  const std::vector<Model> models = {**find_model("a30-24gb"), example()};
  EXPECT_EQ(gpus_table(models),
            R"(model     architecture    MiB   compute   memory   driver
a30-24gb  Ampere        24576         4        4   460.73.01
example   Ampere        24576?        4        4   460.73.01

compute, memory: slices; driver: the least that offers MIG
? unsure: a guess by analogy, or the sources disagree
)");
}

TEST(ModelTablesTest, ProfilesHaveTheirFiguresAndMarks) {
  Model model = example();
  model.profiles[0].compute_profiles.resize(1);
  EXPECT_EQ(profiles_table(model),
            R"(example: Ampere GA100, 24576 MiB, 4 compute slices, 4 memory slices
NVIDIA Example

ID  profile  max    MiB   compute  SM   CE DEC ENC JPG OFA   start:size
 0  4g.24gb    1  24000         4  56~   4   4   0   1   1   0:4

inside   ID   compute instance  max  compute  SM   start
4g.24gb   0   1c.4g.24gb          4        1  14   0-3

* fills the GPU instance; compute: slices; start:size in memory slices
~ worked out from figures that were read
)");
}

TEST(ModelTablesTest, WhatIsReadNeedsNoLegend) {
  Model model = example();
  model.provenance.clear();
  EXPECT_THAT(profiles_table(model), Not(HasSubstr("~")));
  EXPECT_THAT(gpus_table(std::vector{model}), Not(HasSubstr("?")));
}

TEST(ModelTablesTest, EveryModelOfTheCatalogueFitsEightyColumns) {
  const std::string gpus = gpus_table(catalogue());
  expect_narrow(gpus);
  for (const Model& model : catalogue()) {
    EXPECT_THAT(gpus, HasSubstr(model.key + " "));
    const std::string profiles = profiles_table(model);
    expect_narrow(profiles);
    for (const Profile& profile : model.profiles) {
      EXPECT_THAT(profiles, HasSubstr(" " + profile.name + " ")) << model.key;
    }
    EXPECT_THAT(profiles, Not(HasSubstr(".. "))) << model.key;
  }
}

}  // namespace
}  // namespace sectile
