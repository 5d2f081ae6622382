// sectile gpus: lists the catalogue.
#include "sectile/geometry/catalogue.h"
#include "sectile/text/json.h"
#include "sectile/text/table.h"
#include "src/cli/verbs.h"

namespace sectile::cli {

Result<int> verb_gpus(Session& session) {
  session.out =
      session.arguments.text("output") == "json" ? gpus_json(catalogue()) : gpus_table(catalogue());
  return 0;
}

}  // namespace sectile::cli
