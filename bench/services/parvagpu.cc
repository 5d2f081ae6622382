#include "bench/services/parvagpu.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sectile::bench {
namespace {

constexpr std::array<std::size_t, 5> kSizes = {1, 2, 3, 4, 7};

struct Segment {
  std::size_t size = 0;
  std::size_t service = 0;
  double rate = 0;
};

struct Gpu {
  unsigned slots = 0;
  std::vector<Segment> segments = {};
};

std::vector<int> starts(std::size_t size) {
  switch (size) {
    case 1:
      return {0, 1, 2, 3, 4, 5, 6};
    case 2:
      return {0, 2, 4};
    case 3:
      return {4};
    default:
      return {0};
  }
}

bool put(Gpu& gpu, const Segment& segment) {
  const std::size_t width = segment.size == 7 ? 8 : segment.size == 3 ? 4 : segment.size;
  for (const int start : starts(segment.size)) {
    const unsigned mask = ((1U << width) - 1U) << static_cast<unsigned>(start);
    if ((gpu.slots & mask) == 0) {
      gpu.slots |= mask;
      gpu.segments.push_back(segment);
      return true;
    }
  }
  return false;
}

void put_all(std::vector<Segment> segments, std::vector<Gpu>& gpus) {
  std::ranges::stable_sort(segments, std::ranges::greater(), &Segment::size);
  std::size_t first = 0;  // Before it none has room for the size.
  std::size_t size = 0;
  for (const Segment& segment : segments) {
    first = segment.size == size ? first : 0;
    size = segment.size;
    while (first < gpus.size() && !put(gpus[first], segment)) {
      ++first;
    }
    if (first == gpus.size()) {
      gpus.emplace_back();
      put(gpus.back(), segment);
    }
  }
}

// Of the best throughput for its slices; 0: none serves it.
std::size_t best_size(const PeerService& service) {
  const auto for_slices = [&](std::size_t size) {
    return service.of_size[size] / static_cast<double>(size);
  };
  const std::size_t best = *std::ranges::max_element(kSizes, {}, for_slices);
  return service.of_size[best] > 0 ? best : 0;
}

std::vector<Segment> first_segments(const std::vector<PeerService>& services) {
  std::vector<Segment> segments;
  for (std::size_t number = 0; number < services.size(); ++number) {
    const std::array<double, 8>& of_size = services[number].of_size;
    const std::size_t best = best_size(services[number]);
    double rest = services[number].rate;
    while (best > 0 && rest >= of_size[best]) {
      segments.push_back({.size = best, .service = number, .rate = of_size[best]});
      rest -= of_size[best];
    }
    const auto* const last =
        std::ranges::find_if(kSizes, [&](std::size_t size) { return of_size[size] >= rest; });
    if (rest > 0 && last != kSizes.end()) {
      segments.push_back({.size = *last, .service = number, .rate = of_size[*last]});
    }
  }
  return segments;
}

// What serves a rate, as instances of one and two slices.
std::vector<Segment> small_segments_for(std::size_t number, const PeerService& service,
                                        double rest) {
  const double one = service.of_size[1];
  const double two = service.of_size[2];
  std::vector<Segment> small;
  while (rest > 0 && (one > 0 || two > 0)) {
    const bool use_one = one >= rest || (two < rest && one > two / 2) || two <= 0;
    small.push_back({.size = use_one ? 1UL : 2UL, .service = number, .rate = use_one ? one : two});
    rest -= small.back().rate;
  }
  return small;
}

// What the last GPU held, as instances of one and two slices; empty if that cannot be.
std::vector<Segment> small_segments(const std::vector<PeerService>& services,
                                    const std::vector<double>& served, const Gpu& last) {
  std::vector<double> left = served;
  std::vector<std::size_t> concerned;
  for (const Segment& segment : last.segments) {
    left[segment.service] -= segment.rate;
    if (std::ranges::find(concerned, segment.service) == concerned.end()) {
      concerned.push_back(segment.service);
    }
  }
  std::vector<Segment> small;
  for (const std::size_t number : concerned) {
    const PeerService& service = services[number];
    if (service.of_size[1] <= 0 && service.of_size[2] <= 0) {
      return {};
    }
    std::ranges::move(small_segments_for(number, service, service.rate - left[number]),
                      std::back_inserter(small));
  }
  return small;
}

}  // namespace

std::vector<PeerService> peer_services(const fleet::ServicePlan& plan) {
  std::vector<PeerService> services(plan.targets.size());
  for (std::size_t s = 0; s < services.size(); ++s) {
    services[s].rate = static_cast<double>(plan.targets[s].micro);
  }
  for (const fleet::ServiceOption& option : plan.options) {
    const int size = option.model->find(option.profile)->compute_slices;
    services[option.service].of_size[static_cast<std::size_t>(size)] =
        static_cast<double>(option.throughput.micro);
  }
  return services;
}

std::size_t peer_gpus(const std::vector<PeerService>& services) {
  std::vector<Gpu> gpus;
  put_all(first_segments(services), gpus);
  std::vector<double> served(services.size(), 0);
  for (const Gpu& gpu : gpus) {
    for (const Segment& segment : gpu.segments) {
      served[segment.service] += segment.rate;
    }
  }
  while (gpus.size() > 1) {
    const Gpu last = gpus.back();
    std::vector<Gpu> fewer(gpus.begin(), gpus.end() - 1);
    const std::vector<Segment> small = small_segments(services, served, last);
    put_all(small, fewer);
    if (fewer.size() >= gpus.size() || small.empty()) {
      break;
    }
    for (const Segment& segment : last.segments) {
      served[segment.service] -= segment.rate;
    }
    for (const Segment& segment : small) {
      served[segment.service] += segment.rate;
    }
    gpus = std::move(fewer);
  }
  return gpus.size();
}

}  // namespace sectile::bench
