#include "sectile/apply/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "src/apply/sqlite.h"
#include "src/base/scratch_folder.h"
#include "src/base/surely.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

class StateFileTest : public testing::Test {
 protected:
  StateFile::Options here() const { return {.directory = directory_, .vfs = {}}; }
  StateFile opened() const { return StateFile::open(here()).value(); }
  fs::path file() const { return directory_ / "state.db"; }

  // Neither way of opening takes the file, and both leave it as it is.
  void expect_refused(ErrorCode code, const std::string& why) const {
    const std::string before = contents();
    const auto written = StateFile::open(here());
    const auto only_read = StateFile::open_to_read(here());
    ASSERT_FALSE(written);
    ASSERT_FALSE(only_read);
    EXPECT_EQ(written.error().code, code);
    EXPECT_NE(written.error().message.find(why), std::string::npos) << written.error().message;
    EXPECT_NE(written.error().message.find(file().string()), std::string::npos);
    EXPECT_EQ(only_read.error(), written.error());
    EXPECT_FALSE(written.error().next.empty());
    EXPECT_EQ(contents(), before);
  }

  std::string contents() const { return folder_.read("state/state.db"); }
  void write(const std::string& bytes) const { folder_.write("state/state.db", bytes); }

  ScratchFolder folder_ = ScratchFolder::in_memory();
  fs::path directory_ = folder_.path() / "state";  // Not there yet.
};

TEST_F(StateFileTest, KeepsDocumentsFromOneRunToTheNext) {
  const std::string text("a\nb\0c", 5);
  {
    StateFile state = opened();
    ASSERT_TRUE(state.put("layout/b", text));
    ASSERT_TRUE(state.put("layout/a", "first"));
    ASSERT_TRUE(state.put("layout/a", "second"));
    ASSERT_TRUE(state.put("other", ""));
  }
  StateFile state = opened();
  EXPECT_EQ(state.get("layout/b").value(), text);
  EXPECT_EQ(state.get("layout/a").value(), "second");
  EXPECT_EQ(state.get("other").value(), "");
  EXPECT_EQ(state.get("none").value(), std::nullopt);
  EXPECT_EQ(state.names("layout/").value(), (std::vector<std::string>{"layout/a", "layout/b"}));
  ASSERT_TRUE(state.erase("layout/a"));
  ASSERT_TRUE(state.erase("layout/a"));
  EXPECT_EQ(state.get("layout/a").value(), std::nullopt);
  EXPECT_EQ(state.path(), file().string());
}

TEST_F(StateFileTest, NothingButTheFileIsLeftInTheDirectory) {
  {
    opened();
  }
  for (const auto& entry : fs::directory_iterator(directory_)) {
    EXPECT_TRUE(entry.path() == file() || entry.path() == file().string() + "-journal")
        << entry.path();
  }
}

TEST_F(StateFileTest, ReadersNeedNothingToBeThere) {
  EXPECT_FALSE(StateFile::open_to_read(here()).value().has_value());
  EXPECT_FALSE(fs::exists(directory_));
}

TEST_F(StateFileTest, ReadersSeeAndCannotWrite) {
  ASSERT_TRUE(opened().put("a", "b"));
  StateFile reader = surely(StateFile::open_to_read(here()).value());
  EXPECT_EQ(reader.get("a").value(), "b");
  EXPECT_EQ(reader.put("a", "c").error().code, ErrorCode::kPermission);
  EXPECT_EQ(opened().get("a").value(), "b");
}

TEST_F(StateFileTest, ALargeDocumentIsRefused) {
  StateFile state = opened();
  EXPECT_TRUE(state.put("a", std::string(std::size_t{8} << 20U, 'x')));
  EXPECT_EQ(state.put("a", std::string((std::size_t{8} << 20U) + 1, 'x')).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_F(StateFileTest, WhatIsNoDatabaseIsRefused) {
  {
    opened();
  }
  write("this is no database, but a long enough text to be mistaken for one" +
        std::string(200, '\n'));
  expect_refused(ErrorCode::kFailed, "damaged");
}

TEST_F(StateFileTest, ATruncatedFileIsRefusedWhereverItWasCut) {
  ASSERT_TRUE(opened().put("a", std::string(20'000, 'x')));
  const std::string whole = contents();
  for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 13 : 1021) {
    write(whole.substr(0, size));
    expect_refused(ErrorCode::kFailed, "damaged");
  }
  write(whole);
  EXPECT_EQ(opened().get("a").value(), std::string(20'000, 'x'));
}

TEST_F(StateFileTest, APageOfGarbageIsRefused) {
  ASSERT_TRUE(opened().put("a", std::string(20'000, 'x')));
  std::string bytes = contents();
  for (std::size_t i = 4096; i < 8192; ++i) {
    bytes[i] = static_cast<char>(i * 31);
  }
  write(bytes);
  expect_refused(ErrorCode::kFailed, "damaged");
}

TEST_F(StateFileTest, ANewerSchemaIsRefused) {
  {
    opened();
  }
  ASSERT_TRUE(Database::open({.path = file(), .vfs = {}})->run("PRAGMA user_version = 2"));
  expect_refused(ErrorCode::kFailed, "schema 2, and this sectile knows 1");
}

TEST_F(StateFileTest, AFileWithoutOneOfItsTablesIsRefused) {
  {
    opened();
  }
  ASSERT_TRUE(Database::open({.path = file(), .vfs = {}})->run("DROP TABLE planned"));
  expect_refused(ErrorCode::kFailed, "damaged: a table is missing");
}

TEST_F(StateFileTest, AnotherProgramsDatabaseIsRefused) {
  fs::create_directories(directory_);
  ASSERT_TRUE(Database::open({.path = file(), .create = true, .vfs = {}})
                  ->run("CREATE TABLE bookmarks (url TEXT)"));
  expect_refused(ErrorCode::kFailed, "another program");
}

TEST_F(StateFileTest, AFileForEverybodyIsRefused) {
  {
    opened();
  }
  ASSERT_EQ(chmod(file().c_str(), 0666), 0);
  expect_refused(ErrorCode::kPermission, "everybody may write");
  ASSERT_EQ(chmod(file().c_str(), 0644), 0);
  ASSERT_EQ(chmod(directory_.c_str(), 01777), 0);
  EXPECT_EQ(StateFile::open(here()).error().code, ErrorCode::kPermission);
}

TEST_F(StateFileTest, ALinkIsNotFollowed) {
  {
    opened();
  }
  fs::rename(file(), directory_ / "elsewhere");
  fs::create_symlink(directory_ / "elsewhere", file());
  expect_refused(ErrorCode::kPermission, "not a plain file");
}

TEST_F(StateFileTest, AFileOfAnotherUserIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can give files away";
  }
  {
    opened();
  }
  ASSERT_EQ(chown(file().c_str(), 12345, 0), 0);
  expect_refused(ErrorCode::kPermission, "belongs to user 12345");
}

TEST_F(StateFileTest, AJournalThatSomebodyLeftThereIsRefused) {
  {
    opened();
  }
  fs::remove(file().string() + "-journal");
  fs::create_symlink("/etc/passwd", file().string() + "-journal");
  EXPECT_EQ(StateFile::open(here()).error().code, ErrorCode::kPermission);
}

TEST_F(StateFileTest, TwoProcessesMayWriteInTurn) {
  StateFile one = opened();
  StateFile two = opened();
  ASSERT_TRUE(one.put("a", "1"));
  ASSERT_TRUE(two.put("a", "2"));
  EXPECT_EQ(one.get("a").value(), "2");
}

}  // namespace
}  // namespace sectile
