#include "src/emulator/surface/subject.h"

#include <algorithm>

namespace sectile::emulator {

std::uint32_t Subject::mig_index() const {
  const std::vector<Named> all = mig_devices(node, named.gpu_index);
  const auto here = std::ranges::find_if(all, [&](const Named& other) {
    return other.gi_id == named.gi_id && other.ci_id == named.ci_id;
  });
  return static_cast<std::uint32_t>(here - all.begin());
}

std::vector<Process> Subject::processes() const {
  std::vector<Process> found;
  for (const Process& process : node.processes.view()) {
    const bool here =
        process.gpu == named.gpu_index && (!is_mig() || (process.gpu_instance == named.gi_id &&
                                                         process.compute_instance == named.ci_id));
    if (here && alive(process)) {
      found.push_back(process);
    }
  }
  std::ranges::sort(found, {}, &Process::pid);
  return found;
}

}  // namespace sectile::emulator
