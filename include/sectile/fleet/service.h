// Services: from measured throughput and latency, and from what was promised, to instances and
// GPUs.
//
// A service wants so many requests a second, each answered within a bound. What an instance of a
// profile does for it was measured, for each batch size and number of processes. plan_services()
// chooses the instances of each service and cuts the fewest GPUs that hold them all, and says how
// few there could be at best, with a proof that can be checked (ServiceProof).
//
// Pure and deterministic; all figures are integers, so nothing is lost to rounding. Values only:
// thread-compatible. docs/formats/measurements.md says how the figures are read from files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/geometry/layout.h"
#include "sectile/geometry/model.h"

namespace sectile::fleet {

// Requests per second, in millionths.
struct Rate {
  std::int64_t micro = 0;

  friend constexpr auto operator<=>(const Rate&, const Rate&) = default;
  friend constexpr Rate operator+(Rate a, Rate b) { return {a.micro + b.micro}; }
};

// How long a request takes, in nanoseconds.
struct Latency {
  std::int64_t nanoseconds = 0;

  friend constexpr auto operator<=>(const Latency&, const Latency&) = default;
};

inline constexpr Rate kMaxRate{100'000'000'000'000};  // 10^8 requests a second.
inline constexpr Latency kMaxLatency{std::int64_t{86'400} * 1'000'000'000};  // A day.
inline constexpr int kMaxBatch = 65'536;
inline constexpr int kMaxProcesses = 48;  // Clients of one MPS server.
inline constexpr std::size_t kMaxServices = 1000;
inline constexpr std::size_t kMaxMeasurements = 200'000;
inline constexpr int kMaxServiceGpus = 4096;  // Of an answer; what a plan's document may hold.

// One line of a measurement: a workload on one instance.
struct Measurement {
  std::string workload = {};
  const Model* model = nullptr;  // Must outlive the plan.
  ProfileId profile = {};
  int batch = 1;
  int processes = 1;     // Sharing the instance through MPS.
  Rate throughput = {};  // Of the whole instance, all processes together. 0: it did not run.
  Latency latency = {};  // Of a batch.

  friend bool operator==(const Measurement&, const Measurement&) = default;
};

struct Service {
  std::string name = {};
  std::string workload = {};  // What was measured.
  Rate rate = {};             // To be served. Positive.
  Latency latency_max = {};   // Positive.
  int headroom_percent = 0;   // More than the rate. 0..1000.

  friend bool operator==(const Service&, const Service&) = default;
};

// When a measured point counts for a bound on latency: latency < bound x numerator / denominator.
struct Admission {
  int numerator = 1;
  int denominator = 1;
  bool whole_numbers = false;  // Cut bounds (in ms) and rates to whole numbers first.

  friend bool operator==(const Admission&, const Admission&) = default;
};

inline constexpr Admission kPlainAdmission{};
// ParvaGPU's (SC'24): half of the bound for waiting, a tenth of the rest for safety.
inline constexpr Admission kParvaGpuAdmission{
    .numerator = 45, .denominator = 100, .whole_numbers = true};

// What may fail while every service still gets its rate.
enum class Spare : std::uint8_t {
  kNone,
  kInstance,  // Any one instance.
  kGpu,       // Any one GPU with all that is on it.
};

// GPUs that may be used.
struct GpuSupply {
  const Model* model = nullptr;       // Must outlive the plan; valid.
  std::optional<int> count_max = {};  // As many as it takes, if absent.
};

struct ServiceRequest {
  std::span<const Service> services;
  std::span<const Measurement> measurements;
  std::span<const GpuSupply> gpus;  // Each model once.
  Admission admission = kPlainAdmission;
  bool mps = true;  // false: only points with one process.
  Spare spare = Spare::kNone;
  int effort = 2000;  // Nodes of the search, when the first bound does not prove the answer.
};

// What an instance of one profile does for a service at its best: the admissible point with the
// greatest throughput; among equals the fewest processes, then the smallest batch.
struct ServiceOption {
  std::size_t service = 0;  // Index into the services.
  const Model* model = nullptr;
  ProfileId profile = {};
  int batch = 1;
  int processes = 1;
  Rate throughput = {};
  Latency latency = {};

  friend bool operator==(const ServiceOption&, const ServiceOption&) = default;
};

struct ServiceInstance {
  std::size_t option = 0;  // Index into ServicePlan::options.
  std::size_t gpu = 0;     // Index into ServicePlan::gpus.
  Placement placement = {};

  friend bool operator==(const ServiceInstance&, const ServiceInstance&) = default;
};

struct ServiceGpu {
  const Model* model = nullptr;
  Layout layout = {};

  friend bool operator==(const ServiceGpu&, const ServiceGpu&) = default;
};

// Why fewer GPUs cannot do. Every profile has a price, in billionths of a GPU, such that no layout
// is worth more than one GPU (plus the scarcity of its model). Whatever instances a service uses,
// they are worth at least `cheapest`; so all services together need at least `bound` GPUs.
struct ServiceProof {
  struct Price {
    const Model* model = nullptr;
    ProfileId profile = {};
    std::int64_t nano = 0;
  };
  struct Scarcity {  // Of a model of which there are not enough.
    const Model* model = nullptr;
    std::int64_t nano = 0;
  };

  std::vector<Price> prices = {};
  std::vector<Scarcity> scarcities = {};
  std::vector<std::int64_t> cheapest = {};  // For each service, in billionths of a GPU.
  std::int64_t bound_nano = 0;  // The sum of `cheapest`, less count_max x scarcity of each model.
};

struct ServicePlan {
  std::vector<ServiceOption> options = {};  // Every one there was to choose from.
  std::vector<ServiceGpu> gpus = {};
  std::vector<ServiceInstance> instances = {};  // In order of GPU and start.
  std::vector<Rate> targets = {};               // What each service must get: rate and headroom.
  std::vector<Rate> capacities = {};            // What it gets.
  ServiceProof proof = {};
  int gpus_bound = 0;  // No plan uses fewer.
  int nodes = 0;       // Of the search; 0: the prices alone prove the bound.
  bool proven() const { return gpus_bound == static_cast<int>(gpus.size()); }
};

// Why a service cannot be had at all.
struct ServiceRefusal {
  std::size_t service = 0;
  bool measured = false;                    // Whether its workload was measured on any of the GPUs.
  bool mps_would_do = false;                // Only points with several processes are admissible.
  Latency latency_allowed = {};             // What a point had to stay below.
  std::optional<Measurement> fastest = {};  // The point with the least latency, if any runs.
};

struct ServiceFailure {
  std::vector<ServiceRefusal> refused = {};  // Empty: all can be had, but the GPUs do not suffice.
  int gpus_bound = 0;   // With as many GPUs of these models as it takes, if none is refused.
  int gpus_found = 0;   // A plan with so many exists then; 0: none was found.
  bool proven = false;  // That the GPUs given do not suffice.
};

// Fails with kInvalidArgument for a request that is malformed: a figure out of its range, two
// services of one name, two supplies of one model, a profile that the model does not have.
Status check(const ServiceRequest& request);

// Requires: check(request).
std::expected<ServicePlan, ServiceFailure> plan_services(const ServiceRequest& request);

// Looks at a plan as if somebody else had made it: layouts legal, each instance in one slot of its
// own at an admissible point that was measured, every service at its rate also when what `spare`
// names fails, and the proof: prices against every layout, and no cover of a service cheaper than
// it says. Fails with kFailed, naming what is wrong.
Status verify(const ServiceRequest& request, const ServicePlan& plan);

}  // namespace sectile::fleet
