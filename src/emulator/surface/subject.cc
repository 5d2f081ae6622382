#include "src/emulator/surface/subject.h"

#include <algorithm>

#include "src/emulator/processes.h"

namespace sectile::emulator {

std::uint32_t Subject::mig_index() const {
  const std::vector<Named> all = mig_devices(node, named.gpu_index);
  const auto here = std::ranges::find_if(all, [&](const Named& other) {
    return other.gi_id == named.gi_id && other.ci_id == named.ci_id;
  });
  return static_cast<std::uint32_t>(here - all.begin());
}

std::vector<Process> Subject::processes() const {
  std::vector<Process> found = living_processes(node, named.gpu_index);
  if (is_mig()) {
    std::erase_if(found, [&](const Process& process) {
      return process.gpu_instance != named.gi_id || process.compute_instance != named.ci_id;
    });
  }
  return found;
}

}  // namespace sectile::emulator
