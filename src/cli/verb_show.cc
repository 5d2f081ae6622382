// sectile show: the layouts of this machine, who holds what, and what still fits.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "sectile/apply/mode_rule.h"
#include "sectile/text/draw.h"
#include "sectile/text/mermaid.h"
#include "src/cli/live.h"
#include "src/cli/machine.h"
#include "src/cli/show_json.h"
#include "src/cli/style.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

std::string_view mode_word(MigMode mode) {
  return mode == MigMode::kEnabled ? "on" : "off";
}

std::vector<std::string> notes(const LiveGpu& gpu, const Model& model) {
  const ModeCommit commit = mode_rule(gpu, model).commit;
  std::vector<std::string> notes;
  if (gpu.pending != gpu.mode) {
    notes.push_back(fmt::format("MIG is {} now and goes {} when {}: {}", mode_word(gpu.mode),
                                mode_word(gpu.pending), commit_text(commit), commit_next(commit)));
  }
  if (gpu.mode == MigMode::kEnabled && gpu.instances.empty()) {
    notes.emplace_back("MIG is on without an instance: CUDA cannot use this GPU");
  }
  if (gpu.mode == MigMode::kDisabled) {
    notes.push_back(gpu.processes.empty() ? std::string("MIG is off, and nobody uses the GPU")
                                          : "MIG is off, and the whole GPU is in use by " +
                                                holder_text(gpu.processes));
  }
  return notes;
}

GpuPicture picture(const Snapshot& snapshot, const LiveGpu& gpu) {
  GpuPicture picture{.title = fmt::format("gpu {}  {}", gpu.index, gpu.uuid),
                     .model = &snapshot.model_of(gpu),
                     .layout = gpu.layout,
                     .owners = {},
                     .notes = notes(gpu, snapshot.model_of(gpu)),
                     .mig_enabled = gpu.mode == MigMode::kEnabled};
  for (const Slot& slot : gpu.layout.slots()) {
    const LiveInstance* instance = gpu.find(slot.placement());
    picture.owners.push_back(instance == nullptr ? std::string()
                                                 : holder_text(gpu.holders(*instance)));
  }
  return picture;
}

// GPUs that cannot be cut, a line each.
std::string others(const Snapshot& snapshot) {
  std::string text;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (!gpu.capable()) {
      text +=
          fmt::format("gpu {}  {}  {}  {}\n", gpu.index, gpu.name, gpu.uuid, incapable_text(gpu));
    }
  }
  return text;
}

}  // namespace

Result<int> verb_show(Session& session) {
  const Result<Snapshot> snapshot = read_node(session.arguments.text("nvml"), session.worker);
  if (!snapshot) {
    return fail(snapshot);
  }
  for (const std::string& warning : snapshot->warnings) {
    session.say("note: " + warning);
  }
  std::vector<GpuPicture> pictures;
  for (const LiveGpu& gpu : snapshot->gpus) {
    if (gpu.capable()) {
      pictures.push_back(picture(*snapshot, gpu));
    }
  }
  const std::string format = session.arguments.text("output", "text");
  if (format == "json") {
    session.out = show_json(*snapshot);
  } else if (format == "mermaid") {
    session.out = mermaid_pie(pictures);
  } else if (format == "mermaid-blocks") {
    session.out = mermaid_blocks(pictures);
  } else if (format == "svg") {
    session.out = draw_svg(pictures);
  } else {
    session.out = draw_text(pictures, text_style(session)) + others(*snapshot);
  }
  return 0;
}

}  // namespace sectile::cli
