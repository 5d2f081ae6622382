// The options of gpus and profiles.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr std::string_view kStyles[] = {"sectile", "smi"};

inline constexpr Option kGpusOptions[] = {output(kTextJson, "What to print. Default: text.")};
inline constexpr Example kGpusExamples[] = {
    {"sectile gpus", "All models that can be planned for."},
    {"sectile gpus -o json", "The same with every figure, its source and how sure it is."},
};
inline constexpr Argument kProfilesArguments[] = {
    {.name = "MODEL",
     .kind = ValueKind::kModel,
     .required = true,
     .help = "A model of `sectile gpus`, such as h100-80gb-sxm5, or a beginning of it that leaves "
             "no doubt."}};
inline constexpr Option kProfilesOptions[] = {
    {.name = "as",
     .kind = ValueKind::kChoice,
     .value = "STYLE",
     .choices = kStyles,
     .help = "The style of the table: sectile, or smi for the columns of nvidia-smi mig -lgip and "
             "-lgipp. Default: sectile."},
    output(kTextJson, "What to print. Default: text."),
};
inline constexpr Example kProfilesExamples[] = {
    {"sectile profiles h100-80gb-sxm5", "Profiles, memory, placements."},
    {"sectile profiles a30 --as smi", "In the columns of nvidia-smi."},
};

inline constexpr Verb kGpusVerb = {
    .name = "gpus",
    .summary = "list the GPU models that Sectile knows",
    .description =
        "Lists the models of the catalogue. It needs no driver. A model that the "
        "catalogue lacks works too where the driver describes it.",
    .options = kGpusOptions,
    .examples = kGpusExamples};

inline constexpr Verb kProfilesVerb = {
    .name = "profiles",
    .summary = "list the MIG profiles of a model",
    .description =
        "Lists the profiles of a model with memory, engines, placements and compute "
        "instances. Figures that were not read in a source are marked.",
    .arguments = kProfilesArguments,
    .options = kProfilesOptions,
    .examples = kProfilesExamples};

}  // namespace sectile::cli
