#include "sectile/apply/cdi_files.h"
#include "sectile/apply/companions.h"
#include "sectile/apply/mig_devices.h"

namespace sectile {

Status NameCompanion::write(const ChangeContext& context, const Snapshot& before,
                            const Snapshot& after) {
  written_ = true;
  Status uuids =
      write_uuids(context.state.directory(), before, after, to_text(context.clock.now()));
  // The one does not wait for the other.
  const Result<std::string> cdi = refresh_cdi(after, settings_.paths, settings_.cdi);
  if (cdi && !cdi->empty() && settings_.say) {
    settings_.say(*cdi);
  }
  if (!uuids) {
    return uuids;
  }
  return cdi ? Status{} : fail(cdi);
}

Status NameCompanion::after_success(const ChangeContext& context, const Applied& applied) {
  return write(context, applied.before, applied.after);
}

Status NameCompanion::exit(const ChangeContext& context, const Result<Applied>& /*outcome*/) {
  if (written_) {
    return {};
  }
  const Result<Snapshot> now = context.node.read();
  return now ? write(context, context.before, *now) : fail(now);
}

}  // namespace sectile
