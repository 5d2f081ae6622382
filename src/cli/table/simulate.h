// The options of simulate.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kSimulateOutputs[] = {"text", "json", "csv", "html"};
inline constexpr std::string_view kQueueings[] = {"loss", "fifo", "backfill"};

inline constexpr Option kSimulateOptions[] = {
    {.name = "fleet",
     .letter = 'g',
     .kind = ValueKind::kGpuSpec,
     .value = "SPEC",
     .help = "The GPUs, such as 100xa100-80gb or 40xh100-80gb-sxm5,8xa30-24gb.",
     .also = "gpu"},
    {.name = "mix",
     .kind = ValueKind::kText,
     .value = "MIX",
     .help = "What arrives at random, and how often: '1g.10gb=.5,3g.40gb=.3,>=60GiB=.2', or "
             "uniform for every plain profile of the first model."},
    {.name = "trace",
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "What was recorded instead: CSV with submit,lifetime,want, the output of sacct -P, or "
             "an openb pod list; - reads standard input. With --rho it is drawn from at that load, "
             "otherwise it is played as it is."},
    {.name = "policy",
     .letter = 'p',
     .kind = ValueKind::kText,
     .value = "RULES",
     .help = "For GPUs that are cut as requests come: foresight, first-fit, best-fit, worst-fit, "
             "round-robin, mcc, mfi, fgd, or practised, which is foresight after it has tried "
             "placements out on the demand for some seconds; with commas between. Default: "
             "foresight,fgd,best-fit,first-fit."},
    {.name = "practice",
     .kind = ValueKind::kNumber,
     .value = "ROUNDS",
     .help = "How long practised tries out; more is better, and slower. Default: 20."},
    {.name = "layouts",
     .letter = 'l',
     .kind = ValueKind::kText,
     .value = "WAYS",
     .help = "dynamic: the rules of --policy; static: layouts that are planned for the demand and "
             "stay; the name of a strategy; or a layout such as '3g.40gb@4 2g.20gb@0', with commas "
             "between. Default: dynamic."},
    {.name = "rho",
     .kind = ValueKind::kText,
     .value = "LOADS",
     .help = "Loads, such as .85,1: 1 is what the GPUs could hold if everything could move at any "
             "time. Default for a mix: .85,1,1.2."},
    {.name = "queue",
     .kind = ValueKind::kChoice,
     .value = "HOW",
     .choices = kQueueings,
     .help = "What becomes of a request that does not fit: loss, it is refused; fifo, it waits and "
             "nobody overtakes; backfill, it waits and others may go first. Default: loss."},
    {.name = "moves",
     .help = "One instance may move where a request would not fit; with practised also where that "
             "does not help, so that the next one fits."},
    {.name = "moves-max",
     .kind = ValueKind::kNumber,
     .value = "PERCENT",
     .help = "How many may move, of what is accepted; implies --moves. Default: 5."},
    {.name = "lifetimes",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "How long, in mean lifetimes; the first 15 % do not count. Default: 300."},
    {.name = "seeds",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "Runs of each way at each load, for confidence intervals. Default: 10."},
    {.name = "seed",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "Of the first run; equal seeds give equal results on every machine. Default: 1."},
    output(kSimulateOutputs, "What to print. Default: text."),
};
inline constexpr Example kSimulateExamples[] = {
    {"sectile simulate --fleet 20xa100-80gb --mix uniform --seeds 5",
     "Compare the rules on a mix."},
    {"sectile simulate --fleet 20xa100-80gb --mix '1g.10gb=.6,3g.40gb=.4' --layouts "
     "dynamic,static,all-balanced -o html > report.html",
     "Against layouts that stay as they are, as a page with charts."},
    {"sacct -a -P -X -S 2026-01-01 -o JobID,Submit,Start,End,AllocTRES | sectile simulate --fleet "
     "8xa100-80gb --trace - --queue backfill",
     "What last year's jobs would have waited."},
};

inline constexpr Verb kSimulateVerb = {
    .name = "simulate",
    .summary = "try out rules and layouts on a demand, without a GPU",
    .description =
        "Plays requests that are drawn from a mix, or that were recorded, on a fleet, and says how "
        "many get a place, how full the GPUs are, what is lost to fragmentation, and how long a "
        "queue makes people wait; with 95 % confidence intervals, and what to do in words. All "
        "ways meet the same requests, so small differences show.",
    .options = kSimulateOptions,
    .examples = kSimulateExamples};

}  // namespace sectile::cli
