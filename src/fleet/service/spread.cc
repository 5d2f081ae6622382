#include "src/fleet/service/spread.h"

#include <algorithm>
#include <utility>

namespace sectile::fleet::internal {
namespace {

class Exchange {
 public:
  Exchange(std::vector<Place>& places, const SpreadRequest& request)
      : places_(places),
        request_(request),
        held_(request.gpus * request.targets.size(), 0),
        losable_(request.targets.size(), 0) {
    for (std::size_t s = 0; s < losable_.size(); ++s) {
      losable_[s] = -request.targets[s];
    }
    for (const Place& place : places) {
      hold(place, 1);
    }
  }

  void run() {
    for (bool improved = true; improved;) {
      improved = false;
      for (Place& place : places_) {
        const bool lacks = lack(place.gpu, place.service) > 0;
        improved = (lacks && exchange(place)) || improved;
      }
      for (std::size_t s = 0; s < losable_.size(); ++s) {
        improved = occupy(static_cast<int>(s)) || improved;
      }
    }
  }

  // Takes back the places that nobody needs, in order.
  void release() {
    for (Place& place : places_) {
      const int service = place.service;
      if (service == kNobody) {
        continue;
      }
      hold(place, -1);
      place.service = kNobody;
      if (lack_in_all(service) > 0) {
        place.service = service;
        hold(place, 1);
      }
    }
  }

  std::vector<std::int64_t> worst() const {
    std::vector<std::int64_t> worst(losable_.size(), 0);
    for (std::size_t s = 0; s < worst.size(); ++s) {
      for (std::size_t gpu = 0; gpu < request_.gpus; ++gpu) {
        worst[s] = std::max(worst[s], lack(gpu, static_cast<int>(s)));
      }
    }
    return worst;
  }

 private:
  std::size_t index(std::size_t gpu, int service) const {
    return gpu * losable_.size() + static_cast<std::size_t>(service);
  }

  // Counts the place for its service, or no longer.
  void hold(const Place& place, int sign) {
    if (place.service != kNobody) {
      const auto service = static_cast<std::size_t>(place.service);
      const std::int64_t capacity = sign * request_.capacities[service][place.profile];
      held_[index(place.gpu, place.service)] += capacity;
      losable_[service] += capacity;
    }
  }

  // What a service is short of when the GPU is lost.
  std::int64_t lack(std::size_t gpu, int service) const {
    if (service == kNobody) {
      return 0;
    }
    const std::int64_t most = losable_[static_cast<std::size_t>(service)];
    return std::max<std::int64_t>(0, held_[index(gpu, service)] - most);
  }

  std::int64_t lack_in_all(int service) const {
    std::int64_t sum = 0;
    for (std::size_t gpu = 0; gpu < request_.gpus; ++gpu) {
      sum += lack(gpu, service);
    }
    return sum;
  }

  void swap(Place& a, Place& b) {
    hold(a, -1);
    hold(b, -1);
    std::swap(a.service, b.service);
    hold(a, 1);
    hold(b, 1);
  }

  // What the two services lack on the two GPUs.
  std::int64_t lack_of(const Place& a, const Place& b) const {
    return lack(a.gpu, a.service) + lack(b.gpu, b.service) + lack(a.gpu, b.service) +
           lack(b.gpu, a.service);
  }

  bool exchange(Place& a) {
    for (Place& b : places_) {
      if (b.profile != a.profile || b.gpu == a.gpu || b.service == a.service) {
        continue;
      }
      const std::int64_t before = lack_of(a, b);
      swap(a, b);
      if (lack_of(a, b) < before) {
        return true;
      }
      swap(a, b);
    }
    return false;
  }

  // Gives the service the place nobody has that helps it most.
  bool occupy(int service) {
    const std::int64_t before = lack_in_all(service);
    std::int64_t least = before;
    Place* best = nullptr;
    for (Place& place : places_) {
      const bool useful = before > 0 && place.service == kNobody &&
                          request_.capacities[static_cast<std::size_t>(service)][place.profile] > 0;
      if (!useful) {
        continue;
      }
      place.service = service;
      hold(place, 1);
      const std::int64_t after = lack_in_all(service);
      hold(place, -1);
      place.service = kNobody;
      if (after < least) {
        least = after;
        best = &place;
      }
    }
    if (best == nullptr) {
      return false;
    }
    best->service = service;
    hold(*best, 1);
    return true;
  }

  std::vector<Place>& places_;
  const SpreadRequest& request_;
  std::vector<std::int64_t> held_;     // Of each GPU, of each service.
  std::vector<std::int64_t> losable_;  // Of each service: beyond its target; negative if short.
};

}  // namespace

std::vector<std::int64_t> spread(std::vector<Place>& places, const SpreadRequest& request) {
  Exchange exchange(places, request);
  exchange.run();
  std::vector<std::int64_t> lack = exchange.worst();
  if (std::ranges::all_of(lack, [](std::int64_t n) { return n == 0; })) {
    exchange.release();
  }
  return lack;
}

}  // namespace sectile::fleet::internal
