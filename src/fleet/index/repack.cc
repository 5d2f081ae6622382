// The reference that repacks: exact, by what two halves of a GPU can hold.
#include <algorithm>
#include <array>
#include <string>

#include "sectile/fleet/loss_model.h"

namespace sectile {
namespace {

// The ways in which a profile uses a GPU of eight memory slices.
enum class Piece : std::uint8_t {
  kWhole,      // 0:8
  kHalf,       // 0:4 or 4:4
  kLowerHalf,  // 0:4
  kPair,       // two slices at 0, 2 or 4
  kAnyPair,    // two slices at 0, 2, 4 or 6
  kSlice,      // one at 0 to 6
};
constexpr std::size_t kPieces = 6;

std::optional<Piece> piece_of(const Profile& profile) {
  struct Known {
    int size;
    std::vector<int> starts;
    Piece piece;
  };
  const std::array<Known, kPieces> known = {{{8, {0}, Piece::kWhole},
                                             {4, {0, 4}, Piece::kHalf},
                                             {4, {0}, Piece::kLowerHalf},
                                             {2, {0, 2, 4}, Piece::kPair},
                                             {2, {0, 2, 4, 6}, Piece::kAnyPair},
                                             {1, {0, 1, 2, 3, 4, 5, 6}, Piece::kSlice}}};
  for (const Known& entry : known) {
    if (profile.memory_slices == entry.size && profile.starts == entry.starts) {
      return entry.piece;
    }
  }
  return std::nullopt;
}

class RepackingFleet : public LossFleet {
 public:
  RepackingFleet(std::size_t gpus, std::vector<Piece> pieces)
      : gpus_(static_cast<std::int64_t>(gpus)), pieces_(std::move(pieces)) {}

  bool arrive(std::size_t want, Ticket ticket) override {
    const Piece piece = pieces_[want];
    ++count(piece);
    if (!fits()) {
      --count(piece);
      return false;
    }
    if (ticket >= held_.size()) {
      held_.resize(std::size_t{ticket} + 1);
    }
    held_[ticket] = piece;
    return true;
  }

  void leave(Ticket ticket) override { --count(held_[ticket]); }

 private:
  std::int64_t& count(Piece piece) { return counts_[static_cast<std::size_t>(piece)]; }

  // Halves go into upper halves first, for the last slice of one serves nothing small but a pair
  // that may lie anywhere; for the same reason those go to the end of upper halves first.
  bool fits() {
    const std::int64_t shared = gpus_ - count(Piece::kWhole);
    if (shared < 0) {
      return false;
    }
    const std::int64_t upper_taken = std::min(count(Piece::kHalf), shared);
    const std::int64_t lower =
        shared - count(Piece::kLowerHalf) - (count(Piece::kHalf) - upper_taken);
    if (lower < 0) {
      return false;
    }
    const std::int64_t upper = shared - upper_taken;
    const std::int64_t at_end = std::min(count(Piece::kAnyPair), upper);
    const std::int64_t pairs =
        2 * lower + upper - count(Piece::kPair) - (count(Piece::kAnyPair) - at_end);
    return pairs >= 0 && count(Piece::kSlice) <= 2 * pairs + (upper - at_end);
  }

  std::int64_t gpus_;
  std::vector<Piece> pieces_;  // By want.
  std::vector<Piece> held_;    // By ticket.
  std::array<std::int64_t, kPieces> counts_{};
};

}  // namespace

Result<std::unique_ptr<LossFleet>> make_repacking_fleet(
    const StateSpace& space, std::size_t gpus, std::span<const std::size_t> profile_of_want) {
  std::vector<Piece> pieces;
  for (const std::size_t number : profile_of_want) {
    const Profile& profile = space.profiles()[number];
    const std::optional<Piece> piece = piece_of(profile);
    if (!piece || space.model().memory_slices != 8 || profile.media != Media::kPlain) {
      return fail(ErrorCode::kUnsatisfiable, space.model().key + ": repacking " + profile.name +
                                                 " is known only for GPUs of two halves");
    }
    pieces.push_back(*piece);
  }
  return std::make_unique<RepackingFleet>(gpus, std::move(pieces));
}

}  // namespace sectile
