// Advice: a slice, MPS, time-slicing, a whole GPU or several, and the rule that decided.
//
// Rules stand in a fixed order and the first that applies decides; others that speak for or against
// are reasons beside it. Every reason carries its numbers; text/advice.h puts them into words.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/geometry/model.h"
#include "sectile/plan/memory_estimate.h"
#include "sectile/plan/want.h"

namespace sectile {

// What a want does not say and advice needs.
struct WorkloadTraits {
  int gpus = 1;                   // That one instance of it uses at once. 1..kMaxGpusAtOnce
  bool trusted = false;           // Those who share a GPU with it may see and disturb each other.
  bool bursty = false;            // Mostly idle, then as fast as it can.
  bool latency_critical = false;  // It must answer in predictable time.
  int busy_percent = 0;           // Of a whole GPU's compute, when it works. 0: not known.
  std::optional<LanguageModel> llm = {};  // Where its memory comes from.

  friend bool operator==(const WorkloadTraits&, const WorkloadTraits&) = default;
};

inline constexpr int kMaxGpusAtOnce = 1024;

enum class Sharing : std::uint8_t { kSlice, kMps, kTimeSlicing, kWholeGpu, kSeveralGpus };

std::string_view to_string(Sharing sharing);  // "MIG slice", "time-slicing"

// In the order in which they are asked. The numbers of a reason, in order, stand behind each.
enum class AdviceRule : std::uint8_t {
  kGpusAtOnce,   // It uses several GPUs at once: no instance spans GPUs, nor is there P2P between
                 // instances. GPUs.
  kTooLarge,     // It needs more memory than the GPU has. MiB needed, MiB there.
  kFillsGpu,     // Only the whole GPU serves it, or it keeps most of it busy. MiB needed, MiB of
                 // the next smaller profile, busy percent, percent from which a GPU counts as full.
  kUntrusted,    // Others must not see or disturb it. How many share, how many fit on a GPU.
  kLatency,      // It must answer in predictable time. Compute slices, SMs of its own.
  kQuiet,        // Trusted, bursty and rarely busy: taking turns costs little. Busy percent,
                 // percent up to which that is so.
  kBorrows,      // Trusted and bursty: with MPS it may use what others leave. How many share, MiB
                 // of all, MiB of the GPU.
  kAboveBorder,  // Trusted, and just above the border of a slice: most of one would be idle. MiB
                 // needed, MiB of the profile, percent idle, percent that may be.
  kFits,         // A slice fits it. MiB needed, MiB of the profile, percent idle.
  // Never decide:
  kModeNeedsReset,  // Changing MIG mode resets the GPU, in a virtual machine it takes a reboot.
  kWasteAccepted,   // Much of the slice is idle, and isolation is worth it. As kAboveBorder.
  kMpsNoIsolation,  // With MPS one client's crash may end the others.
  kSharesAll,       // Time-slicing has no limit on memory. MiB of all, MiB of the GPU.
};

struct AdviceReason {
  AdviceRule rule = AdviceRule::kFits;
  std::vector<std::int64_t> numbers = {};

  friend bool operator==(const AdviceReason&, const AdviceReason&) = default;
};

struct AdviceOptions {
  bool virtual_machine = false;  // The GPUs are passed through to one.
  int idle_percent_max = 40;     // Of a slice, before MPS is the better share for those who trust.
  int full_percent = 70;         // Of a GPU's compute that counts as all of it.
  int quiet_percent = 15;        // Of a GPU's compute up to which taking turns costs little.
};

struct Advice {
  Sharing sharing = Sharing::kSlice;
  const Model* model = nullptr;
  const Profile* profile = nullptr;        // Of a slice or a whole GPU; nullptr otherwise.
  int gpus = 1;                            // That one instance of the workload takes; 1 for shares.
  std::vector<AdviceReason> reasons = {};  // The one that decided first.
};

// On one GPU model. The want's label or need must be sound; nullopt if the model does not know the
// label, or cannot give the graphics it needs.
std::optional<Advice> advise(const Model& model, const Want& want, const WorkloadTraits& traits,
                             const AdviceOptions& options);

// On the model of these on which a slice takes the least of a GPU; a slice before the other ways.
std::optional<Advice> advise(std::span<const Model* const> models, const Want& want,
                             const WorkloadTraits& traits, const AdviceOptions& options);

}  // namespace sectile
