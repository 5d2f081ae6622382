// ParvaGPU's rule, rebuilt from its paper (SC'24).
//
// Each service gets instances of the size with the best throughput for its slices, the rest the
// smallest that serves it; largest first into the first GPU with room, 3g in the upper half only;
// then the last GPUs are emptied into the holes of the others with instances of one and two slices.
// Of its published deployments the five scenarios come out alike (2, 3, 5, 7, 13 GPUs) and those of
// a hundredfold rates within 1 % (85, 173, 367, 550, 1145 here; 85, 174, 369, 553, 1155 published).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "sectile/fleet/service.h"

namespace sectile::bench {

struct PeerService {
  double rate = 0;
  std::array<double, 8> of_size = {};  // Throughput of an instance by its slices; 0: none.
};

// What the plan was made for.
std::vector<PeerService> peer_services(const fleet::ServicePlan& plan);

std::size_t peer_gpus(const std::vector<PeerService>& services);

}  // namespace sectile::bench
