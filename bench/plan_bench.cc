// How long a plan takes: pack() on 8 GPUs as a person waits for it, and on what is hard.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/plan/pack.h"

namespace {

using sectile::ByNeed;
using sectile::ByProfile;
using sectile::PlanGpu;
using sectile::Want;

struct Question {
  std::vector<PlanGpu> gpus;
  std::vector<Want> wants;
};

Want want(int count, std::string label) {
  return {.count = count, .what = ByProfile{std::move(label)}};
}

Want need(int count, int gib, int compute = 0) {
  return {.count = count,
          .what = ByNeed{.memory_min = {std::int64_t{gib} * 1024}, .compute_min = compute}};
}

std::vector<PlanGpu> gpus(const std::vector<std::pair<int, const char*>>& models) {
  std::vector<PlanGpu> result;
  for (const auto& [count, key] : models) {
    for (int i = 0; i < count; ++i) {
      result.push_back({.name = "gpu" + std::to_string(result.size()),
                        .model = sectile::find_model(key).value()});
    }
  }
  return result;
}

std::vector<PlanGpu> eight() {
  return gpus({{8, "h100-80gb-sxm5"}});
}

void run(benchmark::State& state, const Question& question) {
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(sectile::pack(question.gpus, question.wants));
  }
  const auto result = sectile::pack(question.gpus, question.wants);
  state.counters["fits"] = result ? 1 : 0;
  state.counters["proven"] = (result ? result->proven : result.error().proven) ? 1 : 0;
}

void add(const char* name, Question question) {
  benchmark::RegisterBenchmark(name, [question = std::move(question)](benchmark::State& state) {
    run(state, question);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  add("8/labels", {eight(), {want(4, "3g"), want(5, "2g"), want(10, "1g")}});
  add("8/nearly_full", {eight(), {want(8, "3g"), want(5, "2g"), want(20, "1g")}});
  add("8/needs", {eight(), {need(14, 9), need(2, 39, 3)}});
  add("8/mixed_needs", {eight(), {need(10, 15), need(5, 30), need(8, 5), need(2, 60)}});
  add("8/labels_and_needs", {eight(), {want(3, "4g"), need(6, 15), want(8, "1g"), need(2, 39, 3)}});
  add("8/compute_instances",
      {eight(),
       {want(7, "1c.3g.40gb"), want(4, "2c.3g.40gb"), want(3, "3g"), want(5, "1c.7g.80gb")}});
  add("8/infeasible", {eight(), {want(8, "3g"), want(8, "4g"), want(1, "1g")}});
  add("8/hopelessly_many", {eight(), {want(1000, "7g")}});
  add("64/labels",
      {gpus({{64, "h100-80gb-sxm5"}}), {want(60, "3g"), want(50, "2g"), want(100, "1g")}});
  add("16_mixed/eight_classes",
      {gpus({{5, "h100-80gb-sxm5"}, {5, "a100-40gb"}, {4, "a30-24gb"}, {2, "rtx-pro-6000-bw"}}),
       {want(4, "3g"), need(7, 5), need(5, 15), need(3, 30, 3), need(2, 40), want(8, "1g"),
        want(5, "2g"), need(2, 20, 2), want(2, "4g")}});
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
