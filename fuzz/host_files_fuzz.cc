// Files of /proc that anybody may have named or written: whatever they hold, what is read from them
// is short and safe to print. The first byte says which file it is.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sectile/base/check.h"
#include "src/apply/cdi_check.h"
#include "src/apply/cgroup.h"
#include "src/apply/device_files.h"
#include "src/apply/modules.h"
#include "src/apply/process_info.h"

namespace sectile {
namespace {

void check_printable(const std::string& text) {
  SECTILE_CHECK(text.size() <= 256);
  SECTILE_CHECK(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
}

void read_cgroup(std::string_view text) {
  const ProcessOrigin origin = parse_cgroup(text);
  for (const std::string& field : {origin.unit, origin.runtime, origin.container, origin.slurm_job,
                                   origin.slurm_step, origin.pod, origin.qos}) {
    check_printable(field);
  }
  SECTILE_CHECK(origin.container.empty() || origin.unit.empty());
}

void read_stat_line(std::string_view text) {
  if (const std::optional<ProcessStat> stat = parse_stat(text)) {
    check_printable(stat->name);
  }
  static_cast<void>(parse_uid(text));
}

void read_modules(std::string_view text) {
  for (const KernelModule& module : parse_modules(text)) {
    check_printable(module.name);
    SECTILE_CHECK(module.references >= 0);
    std::ranges::for_each(module.users, check_printable);
  }
}

// What is found in a specification fits a machine that has just that.
void read_specification(std::string_view text) {
  const CdiReferences found = cdi_references(text);
  std::ranges::for_each(found.uuids, check_printable);
  SECTILE_CHECK(
      cdi_difference(found, {.uuids = found.uuids, .capabilities = found.capabilities}).empty());
}

}  // namespace
}  // namespace sectile

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (*data) {
    case 'c':
      sectile::read_cgroup(text);
      break;
    case 's':
      sectile::read_stat_line(text);
      break;
    case 'm':
      sectile::read_modules(text);
      break;
    case 'x':
      sectile::read_specification(text);
      break;
    default:
      static_cast<void>(sectile::device_file_named(text));
  }
  return 0;
}
