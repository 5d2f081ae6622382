#include <array>
#include <cstring>

#include "src/emulator/surface/surface_test_support.h"

namespace sectile::emulator {
namespace {

class TopologyTest : public SurfaceTest {};

// GPUs 0 and 1 are on NUMA node 0, GPU 2 is on node 1.
TEST_F(TopologyTest, GpusOfOneNumaNodeAreNearer) {
  nvmlGpuTopologyLevel_t level{};
  EXPECT_EQ(nvmlDeviceGetTopologyCommonAncestor(gpu(0), gpu(1), &level), NVML_SUCCESS);
  EXPECT_EQ(level, NVML_TOPOLOGY_NODE);
  EXPECT_EQ(nvmlDeviceGetTopologyCommonAncestor(gpu(0), gpu(2), &level), NVML_SUCCESS);
  EXPECT_EQ(level, NVML_TOPOLOGY_SYSTEM);
  EXPECT_EQ(nvmlDeviceGetTopologyCommonAncestor(gpu(0), gpu(0), &level), NVML_SUCCESS);
  EXPECT_EQ(level, NVML_TOPOLOGY_INTERNAL);

  std::array<nvmlDevice_t, 4> near{};
  unsigned int count = near.size();
  EXPECT_EQ(nvmlDeviceGetTopologyNearestGpus(gpu(0), NVML_TOPOLOGY_NODE, &count, near.data()),
            NVML_SUCCESS);
  ASSERT_EQ(count, 1U);
  EXPECT_EQ(near[0], gpu(1));
  count = near.size();
  EXPECT_EQ(nvmlDeviceGetTopologyNearestGpus(gpu(0), NVML_TOPOLOGY_SYSTEM, &count, near.data()),
            NVML_SUCCESS);
  EXPECT_EQ(count, 2U);
  EXPECT_EQ(nvmlDeviceGetTopologyNearestGpus(gpu(0), static_cast<nvmlGpuTopologyLevel_t>(7), &count,
                                             near.data()),
            NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(TopologyTest, MemoryAffinityIsTheNumaNode) {
  std::array<unsigned long, 2> words{9, 9};
  EXPECT_EQ(nvmlDeviceGetMemoryAffinity(gpu(2), 2, words.data(), NVML_AFFINITY_SCOPE_NODE),
            NVML_SUCCESS);
  EXPECT_EQ(words, (std::array{2UL, 0UL}));
  EXPECT_EQ(nvmlDeviceGetMemoryAffinity(gpu(2), 2, words.data(), 2), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetMemoryAffinity(gpu(2), 0, words.data(), 0), NVML_ERROR_INVALID_ARGUMENT);
}

TEST_F(TopologyTest, EveryGpuHasCpusOfThisMachine) {
  for (unsigned int index = 0; index < 3; ++index) {
    std::array<unsigned long, 64> words{};
    ASSERT_EQ(nvmlDeviceGetCpuAffinity(gpu(index), 64, words.data()), NVML_SUCCESS);
    EXPECT_NE(words, (std::array<unsigned long, 64>{})) << index;
  }
  std::array<unsigned long, 64> of_mig{};
  EXPECT_EQ(nvmlDeviceGetCpuAffinityWithinScope(mig(0), 64, of_mig.data(), 1), NVML_SUCCESS);
}

// hwloc asks link after link until one fails.
TEST_F(TopologyTest, LinksEndAtTheLastOne) {
  nvmlEnableState_t active{};
  unsigned int links = 0;
  while (nvmlDeviceGetNvLinkState(gpu(0), links, &active) == NVML_SUCCESS) {
    EXPECT_EQ(active, NVML_FEATURE_ENABLED);
    ASSERT_LT(++links, 64U);
  }
  EXPECT_EQ(links, 18U);
  EXPECT_EQ(nvmlDeviceGetNvLinkState(gpu(0), links, &active), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(nvmlDeviceGetNvLinkState(gpu(1), 0, &active), NVML_SUCCESS);
  EXPECT_EQ(active, NVML_FEATURE_DISABLED);
  unsigned int version = 0;
  EXPECT_EQ(nvmlDeviceGetNvLinkVersion(gpu(0), 0, &version), NVML_SUCCESS);
  EXPECT_EQ(version, 4U);
  nvmlPciInfo_t pci{};
  EXPECT_EQ(nvmlDeviceGetNvLinkRemotePciInfo_v2(gpu(0), 0, &pci), NVML_ERROR_NOT_SUPPORTED);
}

TEST_F(TopologyTest, ABoardWithoutNvlinkHasNoLinks) {
  change_node([](Node& node) { node.geometries.items[0].key.assign("rtx-pro-6000-bw"); });
  nvmlEnableState_t active{};
  EXPECT_EQ(nvmlDeviceGetNvLinkState(gpu(0), 0, &active), NVML_ERROR_NOT_SUPPORTED);
  nvmlGpuP2PStatus_t status{};
  EXPECT_EQ(nvmlDeviceGetP2PStatus(gpu(0), gpu(2), NVML_P2P_CAPS_INDEX_NVLINK, &status),
            NVML_SUCCESS);
  EXPECT_EQ(status, NVML_P2P_STATUS_NOT_SUPPORTED);
}

TEST_F(TopologyTest, MigModeEndsPeerToPeer) {
  nvmlGpuP2PStatus_t status{};
  EXPECT_EQ(nvmlDeviceGetP2PStatus(gpu(0), gpu(2), NVML_P2P_CAPS_INDEX_READ, &status),
            NVML_SUCCESS);
  EXPECT_EQ(status, NVML_P2P_STATUS_OK);
  EXPECT_EQ(nvmlDeviceGetP2PStatus(gpu(0), gpu(1), NVML_P2P_CAPS_INDEX_READ, &status),
            NVML_SUCCESS);
  EXPECT_EQ(status, NVML_P2P_STATUS_NOT_SUPPORTED);
}

TEST_F(TopologyTest, FabricInfoFillsTheVersionThatWasBrought) {
  nvmlGpuFabricInfo_t plain{};
  plain.state = 9;
  EXPECT_EQ(nvmlDeviceGetGpuFabricInfo(gpu(0), &plain), NVML_SUCCESS);
  EXPECT_EQ(plain.state, NVML_GPU_FABRIC_STATE_NOT_SUPPORTED);

  nvmlGpuFabricInfoV_t info;
  std::memset(&info, 0xAA, sizeof info);
  EXPECT_EQ(nvmlDeviceGetGpuFabricInfoV(gpu(0), &info), NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
  info.version = nvmlGpuFabricInfo_v2;
  EXPECT_EQ(nvmlDeviceGetGpuFabricInfoV(gpu(0), &info), NVML_SUCCESS);
  EXPECT_EQ(info.healthMask, 0U);
  EXPECT_EQ(info.healthSummary, 0xAA);
  info.version = nvmlGpuFabricInfo_v3;
  EXPECT_EQ(nvmlDeviceGetGpuFabricInfoV(gpu(0), &info), NVML_SUCCESS);
  EXPECT_EQ(info.healthSummary, 0);
}

}  // namespace
}  // namespace sectile::emulator
