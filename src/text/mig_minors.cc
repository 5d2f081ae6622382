#include "sectile/text/mig_minors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

constexpr int kMaxNumber = 1'000'000;  // The kernel has 2^20 minors.

// Takes "gpu0" off the front, up to the next slash or the end. `text` is left alone if it begins
// otherwise.
std::optional<unsigned> take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) {
    return std::nullopt;
  }
  const std::string_view rest = text.substr(word.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::optional<int> number = internal::parse_number(rest.substr(0, slash), kMaxNumber);
  if (!number) {
    return std::nullopt;
  }
  text = rest.substr(std::min(slash + 1, rest.size()));
  return static_cast<unsigned>(*number);
}

}  // namespace

std::optional<unsigned> MigMinors::find(unsigned gpu_minor, unsigned gpu_instance) const {
  const auto found = minors_.find(
      {.gpu = gpu_minor, .gpu_instance = gpu_instance, .compute_instance = std::nullopt});
  return found == minors_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<unsigned> MigMinors::find(unsigned gpu_minor, unsigned gpu_instance,
                                        unsigned compute_instance) const {
  const auto found = minors_.find(
      {.gpu = gpu_minor, .gpu_instance = gpu_instance, .compute_instance = compute_instance});
  return found == minors_.end() ? std::nullopt : std::optional(found->second);
}

Result<MigMinors> parse_mig_minors(std::string_view text) {
  if (text.size() > kMaxMigMinorsBytes) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("mig-minors has {} bytes, more than {}",
                                                         text.size(), kMaxMigMinorsBytes));
  }
  MigMinors result;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = internal::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t space = std::min(whole.find(' '), whole.size());
    std::string_view path = whole.substr(0, space);
    const std::optional<unsigned> gpu = take(path, "gpu");
    const std::optional<unsigned> instance = gpu ? take(path, "gi") : std::nullopt;
    const std::optional<unsigned> compute = instance ? take(path, "ci") : std::nullopt;
    if (!instance || path != "access") {
      continue;
    }
    const std::optional<int> minor =
        internal::parse_number(internal::trim(whole.substr(space)), kMaxNumber);
    if (!minor) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("mig-minors:{}: '{}' does not end with a minor number", line,
                              internal::printable(whole)));
    }
    const MigMinors::Key key{.gpu = *gpu, .gpu_instance = *instance, .compute_instance = compute};
    if (!result.minors_.emplace(key, static_cast<unsigned>(*minor)).second) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("mig-minors:{}: '{}' is there twice",
                                                           line, internal::printable(whole)));
    }
  }
  return result;
}

}  // namespace sectile
