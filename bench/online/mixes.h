// The mixes of the experiment on one 80 GB A100 or H100, and what a run of it takes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sectile/fleet/loss_model.h"
#include "sectile/fleet/state_space.h"

namespace sectile::bench {

struct Mix {
  std::string name;
  const StateSpace* space = nullptr;
  std::vector<double> shares;         // Of wants: 1g, (1g with twice the memory,) 2g, 3g, 4g, 7g.
  std::vector<std::size_t> profiles;  // Of the space, for each want.
  std::vector<int> slices;            // For each want.
  double gpus_per_instance = 0;       // Of the best packing of very many.
};

// Five: the profiles that every driver has. Six: with 1g.20gb.
std::vector<Mix> mixes();

using MakeFleet = std::function<std::unique_ptr<LossFleet>(const Mix&, std::size_t gpus)>;

struct Acceptance {
  std::vector<double> count;   // Percent, for each seed.
  std::vector<double> slices;  // Likewise.
  double moves = 0;            // Percent of accepted, on average.
};

struct Load {
  std::size_t gpus = 100;
  double rho = 1;
  double lifetimes = 300;
  int seeds = 10;
};

void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& task);

// On all cores; seeds are 1, 2, ...: the same for every fleet.
Acceptance measure(const Mix& mix, const Load& load, const MakeFleet& make);

}  // namespace sectile::bench
