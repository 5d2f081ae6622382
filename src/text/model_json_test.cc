#include "sectile/text/model_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sectile/geometry/catalogue.h"
#include "src/text/provenance_path.h"

namespace sectile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

const std::filesystem::path& data() {
  static const std::filesystem::path path = std::filesystem::path(SECTILE_SOURCE_DIR) / "data/gpus";
  return path;
}

std::string a30() {
  return read_file(data() / "a30-24gb.json");
}

// The A30's file with the first `from` replaced.
std::string error_with(std::string_view from, std::string_view to) {
  std::string text = a30();
  const std::size_t where = text.find(from);
  EXPECT_NE(where, std::string::npos) << from;
  text.replace(where, from.size(), to);
  const Result<Model> model = parse_model(text, "f.json");
  return model ? "" : model.error().message;
}

TEST(ModelJsonTest, EveryFileOfTheCatalogueIsItsModel) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data())) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    const Result<Model> model =
        parse_model(read_file(entry.path()), entry.path().filename().string());
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(*model, *find_model(entry.path().stem().string()).value()) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, catalogue().size());
}

TEST(ModelJsonTest, EveryModelReadsBackAsItself) {
  for (const Model& model : catalogue()) {
    const Result<Model> again = parse_model(write_model(model), "f.json");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, model) << model.key;
    EXPECT_EQ(write_model(*again), write_model(model));
  }
}

TEST(ModelJsonTest, RefusesWhatIsUnknownMissingOrOfTheWrongKind) {
  EXPECT_THAT(error_with("\"key\"", "\"bogus\": 1, \"key\""), HasSubstr("no field 'bogus'"));
  EXPECT_THAT(error_with("\"key\"", "\"keys\""), HasSubstr("lacks the field 'key'"));
  EXPECT_THAT(error_with("\"nvml_index\"", "\"nvml\""), HasSubstr("'nvml_index'"));
  EXPECT_THAT(error_with("\"copy\"", "\"copies\""), HasSubstr("'copy'"));
  EXPECT_THAT(error_with("\"memory_mib\": 24576", "\"memory_mib\": \"24576\""),
              HasSubstr("memory_mib must be a whole number"));
  EXPECT_THAT(error_with("\"memory_mib\": 24576", "\"memory_mib\": -1"),
              HasSubstr("must be from 0 to"));
  EXPECT_THAT(error_with("\"Ampere\"", "\"Turing\""), HasSubstr("architecture 'Turing'"));
  EXPECT_THAT(error_with("\"plain\"", "\"loud\""), HasSubstr("media 'loud'"));
  EXPECT_THAT(error_with("\"20B7\"", "\"20b7\""), HasSubstr("'20b7' is not four"));
  EXPECT_THAT(error_with("\"20B7\"", "\"020B7\""), HasSubstr("'020B7' is not four"));
  EXPECT_THAT(error_with("\"GA100\"", "\"GA\\u0007\""), HasSubstr("chip is not one line of text"));
  EXPECT_THAT(error_with("\"mode_persists\": true", "\"mode_persists\": 1"),
              HasSubstr("must be true or false"));
}

TEST(ModelJsonTest, ValidatesTheModel) {
  EXPECT_THAT(error_with("\"memory_slices\": 4", "\"memory_slices\": 13"), HasSubstr("f.json: "));
  EXPECT_THAT(error_with("\"key\": \"a30-24gb\"", "\"key\": \"A30\""), HasSubstr("key"));
}

TEST(ModelJsonTest, ProvenanceMustNameFieldsOnce) {
  const auto with = [](const std::string& provenance) {
    std::string text = write_model(*find_model("a30-24gb").value());
    const std::size_t begin = text.find("\"provenance\": {");
    const std::size_t end = text.find('}', begin);
    text.replace(begin, end + 1 - begin, "\"provenance\": {" + provenance + "}");
    const Result<Model> model = parse_model(text, "f.json");
    return model ? "" : model.error().message;
  };
  EXPECT_EQ(with(""), "");
  EXPECT_EQ(with(R"("memory_mib": "derived: by hand", "profiles[*].sm_count": "unsure")"), "");
  EXPECT_THAT(with(R"("memory": "unsure")"), HasSubstr("'memory' names no field"));
  EXPECT_THAT(with(R"("memory_mib": "read")"), HasSubstr("neither derived nor unsure"));
  EXPECT_THAT(with(R"("profiles[0].name": "unsure", "profiles[*].name": "unsure")"),
              HasSubstr("names profiles[0].name a second time"));
}

TEST(ModelJsonTest, NoPartOfAFileIsEnough) {
  const std::string text = a30();
  for (std::size_t length = 0; length < text.size() - 2; length += 37) {
    EXPECT_FALSE(parse_model(text.substr(0, length), "f.json")) << length;
  }
}

TEST(ProvenancePathTest, PatternsExpandInOrder) {
  const internal::Tree tree =
      internal::read_tree("{a: 1, p: [{id: 9, s: 1}, {id: 14, s: 2, c: [{id: 0, n: x}]}]}", "f")
          .value();
  EXPECT_THAT(internal::expand_path(tree, "a"), ElementsAre("a"));
  EXPECT_THAT(internal::expand_path(tree, "p"), ElementsAre("p"));
  EXPECT_THAT(internal::expand_path(tree, "p[*].s"), ElementsAre("p[9].s", "p[14].s"));
  EXPECT_THAT(internal::expand_path(tree, "p[14]"), ElementsAre("p[14]"));
  EXPECT_THAT(internal::expand_path(tree, "p[14].c[0].n"), ElementsAre("p[14].c[0].n"));
  for (const char* bad : {"", ".", "a.", ".a", "b", "a.b", "p[1].s", "p[9,1].s", "p[].s", "p[9",
                          "p[*].c[0].n", "[9]", "p[9]s", "a[*]x"}) {
    EXPECT_THAT(internal::expand_path(tree, bad), IsEmpty()) << bad;
  }
}

TEST(ProvenancePathTest, FieldsThatAreLeftOutCanBeNamedWhereTheyBelong) {
  const internal::Tree tree =
      internal::read_tree("{profiles: [{id: 9, compute_profiles: [{id: 0}]}]}", "f").value();
  EXPECT_THAT(internal::expand_path(tree, "profiles[9].compute_profiles[*].fills"),
              ElementsAre("profiles[9].compute_profiles[0].fills"));
  EXPECT_THAT(internal::expand_path(tree, "profiles[*].aliases"),
              ElementsAre("profiles[9].aliases"));
  EXPECT_THAT(internal::expand_path(tree, "max_graphics"), ElementsAre("max_graphics"));
  for (const char* bad : {"fills", "profiles[9].fills", "aliases", "needs[0]", "needs.x",
                          "profiles[9].max_graphics"}) {
    EXPECT_THAT(internal::expand_path(tree, bad), IsEmpty()) << bad;
  }
}

TEST(ProvenancePathTest, ListedIdsKeepTheirOrder) {
  const internal::Tree tree =
      internal::read_tree("{p: [{id: 9, s: 1}, {id: 14, s: 2}]}", "f").value();
  EXPECT_THAT(internal::expand_path(tree, "p[14,9].s"), ElementsAre("p[14].s", "p[9].s"));
  EXPECT_THAT(internal::expand_path(tree, "p[9,,14].s"), IsEmpty());
}

}  // namespace
}  // namespace sectile
