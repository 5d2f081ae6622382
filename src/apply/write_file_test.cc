#include "src/apply/write_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sectile {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class WriteFileTest : public testing::Test {
 public:
  WriteFileTest() {
    std::string path = (fs::temp_directory_path() / "write-file-XXXXXX").string();
    directory_ = ::mkdtemp(path.data());
  }
  ~WriteFileTest() override { fs::remove_all(directory_); }

 protected:
  // Every name in the directory of the file.
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory_ / "a"), fs::directory_iterator()));
  }

  fs::path directory_;
};

TEST_F(WriteFileTest, MakesDirectoriesAndReplacesWhole) {
  const fs::path path = directory_ / "a/b.json";
  ::umask(077);
  ASSERT_TRUE(write_file(path, "a long first text"));
  ASSERT_TRUE(write_file(path, "short"));
  ::umask(022);
  EXPECT_EQ(read(path), "short");
  EXPECT_EQ(files(), 1U);
  struct stat info{};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777U, 0644U);
}

TEST_F(WriteFileTest, DoesNotFollowALink) {
  fs::create_directory(directory_ / "a");
  std::ofstream(directory_ / "precious") << "kept";
  fs::create_symlink(directory_ / "precious", directory_ / "a/b");
  ASSERT_TRUE(write_file(directory_ / "a/b", "new"));
  EXPECT_EQ(read(directory_ / "precious"), "kept");
  EXPECT_EQ(read(directory_ / "a/b"), "new");
}

TEST_F(WriteFileTest, SaysWhyAndLeavesNothingBehind) {
  fs::create_directories(directory_ / "a/b/c");
  const Status onto_directory = write_file(directory_ / "a/b", "x");
  EXPECT_EQ(onto_directory.error().code, ErrorCode::kFailed);
  EXPECT_NE(onto_directory.error().message.find("a/b: "), std::string::npos);
  EXPECT_EQ(files(), 1U);
  std::ofstream(directory_ / "file") << "";
  EXPECT_FALSE(write_file(directory_ / "file/b", "x"));
}

}  // namespace
}  // namespace sectile
