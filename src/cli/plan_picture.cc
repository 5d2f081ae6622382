#include "src/cli/plan_picture.h"

#include <fmt/format.h>

#include <cstddef>
#include <span>

#include "sectile/text/mermaid.h"
#include "src/cli/layout_output.h"
#include "src/cli/style.h"

namespace sectile::cli {
namespace {

// Planned GPUs that are alike, one behind the other, as one picture for people.
std::vector<GpuPicture> merged(std::span<const GpuPicture> gpus) {
  std::vector<GpuPicture> pictures;
  std::size_t first = 0;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const GpuPicture& gpu = gpus[i];
    const bool same = !pictures.empty() && pictures.back().model == gpu.model &&
                      pictures.back().layout == gpu.layout && pictures.back().owners == gpu.owners;
    if (same) {
      pictures.back().title =
          fmt::format("{} to {}, {} alike", gpus[first].title, gpu.title, i - first + 1);
    } else {
      first = i;
      pictures.push_back(gpu);
    }
  }
  return pictures;
}

}  // namespace

std::string render(const Session& session, const Picture& picture) {
  const std::string format = session.arguments.text("output");
  const std::string label = session.arguments.text("config-label", "planned");
  if (format == "yaml") {
    return layout_yaml(picture.exported, label);
  }
  if (format == "mig-parted") {
    const Converted converted = mig_parted_yaml(picture.exported, label);
    for (const std::string& lost : converted.lost) {
      session.say("note: mig-parted's format cannot say " + lost);
    }
    return converted.text;
  }
  if (format == "mermaid") {
    return mermaid_pie(picture.gpus, picture.strategy);
  }
  if (format == "mermaid-blocks") {
    return mermaid_blocks(picture.gpus);
  }
  if (format == "svg") {
    return draw_svg(picture.gpus);
  }
  return draw_text(picture.merge ? merged(picture.gpus) : picture.gpus, text_style(session));
}

}  // namespace sectile::cli
