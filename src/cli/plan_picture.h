// A plan in the formats that show layouts and no reasons.
#pragma once

#include <string>
#include <vector>

#include "sectile/text/draw.h"
#include "sectile/text/mig_parted.h"
#include "src/cli/session.h"

namespace sectile::cli {

// What every format but text and JSON needs, whatever was asked.
struct Picture {
  std::vector<GpuPicture> gpus;
  std::vector<ExportGpu> exported;
  std::string strategy;  // "mixed"; "" for wants.
  bool merge = false;    // Neighbours that are alike may be drawn as one, for people.
};

// In the format of --output; text if there is none or another. Says on standard error what the
// format loses.
std::string render(const Session& session, const Picture& picture);

}  // namespace sectile::cli
