// The options of advise.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kAdviseOutputs[] = {"text", "json", "wants", "yaml"};
inline constexpr std::string_view kNumberFormatNames[] = {"fp32", "fp16", "bf16", "fp8",
                                                          "int8", "fp4",  "int4"};

inline constexpr Argument kAdviseArguments[] = {
    {.name = "FILE",
     .kind = ValueKind::kFile,
     .required = false,
     .help = "Workloads (kind Workloads) with what they are like; - reads standard input."},
};

inline constexpr Option kAdviseOptions[] = {
    {.name = "gpu",
     .letter = 'g',
     .kind = ValueKind::kGpuSpec,
     .value = "SPEC",
     .help = "For GPUs of these models. Otherwise for those of this machine; with --params, for "
             "every model that is known."},
    {.name = "params",
     .kind = ValueKind::kText,
     .value = "N",
     .help = "Estimate the memory of a language model with so many parameters, such as 8B."},
    {.name = "dtype",
     .kind = ValueKind::kChoice,
     .value = "FORMAT",
     .choices = kNumberFormatNames,
     .help = "How its weights are stored. Default: fp16."},
    {.name = "kv-dtype",
     .kind = ValueKind::kChoice,
     .value = "FORMAT",
     .choices = kNumberFormatNames,
     .help = "How its KV cache is stored. Default: fp16."},
    {.name = "context",
     .kind = ValueKind::kText,
     .value = "TOKENS",
     .help = "Tokens of one request, prompt and answer: 8192 or 8k. Default: 8k."},
    {.name = "concurrency",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "Requests served at once. Default: 1."},
    {.name = "layers", .kind = ValueKind::kNumber, .value = "N", .help = "Of the model."},
    {.name = "kv-heads",
     .kind = ValueKind::kNumber,
     .value = "N",
     .help = "Key and value heads of a layer."},
    {.name = "head-dim", .kind = ValueKind::kNumber, .value = "N", .help = "Of one head."},
    {.name = "idle-max",
     .kind = ValueKind::kNumber,
     .value = "PERCENT",
     .help = "How much of a slice may be idle before MPS is advised to those who trust each "
             "other. Default: 40."},
    {.name = "virtual-machine",
     .help = "The GPUs are passed through to a virtual machine, where a reset is a reboot."},
    output(kAdviseOutputs,
           "What to print: wants is what plan --want takes, yaml what plan -f "
           "takes. Default: text."),
    kLive,
    kDriverTimeout,
};
inline constexpr Example kAdviseExamples[] = {
    {"sectile advise examples/workloads.yaml --gpu 8xh100-80gb-sxm5",
     "Say for each workload how it should share, and why."},
    {"sectile advise --params 8B --dtype fp8 --context 8k --concurrency 16 --gpu h100-80gb-sxm5",
     "Estimate the memory of a language model, and the smallest profile that is safe."},
    {"sectile advise examples/workloads.yaml --gpu h100-80gb-sxm5 -o yaml | sectile plan -f - "
     "--gpu 2xh100-80gb-sxm5",
     "Plan the slices that were advised."},
};

inline constexpr Verb kAdviseVerb = {
    .name = "advise",
    .summary = "say which way of sharing suits a workload, and which slice",
    .description =
        "For each workload of a file: a MIG slice, MPS, time-slicing, a whole GPU or several, with "
        "the rule that decided and its numbers. With --params it estimates the memory of a "
        "language model instead: weights, KV cache, activations and runtime against the usable "
        "memory of each profile, with the formulas.\n\n"
        "Advice looks at one workload at a time. What it says feeds plan, which places all "
        "together.",
    .arguments = kAdviseArguments,
    .options = kAdviseOptions,
    .examples = kAdviseExamples};

}  // namespace sectile::cli
