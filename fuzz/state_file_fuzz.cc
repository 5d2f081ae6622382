// Any bytes for a state file: they are refused, or read as a journal that may be damaged; and
// reading never changes them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "sectile/apply/journal.h"
#include "sectile/base/check.h"
#include "src/base/scratch_folder.h"
#include "src/base/surely.h"

namespace {

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
  static const sectile::ScratchFolder folder = sectile::ScratchFolder::in_memory();
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  folder.write("state.db", bytes);
  auto opened = sectile::StateFile::open_to_read({.directory = folder.path()});
  if (opened) {
    sectile::StateFile state = sectile::surely(*std::move(opened));
    read_all(state);
  }
  SECTILE_CHECK(folder.read("state.db") == bytes);
  return 0;
}
