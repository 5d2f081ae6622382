#include "src/fleet/service/master.h"

#include <ClpSimplex.hpp>
#include <algorithm>
#include <cmath>

namespace sectile::fleet::internal {
namespace {

constexpr double kLackPrice = 1e4;  // Of a service without cover, in GPUs: above any answer.
constexpr double kTolerance = 1e-7;

// Rows: profiles, then services, then supplies. Columns: shapes, then a lack for each service, then
// covers.
int row_of_service(const Ground& ground, std::size_t service) {
  return static_cast<int>(ground.profiles.size() + service);
}

void add_rows(ClpSimplex& program, const Ground& ground, std::size_t services) {
  const int rows = static_cast<int>(ground.profiles.size() + services + ground.supplies.size());
  program.resize(rows, 0);
  int row = 0;
  for (std::size_t p = 0; p < ground.profiles.size(); ++p) {
    program.setRowBounds(row++, 0, COIN_DBL_MAX);
  }
  for (std::size_t s = 0; s < services; ++s) {
    program.setRowBounds(row++, 1, 1);
  }
  for (const GpuSupply& supply : ground.supplies) {
    program.setRowBounds(row++, -COIN_DBL_MAX, supply.count_max ? *supply.count_max : COIN_DBL_MAX);
  }
}

struct Column {
  std::vector<int> rows;
  std::vector<double> values;

  void put(int row, double value) {
    rows.push_back(row);
    values.push_back(value);
  }
  void add_to(ClpSimplex& program, double price) const {
    program.addColumn(static_cast<int>(rows.size()), rows.data(), values.data(), 0, COIN_DBL_MAX,
                      price);
  }
};

Column of_counts(std::span<const int> counts, double sign) {
  Column column;
  for (std::size_t p = 0; p < counts.size(); ++p) {
    if (counts[p] != 0) {
      column.put(static_cast<int>(p), sign * counts[p]);
    }
  }
  return column;
}

std::int64_t worth(const Shape& shape, std::span<const std::int64_t> prices) {
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < prices.size(); ++p) {
    sum += shape.counts[p] * prices[p];
  }
  return sum;
}

// Takes from the prices of the shape's profiles what it is worth too much.
void cut_down(const Shape& shape, std::int64_t allowed, std::vector<std::int64_t>& prices) {
  std::int64_t excess = worth(shape, prices) - allowed;
  for (std::size_t p = 0; p < prices.size() && excess > 0; ++p) {
    const std::int64_t count = shape.counts[p];
    if (count > 0) {
      const std::int64_t cut = std::min(prices[p], (excess + count - 1) / count);
      prices[p] -= cut;
      excess -= cut * count;
    }
  }
}

}  // namespace

Master::Master(const Ground& ground, std::size_t services)
    : ground_(ground),
      services_(services),
      first_cover_(ground.shapes.size() + services),
      program_(std::make_unique<ClpSimplex>()) {
  program_->setLogLevel(0);
  add_rows(*program_, ground, services);
  const int first_supply = row_of_service(ground, services);
  for (const Shape& shape : ground.shapes) {
    Column column = of_counts(shape.counts, 1);
    column.put(first_supply + static_cast<int>(shape.supply), 1);
    column.add_to(*program_, 1);
  }
  for (std::size_t s = 0; s < services; ++s) {
    Column column;
    column.put(row_of_service(ground, s), 1);
    column.add_to(*program_, kLackPrice);
  }
}

Master::~Master() = default;

bool Master::add(std::size_t service, std::span<const int> counts) {
  std::vector<int> copy(counts.begin(), counts.end());
  if (!known_.emplace(service, copy).second) {
    return false;
  }
  Column column = of_counts(counts, -1);
  column.put(row_of_service(ground_, service), 1);
  column.add_to(*program_, 0);
  covers_.push_back({.service = service, .counts = std::move(copy)});
  return true;
}

void Master::allow(std::size_t cover, bool allowed) {
  program_->setColumnUpper(static_cast<int>(column_of_cover(cover)), allowed ? COIN_DBL_MAX : 0);
}

bool Master::solve() {
  program_->primal();
  return program_->isProvenOptimal();
}

double Master::value(std::size_t column) const {
  return program_->getColSolution()[column];
}
double Master::objective() const {
  return program_->getObjValue();
}
double Master::gpus(std::size_t shape) const {
  return value(shape);
}
double Master::share(std::size_t cover) const {
  return value(column_of_cover(cover));
}
double Master::reduced_price(std::size_t cover) const {
  return program_->getReducedCost()[column_of_cover(cover)];
}

bool Master::lacking() const {
  for (std::size_t s = 0; s < services_; ++s) {
    if (value(ground_.shapes.size() + s) > kTolerance) {
      return true;
    }
  }
  return false;
}

Master::Prices Master::prices() const {
  Prices prices;
  const double* duals = program_->getRowPrice();
  const auto nano = [](double price) {
    const double within = std::clamp(price, 0.0, kLackPrice);
    return static_cast<std::int64_t>(std::floor(within * static_cast<double>(kNano)));
  };
  for (std::size_t p = 0; p < ground_.profiles.size(); ++p) {
    prices.profiles.push_back(nano(duals[p]));
  }
  for (std::size_t s = 0; s < ground_.supplies.size(); ++s) {
    const bool limited = ground_.supplies[s].count_max.has_value();
    const double dual = duals[ground_.profiles.size() + services_ + s];
    prices.scarcities.push_back(limited ? nano(-dual) : 0);
  }
  for (const Shape& shape : ground_.shapes) {
    cut_down(shape, kNano + prices.scarcities[shape.supply], prices.profiles);
  }
  return prices;
}

}  // namespace sectile::fleet::internal
