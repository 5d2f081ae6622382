// Resolving: a Resolution while the entries of a label are read, one after the other.
#pragma once

#include <fmt/format.h>

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

// GPUs of one model share the answer to a question.
class LayoutsByModel {
 public:
  // `ask` answers for a model: Result<Layout>(const Model&). An error says for which GPU it was
  // asked.
  template <typename Ask>
  Result<Layout> of(const ConfigGpu& gpu, const Ask& ask) {
    if (const auto known = layouts_.find(gpu.model); known != layouts_.end()) {
      return known->second;
    }
    Result<Layout> layout = ask(*gpu.model);
    if (!layout) {
      const Error& error = layout.error();
      return fail(error.code, fmt::format("gpu {}: {}", gpu.index, error.message), error.next);
    }
    layouts_.emplace(gpu.model, *layout);
    return layout;
  }

 private:
  std::map<const Model*, Layout> layouts_;
};

}  // namespace sectile::internal
