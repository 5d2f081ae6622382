// The options of doctor.
#pragma once

#include "src/cli/options.h"
#include "src/cli/table/shared.h"

namespace sectile::cli {

inline constexpr Option kDoctorOptions[] = {output(kTextJson, "What to print. Default: text."),
                                            kLive, kDriverTimeout};
inline constexpr Example kDoctorExamples[] = {
    {"sectile doctor", "What is wrong, and what to do about it."},
    {"sectile doctor -q && echo fit", "In a health check: 0 unless something failed."},
};

inline constexpr Verb kDoctorVerb = {
    .name = "doctor",
    .summary = "check whether this machine is fit for MIG",
    .description =
        "Looks at the driver, modes, instances, persistence mode, the fabric manager of NVSwitch "
        "boards, display drivers, other programs that change layouts, CDI specifications and what "
        "Sectile itself has not finished. Each finding is ok, warn or fail, and says what to do. "
        "Changes nothing.\n\n"
        "The exit status is 0 if nothing failed, 1 if something did, and 6 on a machine without a "
        "GPU of NVIDIA's.",
    .options = kDoctorOptions,
    .examples = kDoctorExamples};

}  // namespace sectile::cli
