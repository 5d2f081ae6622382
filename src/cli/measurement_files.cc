#include "src/cli/measurement_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/services.h"
#include "src/cli/session.h"

namespace sectile::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 1000;
constexpr std::string_view kParvaGpuModel = "a100-80gb";  // What ParvaGPU measured.

std::unexpected<Error> unreadable(const fs::path& path, const std::error_code& error) {
  const bool denied = error == std::errc::permission_denied;
  return fail(denied ? ErrorCode::kPermission : ErrorCode::kInvalidArgument,
              fmt::format("cannot read folder '{}': {}", path.string(), error.message()));
}

// The .csv files of a folder and, with `deep`, of the folders in it.
Result<std::vector<fs::path>> list(const fs::path& folder, bool deep) {
  std::vector<fs::path> files;
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;  // What is neither is left out.
    if (deep && entry->is_directory(ignored)) {
      folders.push_back(entry->path());
    } else if (entry->path().extension() == ".csv" && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
    if (files.size() + folders.size() > kFilesMax) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("more than {} files in '{}'", kFilesMax, folder.string()));
    }
  }
  if (error) {
    return unreadable(folder, error);
  }
  std::ranges::sort(folders);
  for (const fs::path& each : folders) {
    const Result<std::vector<fs::path>> more = list(each, false);
    if (!more) {
      return fail(more);
    }
    files.insert(files.end(), more->begin(), more->end());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<Measurements> read_measurements(const std::string& path) {
  std::error_code error;
  std::vector<fs::path> files = {path};
  const bool folder = fs::is_directory(path, error);
  if (folder) {
    Result<std::vector<fs::path>> found = list(path, true);
    if (!found) {
      return fail(found);
    }
    files = std::move(*found);
  }
  const Result<const Model*> model = find_model(kParvaGpuModel);
  Measurements measurements;
  for (const fs::path& file : files) {
    const Result<std::string> text = read_input(file.string());
    if (!text) {
      return fail(text);
    }
    if (folder && is_service_table(*text)) {
      continue;
    }
    const MeasurementDefaults defaults{.workload = file.stem().string(),
                                       .model = model ? *model : nullptr};
    if (const Status added = measurements.add(*text, input_name(file.string()), defaults); !added) {
      return fail(added);
    }
  }
  if (measurements.points().empty()) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("no measurement in '{}'", path),
                "give a file, or a folder with .csv files; see docs/formats/measurements.md");
  }
  return measurements;
}

}  // namespace sectile::cli
