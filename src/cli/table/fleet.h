// The options of fleet.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kFleetOutputs[] = {"text", "json", "yaml", "mig-parted", "html"};
inline constexpr std::string_view kFleetValues[] = {"count", "slices"};

inline constexpr Argument kFleetArguments[] = {
    {.name = "ACTION",
     .kind = ValueKind::kText,
     .required = true,
     .help =
         "plan: layouts that serve a demand; compact: fewer GPUs for what runs; static: layouts "
         "for a mix of arrivals."}};
inline constexpr Option kFleetOptions[] = {
    {.name = "fleet",
     .letter = 'f',
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "The GPUs: Sectile YAML (kind Fleet); - reads standard input."},
    {.name = "gpu",
     .letter = 'g',
     .kind = ValueKind::kGpuSpec,
     .value = "SPEC",
     .help = "Empty GPUs instead, such as 100xa100-80gb."},
    {.name = "demand",
     .letter = 'd',
     .kind = ValueKind::kFile,
     .value = "FILE",
     .help = "What shall be served: Sectile YAML (kind Demand); - reads standard input."},
    {.name = "want",
     .letter = 'w',
     .kind = ValueKind::kText,
     .value = "WANTS",
     .help = "The same in words: 1000000x1g.10gb,200x>=39GiB. With static the counts are shares of "
             "the arrivals. May be given more than once.",
     .repeats = true},
    {.name = "larger",
     .kind = ValueKind::kNumber,
     .value = "PRICE",
     .help = "A larger profile may serve each --want, at this price for each memory slice more."},
    {.name = "buy",
     .kind = ValueKind::kText,
     .value = "MODELS",
     .help = "With plan: GPUs that may be bought, [COUNTx]MODEL[=COST], with commas between; as "
             "many as it takes without COUNT. May be given more than once.",
     .repeats = true},
    {.name = "goals",
     .kind = ValueKind::kText,
     .value = "GOALS",
     .help = "With plan: what shall be small, the first first. Default: "
             "unserved,bought,gpus,destroyed,price."},
    {.name = "max-unavailable",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "With compact: instances that may be under way at once. Default: 1."},
    {.name = "no-detours",
     .help = "With compact: stop an instance rather than move it twice where moves wait for each "
             "other."},
    {.name = "offered",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "With static: instances under way on average if nothing were lost."},
    {.name = "load",
     .kind = ValueKind::kText,
     .value = "RHO",
     .help = "With static, instead of --offered: 1 is what the GPUs could hold if everything could "
             "be moved at any time. Default: 0.85."},
    {.name = "value",
     .kind = ValueKind::kChoice,
     .value = "VALUE",
     .choices = kFleetValues,
     .help = "With static: whether each instance counts the same or by its memory slices. Default: "
             "slices."},
    {.name = "write",
     .kind = ValueKind::kDirectory,
     .value = "DIRECTORY",
     .help = "Also write each node's layouts into DIRECTORY, as NODE.yaml for sectile apply and as "
             "NODE.mig-parted.yaml."},
    output(kFleetOutputs,
           "What to print. yaml and mig-parted: a configuration for each node. Default: text."),
};
inline constexpr Example kFleetExamples[] = {
    {"sectile fleet plan --buy h100-80gb-sxm5 --want 600000x1g.10gb,90000x3g.40gb",
     "The fewest GPUs for a demand, with the proof."},
    {"sectile fleet plan --fleet fleet.yaml --demand demand.yaml -o html > plan.html",
     "What a running fleet can serve beside what is in use."},
    {"sectile fleet compact --fleet fleet.yaml --max-unavailable 4",
     "The fewest moves to the fewest GPUs, in waves."},
    {"sectile fleet static --gpu 100xa100-80gb --want 1x1g.10gb,1x2g.20gb,1x3g.40gb --load 0.9",
     "How to cut GPUs once for arrivals at random."},
};

inline constexpr Verb kFleetVerb = {
    .name = "fleet",
    .summary = "plan many GPUs exactly: for a demand, to compact, for a mix",
    .description =
        "Plans any number of GPUs of any models together, exactly: the answer says for each goal "
        "what was reached, what no plan can go below, and how that is known. GPUs in the same "
        "state "
        "are counted and not told apart, so a plan for 40,000 takes little longer than for 4. What "
        "is in use stays; `compact` moves it, in waves. Nothing is changed: sectile apply does "
        "that, with the files of --write.\n\n"
        "The exit status is 3 if not everything can be served; what can is printed all the same.",
    .arguments = kFleetArguments,
    .options = kFleetOptions,
    .examples = kFleetExamples};

}  // namespace sectile::cli
