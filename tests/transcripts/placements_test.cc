// Transcripts of real hardware against the emulated driver's choice of placements.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "src/base/surely.h"
#include "src/emulator/geometry_copy.h"
#include "src/emulator/slots.h"

namespace sectile::emulator {
namespace {

struct Row {
  int line = 0;
  std::vector<std::string> fields;  // model, swapped, request, starts, ids, rule, source
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find(separator, from), text.size());
    const std::string part = text.substr(from, end - from);
    const std::size_t first = part.find_first_not_of(' ');
    const std::size_t last = part.find_last_not_of(' ');
    parts.push_back(first == std::string::npos ? "" : part.substr(first, last - first + 1));
    from = end + 1;
  }
  return parts;
}

std::vector<Row> read_rows() {
  std::ifstream file(SECTILE_TRANSCRIPTS);
  std::vector<Row> rows;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (!line.empty() && line.front() != '#') {
      rows.push_back({.line = number, .fields = split(line, '|')});
    }
  }
  return rows;
}

struct Outcome {
  std::vector<std::string> starts;  // "-" for a request that failed.
  std::vector<std::string> ids;
};

std::uint32_t number(const std::string& text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Outcome place_all(const Geometry& geometry, bool swapped, const std::vector<std::string>& request) {
  Outcome outcome;
  Gpu gpu{};
  gpu.swapped = swapped ? 1 : 0;
  for (const std::string& profile_id : request) {
    const std::uint32_t profile = surely(find_profile(geometry, number(profile_id)));
    const std::optional<std::uint32_t> start = default_start(geometry, gpu, profile);
    if (!start) {
      outcome.starts.emplace_back("-");
      outcome.ids.emplace_back("-");
      continue;
    }
    const Span span = {.start = *start, .size = geometry.profiles.items[profile].memory_slices};
    const std::uint32_t id = surely(tree_id(geometry, swapped, span));
    gpu.instances[id] = {
        .exists = 1, .generation = 1, .profile = profile, .span = span, .compute = {}};
    outcome.starts.push_back(std::to_string(*start));
    outcome.ids.push_back(std::to_string(id));
  }
  return outcome;
}

class Transcript : public testing::TestWithParam<Row> {};

TEST_P(Transcript, IsWhatTheRuleAnswers) {
  const std::vector<std::string>& fields = GetParam().fields;
  ASSERT_EQ(fields.size(), 7U);
  const Geometry geometry = pack(*find_model(fields[0]).value()).value();
  const Outcome outcome = place_all(geometry, fields[1] == "yes", split(fields[2], ','));
  if (fields[5] == "no") {
    EXPECT_NE(outcome.starts, split(fields[3], ',')) << "no longer an outlier: " << fields[6];
    return;
  }
  EXPECT_EQ(outcome.starts, split(fields[3], ',')) << fields[6];
  if (fields[4] != "?") {
    EXPECT_EQ(outcome.ids, split(fields[4], ',')) << fields[6];
  }
}

INSTANTIATE_TEST_SUITE_P(Placements, Transcript, testing::ValuesIn(read_rows()),
                         [](const auto& row) { return "Line" + std::to_string(row.param.line); });

TEST(TranscriptsTest, AreAllThere) {
  const std::vector<Row> rows = read_rows();
  const auto outliers =
      std::ranges::count_if(rows, [](const Row& r) { return r.fields[5] == "no"; });
  EXPECT_EQ(rows.size(), 30U);
  EXPECT_EQ(outliers, 2);
}

}  // namespace
}  // namespace sectile::emulator
