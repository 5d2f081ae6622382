#include "src/apply/write_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <string>

#include "src/base/scratch_folder.h"

namespace sectile {
namespace {

namespace fs = std::filesystem;

class WriteFileTest : public testing::Test {
 protected:
  // Every name in the directory of the file.
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path() / "a"), fs::directory_iterator()));
  }

  ScratchFolder folder_;
};

TEST_F(WriteFileTest, MakesDirectoriesAndReplacesWhole) {
  const fs::path path = folder_.path() / "a/b.json";
  ::umask(077);
  ASSERT_TRUE(write_file(path, "a long first text"));
  ASSERT_TRUE(write_file(path, "short"));
  ::umask(022);
  EXPECT_EQ(folder_.read("a/b.json"), "short");
  EXPECT_EQ(files(), 1U);
  struct stat info{};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777U, 0644U);
}

TEST_F(WriteFileTest, DoesNotFollowALink) {
  fs::create_directory(folder_.path() / "a");
  folder_.write("precious", "kept");
  fs::create_symlink(folder_.path() / "precious", folder_.path() / "a/b");
  ASSERT_TRUE(write_file(folder_.path() / "a/b", "new"));
  EXPECT_EQ(folder_.read("precious"), "kept");
  EXPECT_EQ(folder_.read("a/b"), "new");
}

TEST_F(WriteFileTest, SaysWhyAndLeavesNothingBehind) {
  fs::create_directories(folder_.path() / "a/b/c");
  const Status onto_directory = write_file(folder_.path() / "a/b", "x");
  EXPECT_EQ(onto_directory.error().code, ErrorCode::kFailed);
  EXPECT_NE(onto_directory.error().message.find("a/b: "), std::string::npos);
  EXPECT_EQ(files(), 1U);
  folder_.write("file", "");
  EXPECT_FALSE(write_file(folder_.path() / "file/b", "x"));
}

}  // namespace
}  // namespace sectile
