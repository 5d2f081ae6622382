// Resolving: a Resolution while the entries of a label are read, one after the other.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "sectile/base/result.h"
#include "sectile/text/config_gpu.h"
#include "sectile/text/position.h"

namespace sectile::internal {

class Resolving {
 public:
  Resolving(std::string file, std::string label, std::size_t gpu_count)
      : file_(std::move(file)), gpu_count_(gpu_count) {
    result_.label = std::move(label);
  }

  // A later entry for the same GPU replaces an earlier one.
  void set(ResolvedGpu gpu);
  void note(Position position, std::string_view message);

  // "mig.yaml:12:7", or the file's name alone.
  std::string origin(Position position) const;
  // The error with the place of the entry in front.
  std::unexpected<Error> fail_at(Position position, const Error& error) const;

  // Fails with kInvalidArgument if no GPU was selected.
  Result<Resolution> done();

 private:
  std::string file_;
  std::size_t gpu_count_;
  std::map<std::size_t, ResolvedGpu> by_gpu_;
  Resolution result_;
};

}  // namespace sectile::internal
