// The catalogue against figures written down a second time, in another form, from NVIDIA's MIG User
// Guide and from transcripts of nvidia-smi; and against the rules that tie the figures together.
#include "sectile/geometry/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <string>

namespace sectile {
namespace {

const Model& model(std::string_view key) {
  return *find_model(key).value();
}

// Every profile with its model.
std::vector<std::pair<const Model*, const Profile*>> all_profiles() {
  std::vector<std::pair<const Model*, const Profile*>> all;
  for (const Model& each : catalogue()) {
    for (const Profile& profile : each.profiles) {
      all.emplace_back(&each, &profile);
    }
  }
  return all;
}

// A row of nvidia-smi mig -lgip, with what -lgipp adds.
struct Row {
  std::uint32_t id;
  const char* name;
  double gib;  // As printed, to two decimals.
  int sm_count;
  Engines engines;
  std::vector<int> starts;
  int size;
  int max_count;
};

void expect_rows(std::string_view key, std::span<const Row> rows) {
  const Model& m = model(key);
  EXPECT_EQ(m.profiles.size(), rows.size()) << key;
  for (const Row& row : rows) {
    const Profile* const profile = m.find({row.id});
    ASSERT_NE(profile, nullptr) << key << ' ' << row.id;
    EXPECT_EQ(profile->name, row.name) << key;
    // Every figure that was printed sits on a grid of 64 MiB.
    EXPECT_EQ(profile->memory.value, std::lround(row.gib * 16) * 64) << key << ' ' << row.name;
    EXPECT_EQ(profile->sm_count, row.sm_count) << key << ' ' << row.name;
    EXPECT_EQ(profile->engines, row.engines) << key << ' ' << row.name;
    EXPECT_EQ(profile->starts, row.starts) << key << ' ' << row.name;
    EXPECT_EQ(profile->memory_slices, row.size) << key << ' ' << row.name;
    EXPECT_EQ(profile->max_count, row.max_count) << key << ' ' << row.name;
  }
}

const std::vector<int> kEighths = {0, 1, 2, 3, 4, 5, 6};

TEST(CatalogueTest, HasEveryA100_40gbFigure) {
  const Row rows[] = {
      {19, "1g.5gb", 4.75, 14, {1, 0, 0, 0, 0}, kEighths, 1, 7},
      {20, "1g.5gb+me", 4.75, 14, {1, 1, 0, 1, 1}, kEighths, 1, 1},
      {15, "1g.10gb", 9.62, 14, {1, 1, 0, 0, 0}, {0, 2, 4, 6}, 2, 4},
      {14, "2g.10gb", 9.62, 28, {2, 1, 0, 0, 0}, {0, 2, 4}, 2, 3},
      {9, "3g.20gb", 19.50, 42, {3, 2, 0, 0, 0}, {0, 4}, 4, 2},
      {5, "4g.20gb", 19.50, 56, {4, 2, 0, 0, 0}, {0}, 4, 1},
      {0, "7g.40gb", 39.25, 98, {7, 5, 0, 1, 1}, {0}, 8, 1},
  };
  expect_rows("a100-40gb", rows);
}

TEST(CatalogueTest, HasEveryA100_80gbFigure) {
  const Row rows[] = {
      {19, "1g.10gb", 9.50, 14, {1, 0, 0, 0, 0}, kEighths, 1, 7},
      {20, "1g.10gb+me", 9.50, 14, {1, 1, 0, 1, 1}, kEighths, 1, 1},
      {15, "1g.20gb", 19.50, 14, {1, 1, 0, 0, 0}, {0, 2, 4, 6}, 2, 4},
      {14, "2g.20gb", 19.50, 28, {2, 1, 0, 0, 0}, {0, 2, 4}, 2, 3},
      {9, "3g.40gb", 39.25, 42, {3, 2, 0, 0, 0}, {0, 4}, 4, 2},
      {5, "4g.40gb", 39.25, 56, {4, 2, 0, 0, 0}, {0}, 4, 1},
      {0, "7g.80gb", 78.75, 98, {7, 5, 0, 1, 1}, {0}, 8, 1},
  };
  expect_rows("a100-80gb", rows);
}

TEST(CatalogueTest, HasEveryH100Sxm5Figure) {
  const Row rows[] = {
      {19, "1g.10gb", 9.75, 16, {1, 1, 0, 1, 0}, kEighths, 1, 7},
      {20, "1g.10gb+me", 9.75, 16, {1, 1, 0, 1, 1}, kEighths, 1, 1},
      {15, "1g.20gb", 19.62, 26, {1, 1, 0, 1, 0}, {0, 2, 4, 6}, 2, 4},
      {14, "2g.20gb", 19.62, 32, {2, 2, 0, 2, 0}, {0, 2, 4}, 2, 3},
      {9, "3g.40gb", 39.50, 60, {3, 3, 0, 3, 0}, {0, 4}, 4, 2},
      {5, "4g.40gb", 39.50, 64, {4, 4, 0, 4, 0}, {0}, 4, 1},
      {0, "7g.80gb", 79.25, 132, {8, 7, 0, 7, 1}, {0}, 8, 1},
  };
  expect_rows("h100-80gb-sxm5", rows);
}

TEST(CatalogueTest, HasEveryH100PcieFigure) {
  const Row rows[] = {
      {19, "1g.10gb", 9.75, 14, {1, 1, 0, 1, 0}, kEighths, 1, 7},
      {20, "1g.10gb+me", 9.75, 14, {1, 1, 0, 1, 1}, kEighths, 1, 1},
      {15, "1g.20gb", 19.62, 14, {1, 1, 0, 1, 0}, {0, 2, 4, 6}, 2, 4},
      {14, "2g.20gb", 19.62, 30, {2, 2, 0, 2, 0}, {0, 2, 4}, 2, 3},
      {9, "3g.40gb", 39.50, 46, {3, 3, 0, 3, 0}, {0, 4}, 4, 2},
      {5, "4g.40gb", 39.50, 62, {4, 4, 0, 4, 0}, {0}, 4, 1},
      {0, "7g.80gb", 79.25, 114, {8, 7, 0, 7, 1}, {0}, 8, 1},
  };
  expect_rows("h100-80gb-pcie", rows);
}

TEST(CatalogueTest, HasEveryH100NvlFigure) {
  const Row rows[] = {
      {19, "1g.12gb", 10.75, 16, {1, 1, 0, 1, 0}, kEighths, 1, 7},
      {20, "1g.12gb+me", 10.75, 16, {1, 1, 0, 1, 1}, kEighths, 1, 1},
      {15, "1g.24gb", 21.62, 26, {1, 1, 0, 1, 0}, {0, 2, 4, 6}, 2, 4},
      {14, "2g.24gb", 21.62, 32, {2, 2, 0, 2, 0}, {0, 2, 4}, 2, 3},
      {9, "3g.47gb", 46.38, 60, {3, 3, 0, 3, 0}, {0, 4}, 4, 2},
      {5, "4g.47gb", 46.38, 64, {4, 4, 0, 4, 0}, {0}, 4, 1},
      {0, "7g.94gb", 93.12, 132, {8, 7, 0, 7, 1}, {0}, 8, 1},
  };
  expect_rows("h100-94gb-nvl", rows);
}

TEST(CatalogueTest, HasEveryA30Figure) {
  const Row rows[] = {
      {14, "1g.6gb", 5.81, 14, {1, 0, 0, 0, 0}, {0, 1, 2, 3}, 1, 4},
      {21, "1g.6gb+me", 5.81, 14, {1, 1, 0, 1, 1}, {0, 1, 2, 3}, 1, 1},
      {5, "2g.12gb", 11.69, 28, {2, 2, 0, 0, 0}, {0, 2}, 2, 2},
      {6, "2g.12gb+me", 11.69, 28, {2, 2, 0, 1, 1}, {0, 2}, 2, 1},
      {0, "4g.24gb", 23.44, 56, {4, 4, 0, 1, 1}, {0}, 4, 1},
  };
  expect_rows("a30-24gb", rows);
}

TEST(CatalogueTest, HasEveryRtxPro6000Figure) {
  const std::vector<int> quarters = {0, 3, 6, 9};
  const Row rows[] = {
      {14, "1g.24gb", 23.62, 46, {1, 1, 1, 1, 0}, quarters, 3, 4},
      {21, "1g.24gb+me", 23.62, 46, {1, 1, 1, 1, 1}, quarters, 3, 1},
      {47, "1g.24gb+gfx", 23.62, 46, {1, 1, 1, 1, 0}, quarters, 3, 4},
      {65, "1g.24gb+me.all", 23.62, 46, {1, 4, 4, 4, 1}, quarters, 3, 1},
      {67, "1g.24gb-me", 23.62, 46, {1, 0, 0, 0, 0}, quarters, 3, 4},
      {5, "2g.48gb", 47.38, 94, {2, 2, 2, 2, 0}, {0, 6}, 6, 2},
      {35, "2g.48gb+gfx", 47.38, 94, {2, 2, 2, 2, 0}, {0, 6}, 6, 2},
      {64, "2g.48gb+me.all", 47.38, 94, {2, 4, 4, 4, 1}, {0, 6}, 6, 1},
      {66, "2g.48gb-me", 47.38, 94, {2, 0, 0, 0, 0}, {0, 6}, 6, 2},
      {0, "4g.96gb", 95.12, 188, {4, 4, 4, 4, 1}, {0}, 12, 1},
      {32, "4g.96gb+gfx", 95.12, 188, {4, 4, 4, 4, 1}, {0}, 12, 1},
  };
  expect_rows("rtx-pro-6000-bw", rows);
}

TEST(CatalogueTest, HasEveryThorFigure) {
  const Row rows[] = {
      {78, "1g.0gb+me", 0, 6, {1, 1, 1, 1, 1}, {2}, 1, 1},
      {80, "1g.0gb", 0, 6, {1, 1, 1, 1, 0}, {2}, 1, 1},
      {81, "1g.0gb+gfx", 0, 6, {1, 1, 1, 1, 0}, {2}, 1, 1},
      {82, "2g.0gb", 0, 12, {1, 1, 1, 1, 0}, {0}, 2, 1},
      {83, "2g.0gb+gfx", 0, 12, {1, 1, 1, 1, 0}, {0}, 2, 1},
      {0, "3g.0gb", 0, 20, {1, 2, 2, 2, 1}, {0}, 3, 1},
      {32, "3g.0gb+gfx", 0, 20, {1, 2, 2, 2, 1}, {0}, 3, 1},
  };
  expect_rows("jetson-thor", rows);
  const Model& thor = model("jetson-thor");
  EXPECT_EQ(thor.max_compute_only, 1);
  EXPECT_EQ(thor.max_graphics, 1);
  EXPECT_EQ(thor.needs, (std::vector<Needs>{{.profile = {78}, .needed = {83}}}));
}

TEST(CatalogueTest, HasTheFiguresOfTheWholeGpu) {
  const struct {
    const char* key;
    const char* chip;
    const char* compute_capability;
    const char* driver_min;
    std::int64_t memory_mib;
    std::vector<std::uint16_t> pci_devices;
  } cases[] = {
      {"a100-40gb", "GA100", "8.0", "450.80.02", 40960, {0x20B0, 0x20B1, 0x20F1, 0x20F6, 0x20BD}},
      {"a30-24gb", "GA100", "8.0", "460.73.01", 24576, {0x20B7, 0x20B9}},
      {"h100-80gb-sxm5", "GH100", "9.0", "525.85.12", 81559, {0x2330, 0x2336, 0x2324}},
      {"h100-80gb-pcie", "GH100", "9.0", "525.85.12", 81559, {0x2331, 0x2322}},
      {"h100-94gb-nvl", "GH100", "9.0", "525.85.12", 95830, {0x2321, 0x233A}},
      {"h20-96gb", "GH100", "9.0", "535.161.07", 97871, {0x2329}},
      {"h200-141gb", "GH100", "9.0", "550.90.07", 143771, {0x2335, 0x233B}},
      {"b200-180gb", "GB100", "10.0", "570.133.20", 183359, {0x2901}},
      {"b300-269gb", "GB110", "10.3", "580.82.07", 275040, {0x3182}},
      {"rtx-pro-6000-bw", "GB202", "12.0", "575.51.03", 97887, {0x2BB5, 0x2BB1, 0x2BB4}},
      {"rtx-pro-4500-bw-32gb", "GB203", "12.0", "575.64", 32623, {0x2C31}},
      {"jetson-thor", "GB10B", "11.0", "595", 0, {}},
      {"gh200-144gb", "GH100", "9.0", "", 146806, {0x2348}},
  };
  for (const auto& [key, chip, capability, driver, memory, pci] : cases) {
    EXPECT_EQ(model(key).chip, chip) << key;
    EXPECT_EQ(model(key).compute_capability, capability) << key;
    EXPECT_EQ(model(key).driver_min, driver) << key;
    EXPECT_EQ(model(key).memory.value, memory) << key;
    EXPECT_EQ(model(key).pci_devices, pci) << key;
  }
}

// Of the other models, what was read: GiB, profile id, SM count.
TEST(CatalogueTest, HasWhatIsKnownOfTheOthers) {
  const struct {
    const char* key;
    double gib;
    std::uint32_t id;
    int sm_count;
  } cases[] = {
      {"h100-96gb-gh200", 11.00, 19, 16}, {"h100-96gb-gh200", 23.00, 14, 32},
      {"h100-96gb-gh200", 46.50, 9, 60},  {"h100-96gb-gh200", 93.00, 0, 132},
      {"gh200-144gb", 17.50, 19, 16},     {"gh200-144gb", 35.25, 15, 26},
      {"h200-141gb", 16.00, 19, 16},      {"h200-141gb", 32.25, 15, 26},
      {"h200-141gb", 32.25, 14, 32},      {"h200-141gb", 69.50, 5, 64},
      {"h200-141gb", 139.75, 0, 132},     {"h20-96gb", 11.75, 19, 8},
      {"b200-180gb", 20.50, 19, 18},      {"b200-180gb", 44.25, 15, 30},
      {"b200-180gb", 89.00, 9, 70},       {"b200-180gb", 89.00, 5, 72},
      {"b200-180gb", 178.50, 0, 148},     {"gb200-186gb", 22.00, 19, 18},
      {"gb200-186gb", 45.50, 15, 32},     {"gb200-186gb", 45.50, 14, 38},
  };
  for (const auto& [key, gib, id, sm_count] : cases) {
    const Profile& profile = *model(key).find({id});
    EXPECT_EQ(profile.memory.value, std::lround(gib * 16) * 64) << key << ' ' << id;
    EXPECT_EQ(profile.sm_count, sm_count) << key << ' ' << id;
    EXPECT_EQ(model(key).provenance_of("profiles[" + std::to_string(id) + "].memory_mib"),
              Provenance::kRead)
        << key << ' ' << id;
  }
}

// One table of ids and placements for every GPU of seven compute slices.
TEST(CatalogueTest, EverySevenSliceGpuHasTheGeometryOfA100) {
  int seen = 0;
  for (const Model& each : catalogue()) {
    if (each.compute_slices != 7) {
      continue;
    }
    ++seen;
    EXPECT_EQ(each.memory_slices, 8) << each.key;
    EXPECT_EQ(each.max_instances, 7) << each.key;
    ASSERT_EQ(each.profiles.size(), 7U) << each.key;
    for (const Profile& profile : each.profiles) {
      const Profile& a100 = *model("a100-40gb").find(profile.id);
      EXPECT_EQ(profile.nvml_index, a100.nvml_index) << each.key << ' ' << profile.name;
      EXPECT_EQ(profile.compute_slices, a100.compute_slices) << each.key << ' ' << profile.name;
      EXPECT_EQ(profile.starts, a100.starts) << each.key << ' ' << profile.name;
      EXPECT_EQ(profile.memory_slices, a100.memory_slices) << each.key << ' ' << profile.name;
      EXPECT_EQ(profile.max_count, a100.max_count) << each.key << ' ' << profile.name;
      EXPECT_EQ(profile.media, a100.media) << each.key << ' ' << profile.name;
    }
  }
  EXPECT_EQ(seen, 19);
}

// id, compute slices, SMs, count, whether it fills: as nvidia-smi mig -lcip lists them.
using ComputeRow = std::tuple<std::uint32_t, int, int, int, bool>;

std::vector<ComputeRow> compute_rows(std::string_view key, std::uint32_t id) {
  std::vector<ComputeRow> rows;
  for (const ComputeProfile& compute : model(key).find({id})->compute_profiles) {
    EXPECT_EQ(compute.placements.size(), static_cast<std::size_t>(compute.max_count)) << key;
    rows.emplace_back(compute.id.value, compute.compute_slices, compute.sm_count, compute.max_count,
                      compute.fills);
  }
  return rows;
}

TEST(CatalogueTest, ListsComputeInstances) {
  const struct {
    const char* key;
    std::uint32_t id;
    std::vector<ComputeRow> rows;
  } cases[] = {
      {"a100-40gb", 19, {{0, 1, 14, 1, true}}},
      {"a100-40gb", 15, {{0, 1, 14, 1, true}}},
      {"a100-40gb", 14, {{0, 1, 14, 2, false}, {1, 2, 28, 1, true}}},
      {"a100-40gb", 9, {{0, 1, 14, 3, false}, {1, 2, 28, 1, false}, {2, 3, 42, 1, true}}},
      {"a100-40gb", 5, {{0, 1, 14, 4, false}, {1, 2, 28, 2, false}, {3, 4, 56, 1, true}}},
      {"a100-40gb",
       0,
       {{0, 1, 14, 7, false},
        {1, 2, 28, 3, false},
        {2, 3, 42, 2, false},
        {3, 4, 56, 1, false},
        {4, 7, 98, 1, true}}},
      // From Hopper on there are two ways to cut one slice out of a pair.
      {"h100-80gb-sxm5", 14, {{0, 1, 16, 2, false}, {7, 1, 26, 1, false}, {1, 2, 32, 1, true}}},
      {"h100-80gb-sxm5", 15, {{0, 1, 16, 1, false}, {7, 1, 26, 1, true}}},
      {"b300-269gb", 15, {{0, 1, 18, 1, false}, {7, 1, 30, 1, true}}},
      {"rtx-pro-6000-bw", 5, {{0, 1, 46, 2, false}, {1, 2, 94, 1, true}}},
      {"jetson-thor", 82, {{1, 2, 12, 1, true}}},
  };
  for (const auto& [key, id, rows] : cases) {
    EXPECT_EQ(compute_rows(key, id), rows) << key << ' ' << id;
  }
}

TEST(CatalogueTest, ComputeInstancesAreNamedAfterTheGpuInstance) {
  for (const auto& [each, profile] : all_profiles()) {
    for (const ComputeProfile& compute : profile->compute_profiles) {
      const std::string part = std::to_string(compute.compute_slices) + "c.";
      EXPECT_EQ(compute.name, (compute.fills ? "" : part) + profile->name) << each->key;
    }
  }
}

// What a name says: "1g.10gb+me" is {1, 10, "+me"}.
struct Label {
  int slices = 0;
  int gb = 0;
  std::string suffix;
};

Label label(const std::string& name) {
  Label label;
  const char* const end = name.data() + name.size();
  const char* at = std::from_chars(name.data(), end, label.slices).ptr;
  at = std::from_chars(at + 2, end, label.gb).ptr;  // Past "g.".
  label.suffix = std::string(at + 2, end);          // Past "gb".
  return label;
}

TEST(CatalogueTest, NamesSayWhatTheProfileIs) {
  const std::map<std::string, std::pair<Media, bool>> suffixes = {
      {"", {Media::kPlain, false}},      {"+me", {Media::kExtended, false}},
      {"+me.all", {Media::kAll, false}}, {"-me", {Media::kNone, false}},
      {"+gfx", {Media::kPlain, true}},
  };
  for (const auto& [each, profile] : all_profiles()) {
    const Label said = label(profile->name);
    EXPECT_EQ(said.slices, profile->compute_slices) << each->key << ' ' << profile->name;
    EXPECT_EQ(suffixes.at(said.suffix), std::pair(profile->media, profile->graphics))
        << each->key << ' ' << profile->name;
  }
}

// The driver's rule: the memory in eighths of the GPU, rounded up, of the GPU's GiB, rounded up.
// Holds for every profile, guessed ones included; on Thor, whose memory is unified, as 0.
TEST(CatalogueTest, MemoryGivesBackTheLabel) {
  for (const auto& [each, profile] : all_profiles()) {
    const auto total = static_cast<double>(each->memory.value);
    const auto memory = static_cast<double>(profile->memory.value);
    const double eighths = total == 0 ? 0 : std::ceil(8 * memory / total);
    EXPECT_EQ(label(profile->name).gb, std::lround(eighths / 8 * std::ceil(total / 1024)))
        << each->key << ' ' << profile->name;
    EXPECT_EQ(profile->memory.value % 64, 0) << each->key << ' ' << profile->name;
  }
}

TEST(CatalogueTest, KeysAscendAndProductsAreNamedOnce) {
  EXPECT_EQ(catalogue().size(), 26U);
  EXPECT_TRUE(std::ranges::is_sorted(catalogue(), {}, &Model::key));
  std::set<std::string> names;
  for (const Model& each : catalogue()) {
    EXPECT_TRUE(names.insert(each.key).second) << each.key;
    EXPECT_FALSE(each.product_names.empty()) << each.key;
    EXPECT_FALSE(each.sources.empty()) << each.key;
    EXPECT_NE(each.architecture, Architecture::kUnknown) << each.key;
    for (const std::string& product : each.product_names) {
      EXPECT_TRUE(names.insert(product).second) << product;
    }
  }
}

TEST(CatalogueTest, AmpereNeedsAResetAndKeepsTheMode) {
  for (const Model& each : catalogue()) {
    const bool ampere = each.architecture == Architecture::kAmpere;
    EXPECT_EQ(each.mode_needs_reset, ampere) << each.key;
    EXPECT_EQ(each.mode_persists, ampere) << each.key;
  }
}

TEST(CatalogueTest, SaysWhichFiguresAreGuesses) {
  EXPECT_EQ(model("a100-40gb").provenance_of("profiles[19].memory_mib"), Provenance::kRead);
  EXPECT_EQ(model("b200-180gb").provenance_of("profiles[9].starts"), Provenance::kDerived);
  EXPECT_EQ(model("rtx-pro-5000-bw-48gb").provenance_of("profiles[14].id"), Provenance::kUnsure);
  for (const auto& [each, profile] : all_profiles()) {
    const std::string at = "profiles[" + std::to_string(profile->id.value) + "]";
    if (profile->sm_count == 0) {
      EXPECT_EQ(each->provenance_of(at + ".sm_count"), Provenance::kUnsure) << each->key << at;
    }
  }
}

}  // namespace
}  // namespace sectile
