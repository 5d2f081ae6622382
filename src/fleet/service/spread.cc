#include "src/fleet/service/spread.h"

#include <algorithm>
#include <utility>

namespace sectile::fleet::internal {
namespace {

class Exchange {
 public:
  Exchange(std::vector<Place>& places, const SpreadRequest& request)
      : places_(places), request_(request), held_(request.gpus * request.losable.size(), 0) {
    for (const Place& place : places) {
      if (place.service != kNobody) {
        held(place.gpu, place.service) += capacity(place);
      }
    }
  }

  void run() {
    for (bool improved = true; improved;) {
      improved = false;
      for (std::size_t a = 0; a < places_.size(); ++a) {
        if (excess(places_[a].gpu, places_[a].service) > 0) {
          improved = improve(a) || improved;
        }
      }
    }
  }

  std::vector<std::int64_t> worst() {
    std::vector<std::int64_t> worst(request_.losable.size(), 0);
    for (const Place& place : places_) {
      if (place.service != kNobody) {
        std::int64_t& most = worst[static_cast<std::size_t>(place.service)];
        most = std::max(most, excess(place.gpu, place.service));
      }
    }
    return worst;
  }

 private:
  std::int64_t& held(std::size_t gpu, int service) {
    return held_[gpu * request_.losable.size() + static_cast<std::size_t>(service)];
  }
  std::int64_t capacity(const Place& place) const {
    return request_.capacities[static_cast<std::size_t>(place.service)][place.profile];
  }
  std::int64_t excess(std::size_t gpu, int service) {
    if (service == kNobody) {
      return 0;
    }
    const std::int64_t most = request_.losable[static_cast<std::size_t>(service)];
    return std::max<std::int64_t>(0, held(gpu, service) - most);
  }

  void swap(Place& a, Place& b) {
    for (Place* place : {&a, &b}) {
      if (place->service != kNobody) {
        held(place->gpu, place->service) -= capacity(*place);
      }
    }
    std::swap(a.service, b.service);
    for (Place* place : {&a, &b}) {
      if (place->service != kNobody) {
        held(place->gpu, place->service) += capacity(*place);
      }
    }
  }

  // What the two services have too much of on the two GPUs.
  std::int64_t excess_of(const Place& a, const Place& b) {
    return excess(a.gpu, a.service) + excess(b.gpu, b.service) + excess(a.gpu, b.service) +
           excess(b.gpu, a.service);
  }

  bool improve(std::size_t index) {
    Place& a = places_[index];
    for (Place& b : places_) {
      if (b.profile != a.profile || b.gpu == a.gpu || b.service == a.service) {
        continue;
      }
      const std::int64_t before = excess_of(a, b);
      swap(a, b);
      if (excess_of(a, b) < before) {
        return true;
      }
      swap(a, b);
    }
    return false;
  }

  std::vector<Place>& places_;
  const SpreadRequest& request_;
  std::vector<std::int64_t> held_;  // Of each GPU, of each service.
};

}  // namespace

std::vector<std::int64_t> spread(std::vector<Place>& places, const SpreadRequest& request) {
  Exchange exchange(places, request);
  exchange.run();
  return exchange.worst();
}

}  // namespace sectile::fleet::internal
