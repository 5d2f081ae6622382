// MovePrice: what a move costs in lessons.
#pragma once

#include <algorithm>
#include <span>

#include "src/fleet/practice/lessons.h"

namespace sectile::internal {

// In slices. Where the moves that are allowed run short, a fleet must not be led to live on them;
// where they do not, they may as well be made.
class MovePrice {
 public:
  static constexpr double kMost = 1.5;
  static constexpr double kStep = 0.25;
  static constexpr double kShort = 0.65;  // Of those allowed: with more, some are missed at times.

  // As a part of what is accepted.
  explicit MovePrice(double moves_max) : moves_max_(moves_max) {}

  double value() const { return value_; }

  // Requires: a part at least.
  void learn(std::span<const Taught> round) {
    double moved = 0;
    for (const Taught& part : round) {
      moved += part.moved / static_cast<double>(round.size());
    }
    value_ += moved > kShort * moves_max_ ? kStep : -kStep;
    value_ = std::clamp(value_, 0.0, kMost);
  }

 private:
  double moves_max_;
  double value_ = kMost;
};

}  // namespace sectile::internal
