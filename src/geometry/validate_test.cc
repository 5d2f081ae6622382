#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>
#include <functional>
#include <string>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/model.h"

namespace sectile {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(ValidateTest, EveryModelOfTheCatalogueIsSound) {
  for (const Model& model : catalogue()) {
    const Status status = validate(model);
    EXPECT_TRUE(status) << status.error().message;
  }
}

// One thing changed in a sound model, and what validate() says about it.
struct Mutation {
  std::function<void(Model&)> change;
  const char* wrong;
};

Model h100() {
  return *find_model("h100-80gb-sxm5").value();
}
Profile& profile(Model& model, std::uint32_t id) {
  return *std::ranges::find(model.profiles, ProfileId{id}, &Profile::id);
}
ComputeProfile& compute(Model& model, std::uint32_t id, std::uint32_t compute_id) {
  return *std::ranges::find(profile(model, id).compute_profiles, ComputeProfileId{compute_id},
                            &ComputeProfile::id);
}

void expect_refused(std::span<const Mutation> mutations) {
  for (const Mutation& mutation : mutations) {
    Model model = h100();
    mutation.change(model);
    const Status status = validate(model);
    ASSERT_FALSE(status) << mutation.wrong;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.error().message, StartsWith("model '" + model.key + "': "));
    EXPECT_THAT(status.error().message, EndsWith(std::string("': ") + mutation.wrong));
  }
}

TEST(ValidateTest, RefusesAHeaderThatCannotBe) {
  const Mutation mutations[] = {
      {[](Model& m) { m.key = ""; }, "key is not lower case letters, digits and '-'"},
      {[](Model& m) { m.key = "H100"; }, "key is not lower case letters, digits and '-'"},
      {[](Model& m) { m.key = "a b"; }, "key is not lower case letters, digits and '-'"},
      {[](Model& m) { m.memory = {-1}; }, "memory_mib is -1, not at least 0"},
      {[](Model& m) { m.memory_slices = 0; }, "memory_slices is 0, not from 1 to 12"},
      {[](Model& m) { m.memory_slices = 13; }, "memory_slices is 13, not from 1 to 12"},
      {[](Model& m) { m.compute_slices = 0; }, "compute_slices is 0, not from 1 to 8"},
      {[](Model& m) { m.compute_slices = 9; }, "compute_slices is 9, not from 1 to 8"},
      {[](Model& m) { m.max_instances = 0; }, "max_instances is 0, not from 1 to 8"},
      {[](Model& m) { m.max_instances = 9; }, "max_instances is 9, not from 1 to 8"},
      {[](Model& m) { m.max_compute_only = -1; }, "max_compute_only is -1, not from 0 to 7"},
      {[](Model& m) { m.max_compute_only = 8; }, "max_compute_only is 8, not from 0 to 7"},
      {[](Model& m) { m.max_graphics = -1; }, "max_graphics is -1, not from 0 to 7"},
      {[](Model& m) { m.max_graphics = 8; }, "max_graphics is 8, not from 0 to 7"},
  };
  expect_refused(mutations);
}

TEST(ValidateTest, RefusesProfilesThatCannotBeToldApart) {
  const Mutation mutations[] = {
      {[](Model& m) { m.profiles.clear(); }, "profiles none takes the whole GPU"},
      {[](Model& m) { profile(m, 20).id = {19}; }, "profiles two of them have an id in common"},
      {[](Model& m) { profile(m, 20).name = "1g.10gb"; },
       "profiles two of them have a name in common"},
      {[](Model& m) { profile(m, 20).aliases = {"1g.10gb"}; },
       "profiles two of them have a name in common"},
      {[](Model& m) { profile(m, 20).name = ""; }, "profiles[20].name is empty or not printable"},
      {[](Model& m) { profile(m, 20).name = "1g\x1b[2J"; },
       "profiles[20].name is empty or not printable"},
      {[](Model& m) { profile(m, 20).aliases = {"1g 10gb"}; },
       "profiles[20].name is empty or not printable"},
      {[](Model& m) { profile(m, 20).nvml_index = 0; },
       "profiles are not by descending compute_slices, then by nvml_index"},
      {[](Model& m) { std::swap(m.profiles[0], m.profiles[1]); },
       "profiles are not by descending compute_slices, then by nvml_index"},
      {[](Model& m) { profile(m, 0).memory_slices = 7; }, "profiles none takes the whole GPU"},
      {[](Model& m) { profile(m, 0).compute_slices = 6; }, "profiles none takes the whole GPU"},
      {[](Model& m) { profile(m, 0).graphics = true; }, "profiles none takes the whole GPU"},
  };
  expect_refused(mutations);
}

TEST(ValidateTest, RefusesAProfileThatDoesNotFitTheGpu) {
  const Mutation mutations[] = {
      {[](Model& m) { profile(m, 19).nvml_index = -1; },
       "profiles[19].nvml_index is -1, not at least 0"},
      {[](Model& m) { profile(m, 15).compute_slices = 0; },
       "profiles[15].compute_slices is 0, not from 1 to 7"},
      {[](Model& m) {
         profile(m, 0).compute_slices = 8;
         profile(m, 5).compute_slices = 7;
         profile(m, 5).memory_slices = 8;
       },
       "profiles[0].compute_slices is 8, not from 1 to 7"},
      {[](Model& m) { profile(m, 5).memory_slices = 0; },
       "profiles[5].memory_slices is 0, not from 1 to 8"},
      {[](Model& m) { profile(m, 5).memory_slices = 9; },
       "profiles[5].memory_slices is 9, not from 1 to 8"},
      {[](Model& m) { profile(m, 5).memory = {-1}; },
       "profiles[5].memory_mib is -1, not from 0 to 81559"},
      {[](Model& m) { profile(m, 5).memory = {81560}; },
       "profiles[5].memory_mib is 81560, not from 0 to 81559"},
      {[](Model& m) { profile(m, 5).sm_count = -1; },
       "profiles[5].sm_count is -1, not from 0 to 132"},
      {[](Model& m) { profile(m, 5).sm_count = 133; },
       "profiles[5].sm_count is 133, not from 0 to 132"},
      {[](Model& m) { profile(m, 5).engines.copy = 9; },
       "profiles[5].engines.copy is 9, not from 0 to 8"},
      {[](Model& m) { profile(m, 5).engines.decode = 8; },
       "profiles[5].engines.decode is 8, not from 0 to 7"},
      {[](Model& m) { profile(m, 5).engines.encode = 1; },
       "profiles[5].engines.encode is 1, not from 0 to 0"},
      {[](Model& m) { profile(m, 5).engines.jpeg = -1; },
       "profiles[5].engines.jpeg is -1, not from 0 to 7"},
      {[](Model& m) { profile(m, 5).engines.ofa = 2; },
       "profiles[5].engines.ofa is 2, not from 0 to 1"},
      {[](Model& m) { profile(m, 9).starts = {}; }, "profiles[9].starts is empty"},
      {[](Model& m) { profile(m, 9).starts = {4, 0}; }, "profiles[9].starts do not ascend"},
      {[](Model& m) { profile(m, 9).starts = {0, 0}; }, "profiles[9].starts do not ascend"},
      {[](Model& m) { profile(m, 9).starts = {0, 5}; }, "profiles[9].starts is 5, not from 0 to 4"},
      {[](Model& m) { profile(m, 9).starts = {INT_MIN, INT_MAX}; },
       "profiles[9].starts is -2147483648, not from 0 to 4"},
      {[](Model& m) { profile(m, 9).max_count = 0; },
       "profiles[9].max_count is 0, not from 1 to 2"},
      {[](Model& m) { profile(m, 9).max_count = 3; },
       "profiles[9].max_count is 3, not from 1 to 2"},
      {[](Model& m) { profile(m, 9).starts = {0, 1, 2, 3}; },
       "profiles[9].max_count is 2, not from 1 to 1"},
      {[](Model& m) { m.max_instances = 6; }, "profiles[19].max_count is 7, not from 1 to 6"},
  };
  expect_refused(mutations);
}

TEST(ValidateTest, RefusesAComputeProfileThatDoesNotFitTheInstance) {
  const Mutation mutations[] = {
      {[](Model& m) { profile(m, 9).compute_profiles.clear(); },
       "profiles[9].compute_profiles not exactly one fills the GPU instance"},
      {[](Model& m) { compute(m, 9, 2).fills = false; },
       "profiles[9].compute_profiles not exactly one fills the GPU instance"},
      {[](Model& m) { compute(m, 9, 1).fills = true; },
       "profiles[9].compute_profiles not exactly one fills the GPU instance"},
      {[](Model& m) { compute(m, 9, 1).id = {0}; },
       "profiles[9].compute_profiles two of them have an id in common"},
      {[](Model& m) { compute(m, 9, 1).name = ""; },
       "profiles[9].compute_profiles[1].name is empty or not printable"},
      {[](Model& m) { compute(m, 9, 1).compute_slices = 0; },
       "profiles[9].compute_profiles[1].compute_slices is 0, not from 1 to 3"},
      {[](Model& m) { compute(m, 9, 1).compute_slices = 4; },
       "profiles[9].compute_profiles[1].compute_slices is 4, not from 1 to 3"},
      {[](Model& m) { compute(m, 9, 2).compute_slices = 2; },
       "profiles[9].compute_profiles[2].compute_slices is 2, not from 3 to 3"},
      {[](Model& m) { compute(m, 9, 1).sm_count = -1; },
       "profiles[9].compute_profiles[1].sm_count is -1, not from 0 to 60"},
      {[](Model& m) { compute(m, 9, 1).sm_count = 61; },
       "profiles[9].compute_profiles[1].sm_count is 61, not from 0 to 60"},
      {[](Model& m) { compute(m, 9, 1).placements = {}; },
       "profiles[9].compute_profiles[1].starts is empty"},
      {[](Model& m) { compute(m, 9, 1).placements[0].size = 1; },
       "profiles[9].compute_profiles[1].placements have the size 1, not 2"},
      {[](Model& m) { compute(m, 9, 1).placements[0].start = 2; },
       "profiles[9].compute_profiles[1].starts is 2, not from 0 to 1"},
      {[](Model& m) { std::swap(compute(m, 9, 0).placements[0], compute(m, 9, 0).placements[1]); },
       "profiles[9].compute_profiles[0].starts do not ascend"},
      {[](Model& m) { compute(m, 9, 1).max_count = 2; },
       "profiles[9].compute_profiles[1].max_count is 2, not from 1 to 1"},
      {[](Model& m) { compute(m, 9, 1).max_count = 0; },
       "profiles[9].compute_profiles[1].max_count is 0, not from 1 to 1"},
  };
  expect_refused(mutations);
}

TEST(ValidateTest, RefusesRelationsToWhatIsNotThere) {
  const Mutation mutations[] = {
      {[](Model& m) { m.needs = {{{19}, {47}}}; }, "needs are not two profiles of this model"},
      {[](Model& m) { m.needs = {{{47}, {19}}}; }, "needs are not two profiles of this model"},
      {[](Model& m) { m.needs = {{{19}, {19}}}; }, "needs are not two profiles of this model"},
      {[](Model& m) { m.provenance.emplace_back(); }, "provenance a note names no field"},
  };
  expect_refused(mutations);
}

TEST(ValidateTest, AcceptsFiguresThatAreNotKnown) {
  Model model = h100();
  model.memory = {};
  profile(model, 0).sm_count = 0;
  profile(model, 9).sm_count = 0;
  model.product_names = {};
  model.pci_devices = {};
  EXPECT_TRUE(validate(model));
}

}  // namespace
}  // namespace sectile
