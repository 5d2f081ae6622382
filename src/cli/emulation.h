// Emulation: an emulated machine that lives as long as a command runs on it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/emulator/emulator.h"
#include "src/cli/child.h"
#include "src/cli/emulated_node.h"

namespace sectile::cli {

class Emulation {
 public:
  // Makes the machine in `directory`, or uses the one that is there; in a temporary directory,
  // which is removed at the end, if that is empty. With a machine that is there already, `node` may
  // be empty; if it is not, its models must be the machine's. Sets the environment of this process
  // so that what it starts sees the machine. Fails with kUnavailable if the emulator's library is
  // not found, kInvalidArgument for a node or fault script that cannot be, kFailed for the file
  // system.
  static Result<Emulation> start(const EmulatedNode& node, const std::string& directory);

  Emulation(Emulation&& other) noexcept;
  Emulation& operator=(Emulation&&) = delete;
  Emulation(const Emulation&) = delete;
  Emulation& operator=(const Emulation&) = delete;
  ~Emulation();

  const std::string& directory() const { return directory_; }

 private:
  Emulation(std::string directory, bool temporary)
      : directory_(std::move(directory)), temporary_(temporary) {}
  Status create(const EmulatedNode& node);
  Status occupy(const EmulatedNode& node);
  Status add_occupant(emulator::Occupant occupant);
  Status set_environment(const std::string& library);
  Status write_stand_in_programs();
  Status write_stand_in(const std::string& name, std::string_view script);

  std::string directory_;
  bool temporary_ = false;
  std::vector<StandIn> occupants_;
};

// The emulator's libnvidia-ml.so.1: $SECTILE_EMULATOR_LIBRARY, or beside this program, in the build
// tree or where it is installed. Fails with kUnavailable, naming where it was looked for.
Result<std::string> emulator_library();

}  // namespace sectile::cli
