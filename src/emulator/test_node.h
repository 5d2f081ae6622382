// What the emulator's tests share: nodes and state directories.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "sectile/emulator/emulator.h"
#include "sectile/geometry/catalogue.h"
#include "src/emulator/geometry_copy.h"
#include "src/emulator/node_builder.h"
#include "src/emulator/state.h"

namespace sectile::emulator {

// A node of GPUs of one model.
inline NodeDescription node_of(std::string_view key, int count = 1, bool mig_enabled = true) {
  GpuDescription gpu;
  gpu.model = find_model(key).value();
  gpu.count = count;
  gpu.mig_enabled = mig_enabled;
  NodeDescription description;
  description.gpus = {gpu};
  return description;
}

// A directory that is gone at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string form = std::filesystem::temp_directory_path() / "sectile-emulator-XXXXXX";
    path_ = ::mkdtemp(form.data());
  }
  ~TemporaryDirectory() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sectile::emulator
