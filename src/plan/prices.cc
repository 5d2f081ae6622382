#include "src/plan/prices.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace sectile::internal {
namespace {

inline constexpr int kIterationsMax = 2000;
inline constexpr double kSmall = 1e-9;

using Vector = std::vector<double>;

// A variable of the linear program: a column of a machine, or, with no machine, the dropping of a
// class or (one past the classes) the openings that are left over.
struct Variable {
  std::optional<std::size_t> machine = {};
  std::size_t index = 0;
};

// Rows: the classes, then the machines, then the openings.
class Simplex {
 public:
  explicit Simplex(const Program& program)
      : program_(program),
        classes_(program.demand.size()),
        rows_(classes_ + program.machines.size() + 1),
        inverse_(rows_, Vector(rows_, 0.0)) {
    start();
  }

  // The price of each row.
  Vector run() {
    for (int i = 0; i < kIterationsMax; ++i) {
      const Vector price = prices();
      const std::optional<Variable> entering = most_profitable(price);
      if (!entering || !pivot(*entering)) {
        break;
      }
    }
    return prices();
  }

 private:
  // Everything is dropped, every machine does nothing: feasible, and its matrix is the identity.
  void start() {
    for (std::size_t row = 0; row < rows_; ++row) {
      inverse_[row][row] = 1;
      const bool is_machine = row >= classes_ && row + 1 < rows_;
      basis_.push_back(is_machine ? idle(row - classes_)
                                  : Variable{.index = std::min(row, classes_)});
      amount_.push_back(row < classes_ ? program_.demand[row]
                        : is_machine   ? program_.machines[row - classes_].count
                                       : program_.opens_max);
    }
  }

  Variable idle(std::size_t machine) const {
    const std::vector<Column>& columns = program_.machines[machine].columns;
    const auto is_idle = [](const Column& column) {
      return !column.opens && std::ranges::all_of(column.serves, [](int n) { return n == 0; });
    };
    const auto found = std::ranges::find_if(columns, is_idle);
    return {.machine = machine, .index = static_cast<std::size_t>(found - columns.begin())};
  }

  double value(const Variable& variable) const {
    if (variable.machine) {
      return static_cast<double>(
          program_.machines[*variable.machine].columns[variable.index].value);
    }
    return variable.index < classes_ ? -static_cast<double>(program_.drop_price[variable.index])
                                     : 0.0;
  }

  // The variable's entries in the rows, times the inverse.
  Vector direction(const Variable& variable) const {
    Vector result(rows_, 0.0);
    for (std::size_t row = 0; row < rows_; ++row) {
      result[row] = dot(inverse_[row], variable);
    }
    return result;
  }

  double dot(const Vector& row, const Variable& variable) const {
    if (!variable.machine) {
      return variable.index < classes_ ? row[variable.index] : row.back();
    }
    const Column& column = program_.machines[*variable.machine].columns[variable.index];
    double sum = row[classes_ + *variable.machine] + (column.opens ? row.back() : 0.0);
    for (std::size_t k = 0; k < classes_; ++k) {
      sum += column.serves[k] * row[k];
    }
    return sum;
  }

  Vector prices() const {
    Vector price(rows_, 0.0);
    for (std::size_t row = 0; row < rows_; ++row) {
      const double worth = value(basis_[row]);
      for (std::size_t i = 0; i < rows_; ++i) {
        price[i] += worth * inverse_[row][i];
      }
    }
    return price;
  }

  std::optional<Variable> most_profitable(const Vector& price) const {
    std::optional<Variable> best;
    double most = kSmall;
    const auto look = [&](const Variable& variable) {
      const double worth = value(variable);
      const double profit = (worth - dot(price, variable)) / (1 + std::abs(worth));
      if (profit > most) {
        most = profit;
        best = variable;
      }
    };
    for (std::size_t i = 0; i <= classes_; ++i) {
      look({.index = i});
    }
    for (std::size_t machine = 0; machine < program_.machines.size(); ++machine) {
      for (std::size_t i = 0; i < program_.machines[machine].columns.size(); ++i) {
        look({.machine = machine, .index = i});
      }
    }
    return best;
  }

  // Brings a variable in, in place of the one that reaches nothing first. False if none does.
  bool pivot(const Variable& entering) {
    const Vector change = direction(entering);
    std::optional<std::size_t> leaving;
    for (std::size_t row = 0; row < rows_; ++row) {
      if (change[row] > kSmall &&
          (!leaving || amount_[row] * change[*leaving] < amount_[*leaving] * change[row])) {
        leaving = row;
      }
    }
    if (!leaving) {
      return false;
    }
    const std::size_t pivot_row = *leaving;
    const double step = amount_[pivot_row] / change[pivot_row];
    for (std::size_t i = 0; i < rows_; ++i) {
      inverse_[pivot_row][i] /= change[pivot_row];
    }
    for (std::size_t row = 0; row < rows_; ++row) {
      amount_[row] = row == pivot_row ? step : std::max(0.0, amount_[row] - step * change[row]);
      for (std::size_t i = 0; row != pivot_row && i < rows_; ++i) {
        inverse_[row][i] -= change[row] * inverse_[pivot_row][i];
      }
    }
    basis_[pivot_row] = entering;
    return true;
  }

  const Program& program_;
  std::size_t classes_;
  std::size_t rows_;
  std::vector<Vector> inverse_ = {};
  std::vector<Variable> basis_ = {};
  Vector amount_;
};

std::int64_t scaled(double price) {
  // Far beyond any value; keeps a broken price from overflowing the sums made with it.
  constexpr double kLargest = 1e12;
  return std::llround(std::clamp(price, -kLargest, kLargest) * static_cast<double>(kPriceScale));
}

}  // namespace

Prices find_prices(const Program& program) {
  const Vector price = Simplex(program).run();
  Prices prices;
  for (std::size_t k = 0; k < program.demand.size(); ++k) {
    prices.instance.push_back(std::max(scaled(price[k]), -program.drop_price[k] * kPriceScale));
  }
  prices.open = std::max<std::int64_t>(scaled(price.back()), 0);
  return prices;
}

std::int64_t surplus(const Prices& prices, const Column& column) {
  std::int64_t left = column.value * kPriceScale - (column.opens ? prices.open : 0);
  for (std::size_t k = 0; k < column.serves.size(); ++k) {
    left -= column.serves[k] * prices.instance[k];
  }
  return left;
}

}  // namespace sectile::internal
