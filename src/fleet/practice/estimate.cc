#include "src/fleet/practice/estimate.h"

#include <Eigen/Sparse>
#include <algorithm>

#include "sectile/base/check.h"

namespace sectile::internal {
namespace {

constexpr std::array<double, 4> kSigns = {1, -1, -1, 1};  // Of Lesson::states.

using Vector = Eigen::VectorXd;
using Matrix = Eigen::SparseMatrix<double>;

}  // namespace

void WorthEstimate::forget(double memory) {
  for (auto& [states, tally] : tallies_) {
    tally.count *= memory;
    tally.gain *= memory;
  }
  std::erase_if(tallies_, [](const auto& entry) { return entry.second.count < 0.05; });
}

void WorthEstimate::add(std::span<const Lesson> lessons) {
  for (const Lesson& lesson : lessons) {
    Tally& tally = tallies_[lesson.states];
    tally.count += 1;
    tally.gain += lesson.gain;
  }
}

std::vector<double> WorthEstimate::solve(std::span<const double> believed, double doubt) const {
  const auto states = static_cast<Eigen::Index>(believed.size());
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(tallies_.size() * 16 + believed.size());
  Vector right = Vector::Zero(states);
  for (const auto& [of, tally] : tallies_) {
    for (std::size_t i = 0; i < of.size(); ++i) {
      right[of[i]] += kSigns[i] * tally.gain;
      for (std::size_t j = 0; j < of.size(); ++j) {
        entries.emplace_back(of[i], of[j], kSigns[i] * kSigns[j] * tally.count);
      }
    }
  }
  Matrix normal(states, states);
  normal.setFromTriplets(entries.begin(), entries.end());
  const Vector before = Eigen::Map<const Vector>(believed.data(), states);
  // What was believed may be in other units.
  const double length = before.dot(normal * before);
  const double scale = length > 0 ? before.dot(right) / length : 1;
  const Vector from = scale * before;
  Matrix ridge(states, states);
  ridge.setIdentity();
  normal += doubt * ridge;
  const Eigen::SimplicialLDLT<Matrix> solver(normal);
  SECTILE_CHECK(solver.info() == Eigen::Success);  // The ridge makes it positive definite.
  const Vector solved = solver.solve(right + doubt * from);
  return {solved.begin(), solved.end()};
}

}  // namespace sectile::internal
