#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include "sectile/fleet/simulation.h"

namespace sectile {
namespace {

using Ticket = LossFleet::Ticket;

constexpr double kNever = std::numeric_limits<double>::infinity();

// Requests that wait. Of each want the one that came first stands for the others, since whether it
// fits is the same for all of them.
class Queue {
 public:
  explicit Queue(std::size_t wants) : waiting_(wants) {}

  void push(const SimulatedRequest& request) { waiting_[request.want].push_back(&request); }

  // The one that came first, of the wants that were not tried in vain.
  const SimulatedRequest* first(const std::vector<bool>& in_vain) const {
    const SimulatedRequest* found = nullptr;
    for (std::size_t want = 0; want < waiting_.size(); ++want) {
      if (!in_vain[want] && !waiting_[want].empty() &&
          (found == nullptr || waiting_[want].front() < found)) {
        found = waiting_[want].front();  // Addresses ascend as times do.
      }
    }
    return found;
  }

  void pop(const SimulatedRequest& request) { waiting_[request.want].pop_front(); }

  bool empty() const {
    return std::ranges::all_of(waiting_, [](const auto& queue) { return queue.empty(); });
  }

 private:
  std::vector<std::deque<const SimulatedRequest*>> waiting_;
};

class Run {
 public:
  Run(const RequestStream& stream, std::int64_t total_slices, LossFleet& fleet, Queueing queueing)
      : stream_(stream),
        total_slices_(total_slices),
        fleet_(fleet),
        queueing_(queueing),
        queue_(stream.slices.size()) {
    outcome_.offered.resize(stream.slices.size());
    outcome_.accepted.resize(stream.slices.size());
    outcome_.slices = stream.slices;
  }

  SimulationOutcome run() {
    for (const SimulatedRequest& request : stream_.requests) {
      if (request.submit > stream_.until) {
        break;
      }
      leave_until(request.submit);
      pass_to(request.submit);
      come(request);
    }
    leave_until(stream_.until);
    pass_to(stream_.until);
    std::ranges::sort(outcome_.waits);
    const double time = stream_.until - stream_.counted_from;
    outcome_.used_slices = time > 0 ? area_ / time : 0;
    outcome_.moves = fleet_.moves() - moves_before_.value_or(0);
    return std::move(outcome_);
  }

 private:
  struct Leaving {
    double time = 0;
    Ticket ticket = 0;
    std::uint32_t want = 0;

    bool operator>(const Leaving& other) const {
      return std::pair(time, ticket) > std::pair(other.time, other.ticket);
    }
  };

  bool counts(const SimulatedRequest& request) const {
    return request.submit >= stream_.counted_from;
  }

  void pass_to(double time) {
    const double from = std::max(now_, stream_.counted_from);
    if (time > from) {
      area_ += static_cast<double>(used_) * (time - from);
    }
    now_ = time;
    if (!moves_before_ && time >= stream_.counted_from) {
      moves_before_ = fleet_.moves();
    }
  }

  void leave_until(double time) {
    while (!leaving_.empty() && leaving_.top().time <= time) {
      const Leaving next = leaving_.top();
      leaving_.pop();
      pass_to(next.time);
      fleet_.leave(next.ticket);
      free_tickets_.push_back(next.ticket);
      used_ -= stream_.slices[next.want];
      let_in();
    }
  }

  // Those of the queue that fit now.
  void let_in() {
    if (queueing_ == Queueing::kLoss) {
      return;
    }
    std::vector<bool> in_vain(stream_.slices.size());
    while (const SimulatedRequest* next = queue_.first(in_vain)) {
      if (take_in(*next)) {
        queue_.pop(*next);
      } else if (queueing_ == Queueing::kFifo) {
        return;
      } else {
        in_vain[next->want] = true;
      }
    }
  }

  void come(const SimulatedRequest& request) {
    if (counts(request)) {
      outcome_.offered[request.want] += 1;
    }
    const bool behind = queueing_ == Queueing::kFifo && !queue_.empty();
    if (!behind && take_in(request)) {
      return;
    }
    if (counts(request)) {
      note_blocked(request.want);
    }
    if (queueing_ != Queueing::kLoss) {
      queue_.push(request);
    }
  }

  void note_blocked(std::uint32_t want) {
    const int slices = stream_.slices[want];
    const bool room = total_slices_ - used_ >= slices;
    outcome_.blocked += 1;
    outcome_.blocked_slices += slices;
    outcome_.blocked_by_structure += room ? 1 : 0;
    outcome_.blocked_slices_by_structure += room ? slices : 0;
  }

  bool take_in(const SimulatedRequest& request) {
    const Ticket ticket = free_tickets_.empty() ? tickets_ : free_tickets_.back();
    if (!fleet_.arrive(request.want, ticket)) {
      return false;
    }
    if (free_tickets_.empty()) {
      ++tickets_;
    } else {
      free_tickets_.pop_back();
    }
    used_ += stream_.slices[request.want];
    leaving_.push({.time = now_ + request.lifetime, .ticket = ticket, .want = request.want});
    if (counts(request)) {
      outcome_.accepted[request.want] += 1;
      if (queueing_ != Queueing::kLoss) {
        outcome_.waits.push_back(now_ - request.submit);
      }
    }
    return true;
  }

  const RequestStream& stream_;
  std::int64_t total_slices_;
  LossFleet& fleet_;
  Queueing queueing_;
  Queue queue_;
  SimulationOutcome outcome_;
  std::priority_queue<Leaving, std::vector<Leaving>, std::greater<>> leaving_;
  std::vector<Ticket> free_tickets_;
  Ticket tickets_ = 0;
  std::int64_t used_ = 0;
  double now_ = -kNever;
  double area_ = 0;
  std::optional<std::int64_t> moves_before_;
};

}  // namespace

SimulationOutcome simulate(const RequestStream& stream, std::int64_t total_slices, LossFleet& fleet,
                           Queueing queueing) {
  return Run(stream, total_slices, fleet, queueing).run();
}

}  // namespace sectile
