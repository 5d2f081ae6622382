#include "src/fleet/practice/estimate.h"

#include <Eigen/Sparse>
#include <algorithm>

#include "sectile/base/check.h"

namespace sectile::internal {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::SparseMatrix<double>;

// A figure of the belief, and with which sign it counts.
struct Term {
  Eigen::Index at = 0;
  double sign = 1;
};

std::vector<Term> terms(const Difference& difference, const Belief& of) {
  std::vector<Term> found;
  const auto add = [&](std::size_t at, double sign) {
    found.push_back({.at = static_cast<Eigen::Index>(at), .sign = sign});
  };
  add(difference.states[0], 1);
  add(difference.states[1], -1);
  add(difference.states[2], -1);
  add(difference.states[3], 1);
  for (std::size_t profile = 0; profile < of.profiles(); ++profile) {
    if (difference.room[profile] != difference.other_room[profile]) {
      add(Belief::at_room(of.states(), profile, difference.room[profile]), 1);
      add(Belief::at_room(of.states(), profile, difference.other_room[profile]), -1);
    }
  }
  return found;
}

}  // namespace

void BeliefEstimate::forget(double memory) {
  for (auto& [difference, tally] : tallies_) {
    tally.count *= memory;
    tally.gain *= memory;
  }
  std::erase_if(tallies_, [](const auto& entry) { return entry.second.count < 0.05; });
}

void BeliefEstimate::add(std::span<const Lesson> lessons) {
  for (const Lesson& lesson : lessons) {
    Tally& tally = tallies_[lesson.difference];
    tally.count += 1;
    tally.gain += lesson.gain;
  }
}

double BeliefEstimate::scale(const Belief& believed) const {
  double fitting = 0;
  double length = 0;
  for (const auto& [difference, tally] : tallies_) {
    double believed_gain = 0;
    for (const Term& term : terms(difference, believed)) {
      believed_gain += term.sign * believed.values()[static_cast<std::size_t>(term.at)];
    }
    fitting += believed_gain * tally.gain;
    length += believed_gain * believed_gain * tally.count;
  }
  return length > 0 ? fitting / length : 1;
}

Belief BeliefEstimate::solve(const Belief& believed, double doubt) const {
  const auto figures = static_cast<Eigen::Index>(believed.values().size());
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(tallies_.size() * 25);
  Vector right = Vector::Zero(figures);
  for (const auto& [difference, tally] : tallies_) {
    const std::vector<Term> found = terms(difference, believed);
    for (const Term& row : found) {
      right[row.at] += row.sign * tally.gain;
      for (const Term& column : found) {
        entries.emplace_back(row.at, column.at, row.sign * column.sign * tally.count);
      }
    }
  }
  Matrix normal(figures, figures);
  normal.setFromTriplets(entries.begin(), entries.end());
  const Vector from = Eigen::Map<const Vector>(believed.values().data(), figures);
  Matrix ridge(figures, figures);
  ridge.setIdentity();
  normal += doubt * ridge;
  const Eigen::SimplicialLDLT<Matrix> solver(normal);
  SECTILE_CHECK(solver.info() == Eigen::Success);  // The ridge makes it positive definite.
  const Vector solved = solver.solve(right + doubt * from);
  Belief found = believed;
  std::ranges::copy(solved, found.values().begin());
  return found;
}

}  // namespace sectile::internal
