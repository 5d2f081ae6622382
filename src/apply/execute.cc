#include <optional>
#include <utility>

#include "sectile/apply/apply.h"
#include "sectile/apply/lock.h"
#include "src/apply/blocked.h"
#include "src/apply/transaction.h"

namespace sectile {

Result<Applied> execute(Node& node, const ChangePlan& plan, const ExecuteOptions& options) {
  if (!plan.blocked.empty()) {
    return busy(plan.blocked);
  }
  std::optional<NodeLock> lock;
  if (!plan.empty()) {
    Result<NodeLock> acquired = NodeLock::acquire(options.state_directory);
    if (!acquired) {
      return fail(acquired);
    }
    lock = *std::move(acquired);
  }
  return Transaction(node, plan, options).run();
}

}  // namespace sectile
