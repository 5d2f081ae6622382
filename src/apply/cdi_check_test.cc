#include "src/apply/cdi_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

using testing::HasSubstr;

const std::string kGpu = "GPU-bca1d00a-7283-56a2-91ea-12809365404d";
const std::string kOld = "MIG-11111111-7283-56a2-91ea-12809365404d";
const std::string kNew = "MIG-22222222-7283-56a2-91ea-12809365404d";

TEST(CdiCheckTest, FindsWhatAContainerWouldGet) {
  const CdiReferences found = cdi_references(
      "kind: nvidia.com/gpu\ndevices:\n- name: \"0:0\"\n  containerEdits:\n    deviceNodes:\n"
      "    - path: /dev/nvidia-caps/nvidia-cap21\n    - {path: /dev/nvidia-caps/nvidia-cap22}\n"
      "- name: " +
      kOld + "\n- name: " + kGpu + "\n");
  EXPECT_TRUE(found.nvidia);
  EXPECT_EQ(found.uuids, (std::set<std::string>{kGpu, kOld}));
  EXPECT_EQ(found.capabilities, (std::set<unsigned>{21, 22}));
}

TEST(CdiCheckTest, WhatOnlyResemblesIsLeftOut) {
  EXPECT_EQ(cdi_references("MIG-1 GPU- MIG-zzzzzzzz-7283-56a2-91ea-12809365404d MIG-" +
                           std::string(36, '-')),
            CdiReferences());
  // The right to change MIG, and to watch it, are no instances.
  EXPECT_TRUE(cdi_references("/dev/nvidia-caps/nvidia-cap1 nvidia-cap2 /nvidia-capx /nvidia-cap")
                  .capabilities.empty());
  EXPECT_FALSE(cdi_references("kind: vendor.com/gpu").nvidia);
}

TEST(CdiCheckTest, ASpecificationThatFitsIsNotToBeBlamed) {
  const CdiExpected expected{.uuids = {kGpu, kNew}, .capabilities = {21, 22}};
  EXPECT_EQ(cdi_difference({.nvidia = true, .uuids = {kNew}, .capabilities = {21, 22}}, expected),
            "");
  // Devices may be called by index: then no UUID is missing.
  EXPECT_EQ(cdi_difference({.nvidia = true, .uuids = {}, .capabilities = {21, 22}}, expected), "");
}

TEST(CdiCheckTest, SaysWhatIsStale) {
  const CdiExpected expected{.uuids = {kGpu, kNew}, .capabilities = {21, 22}};
  const std::string by_uuid =
      cdi_difference({.nvidia = true, .uuids = {kOld}, .capabilities = {21, 22}}, expected);
  EXPECT_THAT(by_uuid, HasSubstr("names what is not there: " + kOld));
  EXPECT_THAT(by_uuid, HasSubstr("leaves out " + kNew));
  const std::string by_index =
      cdi_difference({.nvidia = true, .uuids = {}, .capabilities = {21, 30}}, expected);
  EXPECT_THAT(by_index, HasSubstr("1 instance files of instances that are gone"));
  EXPECT_THAT(by_index, HasSubstr("lacks 1 instance files"));
}

}  // namespace
}  // namespace sectile
