// ScratchFolder: a folder of a test's own that is gone at the end. For tests only.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace sectile {

// New, empty, and closed to other users. What cannot be made or written throws: a test without its
// files must not go on.
class ScratchFolder {
 public:
  ScratchFolder() : ScratchFolder(std::filesystem::temp_directory_path()) {}
  // In memory if possible, where making things durable takes no time. Programs may not run there.
  static ScratchFolder in_memory() {
    const std::filesystem::path memory = "/dev/shm";
    const bool usable =
        std::filesystem::is_directory(memory) && ::access(memory.c_str(), W_OK | X_OK) == 0;
    return ScratchFolder(usable ? memory : std::filesystem::temp_directory_path());
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

  // Names are relative to the folder. Makes the folders that the name needs.
  void write(const std::filesystem::path& name, std::string_view text) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::FILE* const stream = std::fopen(file.c_str(), "wb");
    const bool written =
        stream != nullptr && std::fwrite(text.data(), 1, text.size(), stream) == text.size();
    if (stream == nullptr || std::fclose(stream) != 0 || !written) {
      give_up(file);
    }
  }
  // Empty if there is no such file.
  std::string read(const std::filesystem::path& name) const {
    std::string text;
    std::FILE* const stream = std::fopen((path_ / name).c_str(), "rb");
    if (stream == nullptr) {
      return text;
    }
    std::array<char, 4096> block{};
    while (const std::size_t size = std::fread(block.data(), 1, block.size(), stream)) {
      text.append(block.data(), size);
    }
    static_cast<void>(std::fclose(stream));
    return text;
  }

 private:
  explicit ScratchFolder(const std::filesystem::path& parent) : path_(parent / "sectile-XXXXXX") {
    std::string path = path_.string();
    if (::mkdtemp(path.data()) == nullptr) {
      give_up(path_);
    }
    path_ = path;
  }

  [[noreturn]] static void give_up(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
  }

  std::filesystem::path path_;
};

}  // namespace sectile
