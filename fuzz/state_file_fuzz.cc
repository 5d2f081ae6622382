// Any bytes for a state file: they are refused, or read as a journal that may be damaged; and
// reading never changes them.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "sectile/apply/journal.h"
#include "sectile/base/check.h"

namespace {

// In memory if possible; taken away at the end.
struct Folder {
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    path =
        (std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()) /
        ("sectile-state-fuzz-" + std::to_string(getpid()));
    std::filesystem::create_directories(path);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

void read_all(sectile::StateFile& state) {
  const sectile::Journal journal(state, sectile::system_clock());
  static_cast<void>(journal.unfinished().has_value());
  static_cast<void>(state.names("").has_value());
  const auto changes = journal.latest(50);
  if (!changes) {
    return;
  }
  for (const sectile::ChangeRecord& change : *changes) {
    static_cast<void>(journal.steps(change.id).has_value());
    static_cast<void>(journal.planned(change.id).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const std::filesystem::path file = folder.path / "state.db";
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  auto state = sectile::StateFile::open_to_read({.directory = folder.path});
  SECTILE_CHECK(!state || state->has_value());
  if (state) {
    read_all(**state);
  }
  std::ifstream after(file, std::ios::binary);
  std::string left(size + 1, '\0');  // In one go: letter by letter it took a third of the time.
  after.read(left.data(), static_cast<std::streamsize>(left.size()));
  left.resize(static_cast<std::size_t>(after.gcount()));
  SECTILE_CHECK(left == bytes);
  return 0;
}
