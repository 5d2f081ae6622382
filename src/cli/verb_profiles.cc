// sectile profiles: lists the MIG profiles of a model.
#include "sectile/geometry/catalogue.h"
#include "sectile/text/json.h"
#include "sectile/text/smi_table.h"
#include "sectile/text/table.h"
#include "src/cli/verbs.h"

namespace sectile::cli {

Result<int> verb_profiles(Session& session) {
  const Result<const Model*> model = find_model(session.arguments.text("MODEL"));
  if (!model) {
    return fail(model);
  }
  if (session.arguments.text("output") == "json") {
    session.out = profiles_json(**model);
  } else if (session.arguments.text("as") == "smi") {
    session.out = smi_gpu_instance_profiles(**model) + '\n' + smi_gpu_instance_placements(**model);
  } else {
    session.out = profiles_table(**model);
  }
  return 0;
}

}  // namespace sectile::cli
