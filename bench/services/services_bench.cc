// Plans of services beside ParvaGPU's rule, on ParvaGPU's measurements, for tools/bench.
//
// Usage: services_bench FOLDER [--check]   FOLDER: scenarios.csv and profiles/*.csv.
// Prints rows; with --check none, and looks at counts only. Exit 1: more GPUs than there should be.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/row.h"
#include "bench/services/parvagpu.h"
#include "sectile/fleet/service.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/text/measurements.h"
#include "sectile/text/services.h"

namespace sectile::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 21;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The median of some runs, in milliseconds.
template <typename Run>
double median_ms(int runs, const Run& run) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const Clock::time_point begin = Clock::now();
    run();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  std::ranges::nth_element(times, times.begin() + runs / 2);
  return times[static_cast<std::size_t>(runs / 2)];
}

struct Question {
  std::string name;
  std::vector<fleet::Service> services;
  bool mps = true;
  int gpus_max = 0;  // What it should take at most; 0: within 1 of the bound.
};

bool answer(const Question& question, const Measurements& measurements, bool check) {
  const fleet::GpuSupply supply{.model = *find_model("a100-80gb")};
  const fleet::ServiceRequest request{.services = question.services,
                                      .measurements = measurements.points(),
                                      .gpus = {&supply, 1},
                                      .admission = fleet::kParvaGpuAdmission,
                                      .mps = question.mps};
  auto plan = fleet::plan_services(request);
  if (!plan || !fleet::verify(request, *plan)) {
    fmt::print("# {}: no plan that holds\n", question.name);
    return false;
  }
  const int gpus = static_cast<int>(plan->gpus.size());
  const int most = question.gpus_max > 0 ? question.gpus_max : plan->gpus_bound + 1;
  const bool good = gpus <= most && (question.gpus_max == 0 || plan->proven());
  if (check) {
    fmt::print("{}{}: {} GPUs, bound {}\n", good ? "" : "FAILED ", question.name, gpus,
               plan->gpus_bound);
    return good;
  }
  const int bound = plan->gpus_bound;
  const std::vector<PeerService> peer = peer_services(*plan);
  std::size_t theirs = 0;
  const double ms = median_ms(kRuns, [&] { plan = fleet::plan_services(request); });
  const double peer_ms = median_ms(kRuns, [&] { theirs = peer_gpus(peer); });
  print_row({.what = question.name,
             .unit = "GPUs",
             .ours = fmt::format("{}", gpus),
             .floor = fmt::format("{}", bound),
             .other = fmt::format("{}", theirs),
             .ratio = fmt::format("{:.3f}", static_cast<double>(theirs) / gpus)});
  print_row({.what = question.name + ", time",
             .unit = "ms",
             .ours = fmt::format("{:.2f}", ms),
             .other = fmt::format("{:.2f}", peer_ms),
             .ratio = fmt::format("{:.2f}", peer_ms / ms)});
  return good;
}

struct Expected {
  std::string_view scenario;
  int gpus;
  int gpus_without_mps;
};
constexpr std::array<Expected, 5> kExpected = {
    {{"S1", 2, 2}, {"S2", 3, 3}, {"S3", 5, 5}, {"S4", 7, 7}, {"S5", 12, 13}}};
constexpr int kMany = 100;

std::optional<Measurements> load(const fs::path& folder) {
  const Model* const model = *find_model("a100-80gb");
  Measurements measurements;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "profiles", error)) {
    const Status added =
        measurements.add(read(entry.path()), entry.path().string(),
                         {.workload = entry.path().stem().string(), .model = model});
    if (!added) {
      fmt::print("# {}\n", added.error().message);
      return std::nullopt;
    }
  }
  return measurements.points().empty() ? std::nullopt : std::optional(std::move(measurements));
}

// Whether it is as good as it should be.
Result<bool> compare(const fs::path& folder, const Measurements& measurements, bool check) {
  bool good = true;
  const std::string table = read(folder / "scenarios.csv");
  for (const Expected& expected : kExpected) {
    const std::string name(expected.scenario);
    const auto config = parse_services(table, "scenarios.csv", name);
    if (!config) {
      return fail(config);
    }
    std::vector<fleet::Service> many = config->services;
    for (fleet::Service& service : many) {
      service.rate.micro = service.rate.micro / 1'000'000 * 1'000'000 * kMany;
    }
    for (const Question& question :
         {Question{name, config->services, true, expected.gpus},
          Question{name + " without MPS", config->services, false, expected.gpus_without_mps},
          Question{name + ", rates x100", many, true, 0}}) {
      good = answer(question, measurements, check) && good;
    }
  }
  return good;
}

}  // namespace
}  // namespace sectile::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  const bool check = words.size() > 2 && words[2] == "--check";
  const std::filesystem::path folder = words.size() > 1 ? words[1] : "";
  const std::optional<sectile::Measurements> measurements = sectile::bench::load(folder);
  if (!measurements) {
    fmt::print("# skipped: ParvaGPU's measurements are not in '{}'\n", folder.string());
    return 77;
  }
  const sectile::Result<bool> good = sectile::bench::compare(folder, *measurements, check);
  if (!good) {
    fmt::print("# {}\n", good.error().message);
    return 1;
  }
  if (!check) {
    fmt::print(
        "# floor: the bound that prices prove, checked. other: ParvaGPU's rule, rebuilt from its "
        "paper (SC'24)\n");
  }
  return *good ? 0 : 1;
}
