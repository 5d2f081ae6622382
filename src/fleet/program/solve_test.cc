#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/enumerate.h"
#include "src/fleet/program/bound.h"
#include "src/fleet/program/program.h"

namespace sectile::internal {
namespace {

TEST(Scratch, Time) {
  const Model& model = **find_model("a100-80gb");
  std::mt19937 random(1);
  for (int n : {1000, 10000, 100000, 1000000, 1000, 1000000}) {
    Program program;
    program.groups = {{.count = kUnlimited}};
    std::vector<ProfileCounts> layouts = undominated_multisets(model, [](const Profile& p) { return p.media == Media::kPlain && !p.double_memory(); });
    program.items = model.profiles.size();
    for (auto& l : layouts) {
      Pattern p{.group = 0, .costs = {1}};
      for (std::size_t i = 0; i < l.size(); ++i) if (l[i]) p.gives.push_back({i, l[i]});
      program.patterns.push_back(p);
    }
    for (std::size_t i = 0; i < model.profiles.size(); ++i) {
      if (model.profiles[i].media == Media::kPlain && !model.profiles[i].double_memory()) {
        program.services.push_back({.item = i, .need = program.needs.size()});
        program.needs.push_back({.count = static_cast<std::int64_t>(random() % static_cast<unsigned>(2 * n / 5))});
      }
    }
    auto t = std::chrono::steady_clock::now();
    auto a = solve(program);
    auto d = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - t).count();
    ASSERT_TRUE(a.has_value()) << a.error().message;
    std::printf("%d patterns %zu: %ld bound %ld %s  %.2f ms\n", n, layouts.size(), a->levels[0].value, a->levels[0].bound, std::string(to_string(a->levels[0].proof)).c_str(), d);
  }
}

}  // namespace
}  // namespace sectile::internal
