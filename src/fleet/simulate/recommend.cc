#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "sectile/fleet/comparison.h"

namespace sectile {
namespace {

std::string number(double value, int digits) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return std::string(text.data(), static_cast<std::size_t>(std::clamp(size, 0, 63)));
}

std::string percent(double share) {
  return number(share * 100, 1) + " %";
}

// By what a queue is judged is how long it makes people wait; a fleet that refuses, by what it
// takes in.
class Judge {
 public:
  explicit Judge(const SimulationReport& report)
      : report_(report), waits_(report.queueing != Queueing::kLoss) {}

  const Candidate& best(const Comparison& comparison) const {
    return *std::ranges::max_element(comparison.candidates, {}, [this](const Candidate& one) {
      const double value = measured(report_, one, measure()).mean;
      return waits_ ? -value : value;
    });
  }

  // By how much the best is better; not surely above 0 if the runs do not tell them apart.
  Interval lead(const Candidate& best, const Candidate& other) const {
    return waits_ ? difference(report_, other, best, measure())
                  : difference(report_, best, other, measure());
  }

  std::string achieved(const Candidate& one) const {
    const double value = measured(report_, one, measure()).mean;
    return waits_
               ? "makes requests wait " + number(value, 2) + " " + report_.time_unit + " on average"
               : "accepts " + percent(value) + " of the memory slices that are asked for";
  }

  std::string amount(const Interval& lead) const {
    const std::string unit = waits_ ? " " + report_.time_unit : " points";
    const double scale = waits_ ? 1 : 100;
    return number(lead.mean * scale, 2) + " ± " + number(lead.half_width * scale, 2) + unit;
  }

 private:
  Measure measure() const { return waits_ ? Measure::kWaitMean : Measure::kAcceptedSlices; }

  const SimulationReport& report_;
  bool waits_;
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

std::string at_load(double load) {
  return load > 0 ? "At load " + number(load, 2) + ", " : "Here, ";
}

std::string sentence(const SimulationReport& report, const Comparison& comparison) {
  const Judge judge(report);
  const Candidate& best = judge.best(comparison);
  std::string text = at_load(comparison.load) + best.name + " " + judge.achieved(best);
  std::vector<std::string> worse;
  std::vector<std::string> alike;
  for (const Candidate& other : comparison.candidates) {
    if (&other == &best) {
      continue;
    }
    const Interval lead = judge.lead(best, other);
    if (lead.mean > lead.half_width && report.runs > 1) {
      worse.push_back(judge.amount(lead) + " better than " + other.name);
    } else {
      alike.push_back(other.name);
    }
  }
  text += worse.empty() ? "" : ", " + joined(worse);
  if (!alike.empty() && report.runs > 1) {
    text += "; no difference can be seen to " + joined(alike);
  }
  return text + ".";
}

// Whether one way is best, or not to be told from the best, at every load.
bool never_worse(const SimulationReport& report, std::size_t candidate) {
  const Judge judge(report);
  return std::ranges::all_of(report.comparisons, [&](const Comparison& comparison) {
    const Candidate& one = comparison.candidates[candidate];
    const Candidate& best = judge.best(comparison);
    const Interval lead = judge.lead(best, one);
    return &one == &best || lead.mean <= lead.half_width;
  });
}

std::string advice(const SimulationReport& report) {
  const std::vector<Candidate>& candidates = report.comparisons.front().candidates;
  if (candidates.size() == 1) {
    return "Only one way was tried: add others with --policy or --layouts to compare.";
  }
  if (report.runs < 2) {
    return "One run tells no chance from a difference: give several --seeds before you decide.";
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (never_worse(report, i)) {
      return "Use " + candidates[i].name +
             ": at no load that was tried is another way better by more than chance.";
    }
  }
  return "No way is best at every load: choose by the load that you expect.";
}

// Where what is lost would have had room, and by how much.
std::string structure(const SimulationReport& report) {
  const Comparison& last = report.comparisons.back();
  const Candidate& best = Judge(report).best(last);
  const double lost = measured(report, best, Measure::kBlockedStructure).mean;
  const double capacity = measured(report, best, Measure::kBlockedCapacity).mean;
  return at_load(last.load) + percent(lost) +
         " of the slices asked for met enough free slices, but not where an instance may start "
         "(fragmentation), and " +
         percent(capacity) + " met too few (capacity), with " + best.name + ".";
}

}  // namespace

std::vector<std::string> recommend(const SimulationReport& report) {
  std::vector<std::string> text;
  const bool empty = report.comparisons.empty() ||
                     std::ranges::any_of(report.comparisons, [](const Comparison& comparison) {
                       return comparison.candidates.empty();
                     });
  if (empty) {
    return text;
  }
  for (const Comparison& comparison : report.comparisons) {
    text.push_back(sentence(report, comparison));
  }
  text.push_back(structure(report));
  text.push_back(advice(report));
  return text;
}

}  // namespace sectile
