#include "src/text/resolving.h"

#include <fmt/format.h>

#include <utility>

#include "src/text/tree.h"
#include "src/text/utf8.h"

namespace sectile::internal {

void Resolving::set(ResolvedGpu gpu) {
  const std::size_t index = gpu.gpu;
  by_gpu_.insert_or_assign(index, std::move(gpu));
}

void Resolving::note(Position position, std::string_view message) {
  result_.notes.push_back(at(file_, position, message));
}

std::string Resolving::origin(Position position) const {
  return position.line == 0 ? file_
                            : fmt::format("{}:{}:{}", file_, position.line, position.column);
}

std::unexpected<Error> Resolving::fail_at(Position position, const Error& error) const {
  return fail(error.code, at(file_, position, error.message), error.next);
}

Result<Resolution> Resolving::done() {
  if (by_gpu_.empty()) {
    const std::string what =
        result_.label.empty() ? "the file" : fmt::format("label '{}'", printable(result_.label));
    return fail(ErrorCode::kInvalidArgument,
                at(file_, {}, fmt::format("{} selects none of the {} GPUs", what, gpu_count_)));
  }
  for (std::size_t i = 0; i < gpu_count_; ++i) {
    const auto found = by_gpu_.find(i);
    if (found == by_gpu_.end()) {
      result_.unmatched.push_back(i);
    } else {
      result_.gpus.push_back(std::move(found->second));
    }
  }
  return std::move(result_);
}

}  // namespace sectile::internal
