// Programs that are known to hold GPUs, and the way to free what anybody holds.
#pragma once

#include <string>

#include "sectile/apply/holders.h"
#include "src/apply/process_info.h"

namespace sectile {

// Fills in what `process` is known as, whether it serves the machine, and the way to free what it
// holds: what somebody would type as root on this machine.
void recognise(const ProcessInfo& process, Holder& holder);

// A word for a shell, quoted if it has to be.
std::string shell_word(const std::string& word);

}  // namespace sectile
