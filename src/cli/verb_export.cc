// sectile export: writes this machine's layouts as a configuration.
#include <fmt/format.h>

#include "sectile/text/json.h"
#include "src/cli/exit_status.h"
#include "src/cli/layout_output.h"
#include "src/cli/live.h"
#include "src/cli/machine.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

std::vector<ExportGpu> export_gpus(const Snapshot& snapshot) {
  const std::vector<ConfigGpu> config = config_gpus_of(snapshot);
  std::vector<ExportGpu> gpus;
  for (std::size_t i = 0; i < snapshot.gpus.size(); ++i) {
    if (snapshot.gpus[i].capable()) {
      gpus.push_back({.gpu = config[i],
                      .mig_enabled = snapshot.gpus[i].mode == MigMode::kEnabled,
                      .layout = snapshot.gpus[i].layout});
    }
  }
  return gpus;
}

std::string as_json(std::span<const ExportGpu> gpus) {
  std::vector<NamedLayout> layouts;
  for (const ExportGpu& gpu : gpus) {
    layouts.push_back({.name = gpu.gpu.uuid, .model = gpu.gpu.model, .layout = gpu.layout});
  }
  return layouts_json(layouts);
}

}  // namespace

Result<int> verb_export(Session& session) {
  const Result<Snapshot> snapshot = read_node(session.arguments.text("nvml"), session.worker);
  if (!snapshot) {
    return fail(snapshot);
  }
  const std::vector<ExportGpu> gpus = export_gpus(*snapshot);
  if (gpus.empty()) {
    return fail(ErrorCode::kUnavailable, "no GPU of this machine is capable of MIG");
  }
  for (const LiveGpu& gpu : snapshot->gpus) {
    if (gpu.capable() && gpu.pending != gpu.mode) {
      session.say(
          fmt::format("note: the MIG mode of gpu {} changes at its next reset; this is the "
                      "mode of now",
                      gpu.index));
    }
  }
  const std::string label = session.arguments.text("config-label", "current");
  const std::string format = session.arguments.text("output", "yaml");
  if (format == "json") {
    session.out = as_json(gpus);
  } else if (format == "mig-parted") {
    const Converted converted = mig_parted_yaml(gpus, label);
    session.out = converted.text;
    for (const std::string& lost : converted.lost) {
      session.say("note: mig-parted's format cannot say " + lost);
    }
  } else {
    session.out = layout_yaml(gpus, label);
  }
  return 0;
}

}  // namespace sectile::cli
