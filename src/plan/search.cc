#include "src/plan/search.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "src/plan/prices.h"

namespace sectile::internal {
namespace {

std::int64_t floor_unscaled(std::int64_t scaled) {
  const std::int64_t quotient = scaled / kPriceScale;
  return scaled % kPriceScale < 0 ? quotient - 1 : quotient;
}

// The first class that a column serves; the number of classes if none.
std::size_t first_served(const Column& column) {
  const auto found = std::ranges::find_if(column.serves, [](int n) { return n > 0; });
  return static_cast<std::size_t>(found - column.serves.begin());
}

bool is_idle(const Column& column) {
  return !column.opens && first_served(column) == column.serves.size();
}

// A column in the order in which it is tried.
struct Trial {
  std::size_t column = 0;
  std::int64_t loss = 0;  // Scaled: by which choosing it lowers the bound.
  // Classes of which it could serve one more at no cost: as long as there is demand for one, the
  // larger column is the better choice.
  std::vector<std::size_t> growth = {};
};

// The columns of one kind of machine, prepared for the search.
struct Tried {
  std::vector<std::vector<Trial>> by_class;  // By the first class served; least loss first.
  std::int64_t most = 0;                     // Scaled: the greatest surplus.
  std::size_t idle = 0;                      // The column for nothing.
  std::int64_t idle_loss = 0;
  std::vector<bool> serves;        // Each class.
  std::vector<bool> later_serves;  // Each class: whether a machine of a later kind does.
};

using Known = std::map<std::vector<int>, const Column*>;

Known by_serves(const Machine& machine) {
  Known known;
  for (const Column& column : machine.columns) {
    known.emplace(column.serves, &column);
  }
  return known;
}

// Whether some column serves so much more of a class, is worth at least as much and opens no more.
bool has_neighbour(const Known& known, const Column& column, std::size_t k, int change) {
  std::vector<int> serves = column.serves;
  serves[k] += change;
  const auto found = known.find(serves);
  return found != known.end() && found->second->value >= column.value &&
         found->second->opens <= column.opens;
}

bool can_shrink(const Known& known, const Column& column) {
  for (std::size_t k = 0; k < column.serves.size(); ++k) {
    if (column.serves[k] > 0 && !has_neighbour(known, column, k, -1)) {
      return false;
    }
  }
  return true;
}

// Whether an instance can always be taken away without loss. Not so on Thor, where one instance
// needs another.
bool is_closed(const Machine& machine, const Known& known) {
  return std::ranges::all_of(machine.columns,
                             [&](const Column& column) { return can_shrink(known, column); });
}

// Classes from the first that the column serves on of which it could serve one more at no cost.
std::vector<std::size_t> growth(const Known& known, const Column& column) {
  std::vector<std::size_t> classes;
  for (std::size_t k = first_served(column); k < column.serves.size(); ++k) {
    if (has_neighbour(known, column, k, 1)) {
      classes.push_back(k);
    }
  }
  return classes;
}

// A point of the search. Machines of one kind are filled in order of the first class that they
// serve, so that the same choice in another order is not met again.
struct Point {
  std::size_t kind = 0;
  int left = 0;                // Machines of this kind.
  int opens = 0;               // Machines that may still be opened.
  std::size_t next_class = 0;  // What is before, this kind serves no more.
  std::int64_t gained = 0;     // Value of what is behind.
  std::int64_t bound = 0;      // Scaled: what is ahead cannot bring more.
};

class Search {
 public:
  explicit Search(const Program& program)
      : program_(program), prices_(find_prices(program)), rest_(program.demand) {
    prepare();
  }

  Answer run() {
    const Point root = start();
    from(root);
    best_.bound = steps_ < program_.steps_max ? best_.value : floor_unscaled(root.bound);
    return best_;
  }

 private:
  std::size_t classes() const { return program_.demand.size(); }
  std::size_t kinds() const { return program_.machines.size(); }

  void prepare() {
    std::vector<Known> known;
    std::ranges::transform(program_.machines, std::back_inserter(known), by_serves);
    bool closed = true;
    for (std::size_t i = 0; i < kinds(); ++i) {
      closed = closed && is_closed(program_.machines[i], known[i]);
    }
    std::vector<bool> later(classes(), false);
    for (std::size_t i = kinds(); i-- > 0;) {
      tried_.push_back(trials(program_.machines[i], closed ? &known[i] : nullptr));
      tried_.back().later_serves = later;
      for (std::size_t k = 0; k < classes(); ++k) {
        later[k] = later[k] || tried_.back().serves[k];
      }
    }
    std::ranges::reverse(tried_);
  }

  // Without `known`, columns are never thought too small.
  Tried trials(const Machine& machine, const Known* known) const {
    Tried tried{.by_class = std::vector<std::vector<Trial>>(classes() + 1),
                .most = surplus(prices_, machine.columns.front()),
                .serves = std::vector<bool>(classes(), false),
                .later_serves = {}};
    for (const Column& column : machine.columns) {
      tried.most = std::max(tried.most, surplus(prices_, column));
    }
    for (std::size_t i = 0; i < machine.columns.size(); ++i) {
      const Column& column = machine.columns[i];
      Trial trial{.column = i, .loss = tried.most - surplus(prices_, column)};
      trial.growth = known != nullptr ? growth(*known, column) : std::vector<std::size_t>();
      for (std::size_t k = 0; k < classes(); ++k) {
        tried.serves[k] = tried.serves[k] || column.serves[k] > 0;
      }
      if (is_idle(column)) {
        tried.idle = i;
        tried.idle_loss = trial.loss;
      }
      tried.by_class[first_served(column)].push_back(std::move(trial));
    }
    for (std::vector<Trial>& same : tried.by_class) {
      std::ranges::stable_sort(same, {}, &Trial::loss);
    }
    return tried;
  }

  Point start() {
    Point root{.opens = program_.opens_max, .bound = prices_.open * program_.opens_max};
    set_first();
    for (std::size_t i = 0; i < kinds(); ++i) {
      root.bound += tried_[i].most * program_.machines[i].count;
    }
    for (std::size_t k = 0; k < classes(); ++k) {
      root.bound += prices_.instance[k] * program_.demand[k];
    }
    root.left = kinds() == 0 ? 0 : program_.machines.front().count;
    chosen_.resize(kinds());
    return root;
  }

  void set_first() {
    best_.columns = program_.first;
    best_.dropped = program_.demand;
    for (std::size_t i = 0; i < kinds(); ++i) {
      const Machine& machine = program_.machines[i];
      if (program_.first.empty()) {
        best_.columns.emplace_back(static_cast<std::size_t>(machine.count), tried_[i].idle);
      }
      for (const std::size_t column : best_.columns[i]) {
        best_.value += machine.columns[column].value;
        std::ranges::transform(best_.dropped, machine.columns[column].serves, best_.dropped.begin(),
                               std::minus{});
      }
    }
    best_.value -= drop_cost(best_.dropped);
  }

  std::int64_t drop_cost(const std::vector<int>& dropped) const {
    return std::inner_product(dropped.begin(), dropped.end(), program_.drop_price.begin(),
                              std::int64_t{0});
  }

  bool is_hopeless(const Point& point) const {
    return point.gained + floor_unscaled(point.bound) <= best_.value;
  }

  void from(Point point) {
    if (point.kind == kinds() || std::ranges::all_of(rest_, [](int n) { return n == 0; })) {
      finish(point);
      return;
    }
    while (point.next_class < classes() && (rest_[point.next_class] == 0 || point.left == 0)) {
      point = without_class(point);
    }
    if (is_hopeless(point)) {
      return;
    }
    if (point.next_class == classes()) {
      from(next_kind(point));
      return;
    }
    std::int64_t& known = ahead_.try_emplace(key(point), kUnknown).first->second;
    if (point.gained + known <= best_.value) {
      return;
    }
    try_columns(point);
    from(without_class(point));
    if (steps_ < program_.steps_max) {
      known = best_.value - point.gained;
    }
  }

  void try_columns(const Point& point) {
    const Machine& machine = program_.machines[point.kind];
    for (const Trial& trial : tried_[point.kind].by_class[point.next_class]) {
      const Column& column = machine.columns[trial.column];
      const Point next = after(point, column, trial.loss);
      if (is_hopeless(next) || ++steps_ >= program_.steps_max) {
        return;
      }
      if (next.opens < 0 || !is_sensible(trial, column)) {
        continue;
      }
      change_rest(column, -1);
      chosen_[point.kind].push_back(trial.column);
      from(next);
      chosen_[point.kind].pop_back();
      change_rest(column, 1);
    }
  }

  // Whether there is demand for all of the column, and for nothing that it could serve besides.
  bool is_sensible(const Trial& trial, const Column& column) const {
    for (std::size_t k = 0; k < rest_.size(); ++k) {
      if (column.serves[k] > rest_[k]) {
        return false;
      }
    }
    return std::ranges::none_of(trial.growth,
                                [&](std::size_t k) { return rest_[k] > column.serves[k]; });
  }

  void change_rest(const Column& column, int sign) {
    for (std::size_t k = 0; k < rest_.size(); ++k) {
      rest_[k] += sign * column.serves[k];
    }
  }

  // What is ahead brings at most what it could before, less the loss and what the column brought.
  static Point after(Point point, const Column& column, std::int64_t loss) {
    --point.left;
    point.opens -= column.opens ? 1 : 0;
    point.gained += column.value;
    point.bound -= loss + column.value * kPriceScale;
    return point;
  }

  // This kind serves no more of the next class. If it was the last that does, the rest is dropped.
  Point without_class(Point point) const {
    const std::size_t k = point.next_class++;
    if (tried_[point.kind].serves[k] && !tried_[point.kind].later_serves[k]) {
      point.bound -= rest_[k] * (prices_.instance[k] + program_.drop_price[k] * kPriceScale);
    }
    return point;
  }

  // The machines of this kind that are left do nothing.
  Point next_kind(Point point) const {
    const Tried& tried = tried_[point.kind];
    const Column& idle = program_.machines[point.kind].columns[tried.idle];
    point.gained += point.left * idle.value;
    point.bound -= point.left * (tried.idle_loss + idle.value * kPriceScale);
    ++point.kind;
    point.next_class = 0;
    point.left = point.kind < kinds() ? program_.machines[point.kind].count : 0;
    return point;
  }

  void finish(Point point) {
    while (point.kind < kinds()) {
      point = next_kind(point);
    }
    const std::int64_t value = point.gained - drop_cost(rest_);
    if (value <= best_.value) {
      return;
    }
    best_.value = value;
    best_.dropped = rest_;
    best_.columns = chosen_;
    for (std::size_t i = 0; i < kinds(); ++i) {
      best_.columns[i].resize(static_cast<std::size_t>(program_.machines[i].count), tried_[i].idle);
    }
  }

  std::u32string key(const Point& point) const {
    std::u32string key = {static_cast<char32_t>(point.kind), static_cast<char32_t>(point.left),
                          static_cast<char32_t>(point.opens),
                          static_cast<char32_t>(point.next_class)};
    for (const int n : rest_) {
      key.push_back(static_cast<char32_t>(n));
    }
    return key;
  }

  static constexpr std::int64_t kUnknown = std::int64_t{1} << 60;

  const Program& program_;
  Prices prices_;
  std::vector<Tried> tried_;                                // For each kind of machine.
  std::vector<int> rest_;                                   // Demand that is not served yet.
  std::vector<std::vector<std::size_t>> chosen_;            // On the way to the present point.
  std::unordered_map<std::u32string, std::int64_t> ahead_;  // No more than this is ahead.
  std::int64_t steps_ = 0;
  Answer best_;
};

}  // namespace

Answer solve(const Program& program) {
  return Search(program).run();
}

}  // namespace sectile::internal
