// Master: the linear program over ways to cut GPUs and covers of services, with covers added as
// they turn out to be useful (Dantzig and Wolfe's decomposition).
//
//   least   GPUs of each shape, summed
//   so that for each profile, the shapes hold at least the instances that the covers take,
//           each service has one cover (or fractions that make one), and supplies last.
//
// Solved in floating point by COIN-OR CLP: what it says is a hint. Bounds are computed from its
// prices in integers, elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "src/fleet/service/ground.h"

class ClpSimplex;

namespace sectile::fleet::internal {

class Master {
 public:
  Master(const Ground& ground, std::size_t services);
  ~Master();
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  struct Cover {
    std::size_t service = 0;
    std::vector<int> counts;  // Of each profile of the ground.
  };

  // false if it is there already.
  bool add(std::size_t service, std::span<const int> counts);
  const std::vector<Cover>& covers() const { return covers_; }

  // Whether a cover may be used.
  void allow(std::size_t cover, bool allowed);

  // false if the solver gave up, which it does not do on sound programs.
  bool solve();

  // Of the last solution. `lacking`: services without a full cover.
  double objective() const;
  double gpus(std::size_t shape) const;
  double share(std::size_t cover) const;
  double reduced_price(std::size_t cover) const;  // Of using it, in GPUs.
  bool lacking() const;

  // In billionths of a GPU, repaired so that no shape is worth more than kNano and the scarcity of
  // its supply.
  struct Prices {
    std::vector<std::int64_t> profiles;
    std::vector<std::int64_t> scarcities;  // Of each supply; 0 where there is no limit.
  };
  Prices prices() const;

 private:
  double value(std::size_t column) const;
  std::size_t column_of_cover(std::size_t cover) const { return first_cover_ + cover; }

  const Ground& ground_;
  std::size_t services_;
  std::size_t first_cover_;
  std::unique_ptr<ClpSimplex> program_;
  std::vector<Cover> covers_;
  std::set<std::pair<std::size_t, std::vector<int>>> known_;
};

}  // namespace sectile::fleet::internal
