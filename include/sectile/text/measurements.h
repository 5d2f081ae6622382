// Measurements: what workloads do on instances of each profile, read from CSV files.
// docs/formats/measurements.md is the specification.
//
//   workload,gpu,profile,batch,processes,throughput_per_s,latency_ms
//   llama,h100-80gb-sxm5,3g.40gb,8,1,41.5,193
//
// The files of ParvaGPU (SC'24) are read as they are, too: one for each workload, with the columns
// Mig instance, Batch size, Workload Number, Throughput (of one process) and Latency (in seconds).
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/service.h"

namespace sectile {

// For the columns that a file does not have.
struct MeasurementDefaults {
  std::string workload;          // For ParvaGPU's files: their name without .csv.
  const Model* model = nullptr;  // Likewise the GPU: it was an A100 80GB.
};

// Gathers what several files say. Throughput is rounded down to a millionth and latency up to a
// nanosecond, so that no plan rests on a rounding.
class Measurements {
 public:
  // Adds what a file says. Fails with kInvalidArgument at "file:line:column: ": unknown columns,
  // GPUs and profiles, what is no number, nan, negative or absurd, the same point twice (in another
  // file as well). Nothing is added then.
  Status add(std::string_view text, std::string_view file, const MeasurementDefaults& defaults);

  std::span<const fleet::Measurement> points() const { return points_; }

 private:
  using Key = std::tuple<std::string, const Model*, ProfileId, int, int>;

  std::vector<fleet::Measurement> points_;
  std::map<Key, std::string> origins_;  // "file:line"
};

// What add() reads back as the same points.
std::string write_measurements(std::span<const fleet::Measurement> points);

}  // namespace sectile
