#include "src/text/advice_words.h"

#include <fmt/format.h>

#include "sectile/base/check.h"

namespace sectile::internal {
namespace {

// How many numbers each rule has.
std::size_t numbers_of(AdviceRule rule) {
  switch (rule) {
    case AdviceRule::kGpusAtOnce:
      return 1;
    case AdviceRule::kTooLarge:
    case AdviceRule::kUntrusted:
    case AdviceRule::kLatency:
    case AdviceRule::kQuiet:
    case AdviceRule::kSharesAll:
      return 2;
    case AdviceRule::kBorrows:
    case AdviceRule::kFits:
      return 3;
    case AdviceRule::kFillsGpu:
    case AdviceRule::kAboveBorder:
    case AdviceRule::kWasteAccepted:
      return 4;
    case AdviceRule::kModeNeedsReset:
    case AdviceRule::kMpsNoIsolation:
      return 0;
  }
  return 0;
}

std::string fills_sentence(const std::vector<std::int64_t>& n) {
  if (n[2] >= n[3]) {
    return fmt::format(
        "it keeps {} % of a GPU busy, and {} % count as all of it: slices would "
        "only cost it compute",
        n[2], n[3]);
  }
  return fmt::format(
      "it needs {} MiB, and the next smaller profile has {} MiB: one instance of "
      "the whole GPU gives nothing that the GPU without MIG does not",
      n[0], n[1]);
}

}  // namespace

std::string sentence(const AdviceReason& reason, const Advice& advice) {
  const std::vector<std::int64_t>& n = reason.numbers;
  SECTILE_CHECK(n.size() == numbers_of(reason.rule));
  switch (reason.rule) {
    case AdviceRule::kGpusAtOnce:
      return fmt::format(
          "it uses {} GPUs at once: no instance spans GPUs, a process sees one "
          "instance, and there is no P2P or NCCL between instances",
          n[0]);
    case AdviceRule::kTooLarge:
      return fmt::format("it needs {} MiB, and {} has {} MiB", n[0], advice.model->key, n[1]);
    case AdviceRule::kFillsGpu:
      return fills_sentence(n);
    case AdviceRule::kUntrusted:
      return fmt::format(
          "those who share the GPU are not said to trust it: an instance has "
          "memory, cache and compute of its own; {} wanted, at most {} on a GPU",
          n[0], n[1]);
    case AdviceRule::kLatency:
      return fmt::format(
          "its latency must be predictable: {} compute slices ({} SMs) that nobody "
          "else uses",
          n[0], n[1]);
    case AdviceRule::kQuiet:
      return fmt::format(
          "trusted, bursty and {} % busy (up to {} % is quiet): taking turns "
          "gives each the whole GPU",
          n[0], n[1]);
    case AdviceRule::kBorrows:
      return fmt::format(
          "trusted and bursty: with MPS each may use what the others leave, and "
          "{} together need {} of {} MiB",
          n[0], n[1], n[2]);
    case AdviceRule::kAboveBorder:
      return fmt::format(
          "it needs {} MiB, just above the border: of {} MiB {} % would be idle, "
          "and {} % may be; MPS has no borders",
          n[0], n[1], n[2], n[3]);
    case AdviceRule::kFits:
      return fmt::format("it needs {} MiB and has {} MiB, {} % of it idle", n[0], n[1], n[2]);
    case AdviceRule::kModeNeedsReset:
      return fmt::format(
          "changing the MIG mode of {} takes a reset, which in a virtual machine "
          "is a reboot: choose once, and change instances only",
          advice.model->key);
    case AdviceRule::kWasteAccepted:
      return fmt::format(
          "it needs {} of {} MiB: {} % idle is the price (more than {} % would "
          "else speak for MPS)",
          n[0], n[1], n[2], n[3]);
    case AdviceRule::kMpsNoIsolation:
      return "with MPS a fatal fault of one client ends the others, and memory is limited only "
             "where each is told so (CUDA_MPS_PINNED_DEVICE_MEM_LIMIT)";
    case AdviceRule::kSharesAll:
      return fmt::format(
          "time-slicing limits no memory: all together need {} of {} MiB, and who "
          "takes more ends the others",
          n[0], n[1]);
  }
  return "";
}

std::string_view name_of(AdviceRule rule) {
  switch (rule) {
    case AdviceRule::kGpusAtOnce:
      return "gpus-at-once";
    case AdviceRule::kTooLarge:
      return "too-large";
    case AdviceRule::kFillsGpu:
      return "fills-gpu";
    case AdviceRule::kUntrusted:
      return "untrusted";
    case AdviceRule::kLatency:
      return "latency";
    case AdviceRule::kQuiet:
      return "quiet";
    case AdviceRule::kBorrows:
      return "borrows";
    case AdviceRule::kAboveBorder:
      return "above-border";
    case AdviceRule::kFits:
      return "fits";
    case AdviceRule::kModeNeedsReset:
      return "mode-needs-reset";
    case AdviceRule::kWasteAccepted:
      return "waste-accepted";
    case AdviceRule::kMpsNoIsolation:
      return "mps-no-isolation";
    case AdviceRule::kSharesAll:
      return "shares-all";
  }
  return "";
}

std::string_view limits_of_mig() {
  return "What instances share in spite of MIG: PCIe, power, clocks, and a fault or reset of the "
         "whole GPU. There is no P2P between instances, an instance cannot be resized or moved "
         "while it is used, and instances do not survive a reboot.";
}

}  // namespace sectile::internal
