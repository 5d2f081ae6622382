#include "src/text/tree.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile::internal {
namespace {

std::string error_of(std::string_view text) {
  const Result<Tree> tree = read_tree(text, "f.yaml");
  return tree ? "" : tree.error().message;
}

TEST(TreeTest, KeepsPositionsOrderAndQuotes) {
  const Tree tree = read_tree("b: [1, \"2\"]\na:\n  c: ~\n", "f.yaml").value();
  ASSERT_EQ(tree.members.size(), 2U);
  EXPECT_EQ(tree.members[0].key, "b");
  const std::vector<Tree>& items = tree.members[0].value.items;
  ASSERT_EQ(items.size(), 2U);
  EXPECT_FALSE(items[0].quoted);
  EXPECT_TRUE(items[1].quoted);
  EXPECT_EQ(items[1].position.line, 1);
  EXPECT_EQ(items[1].position.column, 8);
  const Tree& inner = tree.find("a")->value;
  EXPECT_EQ(inner.find("c")->position.line, 3);
  EXPECT_EQ(inner.find("c")->value.kind, Tree::Kind::kNull);
  EXPECT_EQ(tree.find("x"), nullptr);
}

TEST(TreeTest, JsonIsYaml) {
  const Tree tree = read_tree(R"({"a":{"b":[true,"\u00e9\n"]},"c":{}})", "f.json").value();
  EXPECT_EQ(tree.find("a")->value.find("b")->value.items[1].scalar, "\xC3\xA9\n");
  EXPECT_TRUE(tree.find("c")->value.is_empty_map());
}

TEST(TreeTest, AnEmptyTextIsNothing) {
  for (const char* text : {"", "\n", "# comment\n", "---\n"}) {
    EXPECT_EQ(read_tree(text, "f").value().kind, Tree::Kind::kNull) << text;
  }
}

TEST(TreeTest, RefusesWhatNobodyNeeds) {
  EXPECT_EQ(error_of("a: &x 1\nb: 2\n"),
            "f.yaml:1:4: anchors are not read here: write the value out");
  EXPECT_EQ(error_of("a: &x [1]\nb: *x\n"),
            "f.yaml:1:4: anchors are not read here: write the value out");
  EXPECT_EQ(error_of("a: !!str 1\n"),
            "f.yaml:1:4: tags are not read here, as 'tag:yaml.org,2002:str' is");
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), "f.yaml:3:1: 'a' stands here twice");
  EXPECT_EQ(error_of("? [1]\n: 2\n"), "f.yaml:1:3: a key must be text");
  EXPECT_EQ(error_of("~: 2\n"), "f.yaml:1:1: a key must be text");
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"),
            "f.yaml: a second document begins at line 3: one file holds one");
}

TEST(TreeTest, AliasesToNothingAreRefusedToo) {
  EXPECT_NE(error_of("a: *x\n"), "");
}

TEST(TreeTest, BrokenTextNamesThePlace) {
  EXPECT_EQ(error_of("a: [1, 2\n").substr(0, 9), "f.yaml:2:");
  EXPECT_EQ(error_of("a: 1\n b: 2\n").substr(0, 9), "f.yaml:2:");
}

TEST(TreeTest, HostileSizesAreRefused) {
  const auto deep = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(error_of(deep(kMaxTreeDepth)), "");
  EXPECT_NE(error_of(deep(kMaxTreeDepth + 1)).find("nested more than 32 deep"), std::string::npos);
  EXPECT_NE(error_of(deep(100'000)).find("nested more than 32 deep"), std::string::npos);
  std::string many = "[";
  for (int i = 0; i < kMaxTreeNodes; ++i) {
    many += "1,";
  }
  EXPECT_NE(error_of(many + "]").find("more than 200000 values"), std::string::npos);
  EXPECT_EQ(error_of(std::string(kMaxConfigBytes, '\n')), "");
  EXPECT_EQ(error_of(std::string(kMaxConfigBytes + 1, '\n')),
            "f.yaml: 4194305 bytes are more than the 4194304 that are read");
}

TEST(TreeTest, BytesThatAreNoTextAreRefused) {
  EXPECT_EQ(error_of(std::string_view("a: \0b", 5)),
            "f.yaml: a zero byte at offset 3: this is no text");
  EXPECT_EQ(error_of("a: \xFF"), "f.yaml: byte 3 is not UTF-8");
}

// The YAML library makes single bytes of \_ and \N, which are no UTF-8.
TEST(TreeTest, EscapesThatMakeNoTextAreRefused) {
  for (const char* text :
       {R"(a: "x\_y")", R"(a: "\N")", R"(a: "\0")", R"(a: "\x00")", R"("\_": 1)"}) {
    EXPECT_NE(error_of(text).find(": an escape makes what is no text"), std::string::npos) << text;
  }
  EXPECT_EQ(error_of(R"(a: "\u00a0\x85\L")"), "");
}

TEST(ReaderTest, KeepsTheFirstErrorOnly) {
  const Tree tree = read_tree("a: x\nb: y\n", "f").value();
  Reader reader("f");
  EXPECT_EQ(reader.integer(tree.find("a")->value, "a", 3, 5), 3);
  EXPECT_FALSE(reader.boolean(tree.find("b")->value, "b"));
  EXPECT_EQ(reader.done(1).error().message, "f:1:4: a must be a whole number, and is 'x'");
}

TEST(ReaderTest, IntegersAreCanonicalAndInRange) {
  const auto read = [](std::string_view text) {
    Reader reader("f");
    const int value = reader.integer(read_tree(text, "f").value(), "it", -2, 10);
    return reader.done(value);
  };
  EXPECT_EQ(read("7").value(), 7);
  EXPECT_EQ(read("-2").value(), -2);
  EXPECT_EQ(read("0").value(), 0);
  for (const char* text : {"11", "-3", "99999999999999999999", "07", "-0", "0x7", "7.0", "1e1",
                           "\"7\"", "''", "+7", "[7]", "{}", "~", "7_0"}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

TEST(ReaderTest, TruthHasTheWordsOfYaml) {
  const auto read = [](std::string_view text) {
    Reader reader("f");
    const bool value = reader.boolean(read_tree(text, "f").value(), "it");
    return reader.done(value);
  };
  for (const char* text : {"true", "True", "TRUE", "yes", "on"}) {
    EXPECT_TRUE(read(text).value()) << text;
  }
  for (const char* text : {"false", "False", "FALSE", "no", "Off"}) {
    EXPECT_FALSE(read(text).value()) << text;
  }
  for (const char* text : {"1", "0", "\"true\"", "y", "tRUE", "~", "[true]"}) {
    EXPECT_FALSE(read(text)) << text;
  }
}

TEST(FieldsTest, UnknownAndMissingFieldsAreNamed) {
  const Tree tree = read_tree("a: 1\nzz: 2\n", "f").value();
  Reader unknown("f");
  Fields fields(unknown, tree, "an entry");
  EXPECT_NE(fields.find("a"), nullptr);
  EXPECT_EQ(fields.find("b"), nullptr);
  fields.finish();
  const Error error = unknown.done(0).error();
  EXPECT_EQ(error.message, "f:2:1: an entry has no field 'zz'");
  EXPECT_EQ(error.next, "the fields are a, b");

  Reader missing("f");
  EXPECT_EQ(Fields(missing, tree, "an entry").need("b").kind, Tree::Kind::kNull);
  EXPECT_EQ(missing.done(0).error().message, "f:1:1: an entry lacks the field 'b'");
}

}  // namespace
}  // namespace sectile::internal
