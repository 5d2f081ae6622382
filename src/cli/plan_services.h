// plan --services: from measurements and what was promised to instances and GPUs.
#pragma once

#include "sectile/base/result.h"
#include "src/cli/session.h"

namespace sectile::cli {

Result<int> plan_for_services(Session& session);

}  // namespace sectile::cli
