#include "src/plan/describe.h"

#include <cstddef>
#include <variant>

namespace sectile::internal {
namespace {

std::string describe_need(const ByNeed& need) {
  constexpr std::int64_t kMiBPerGiB = 1024;
  const std::int64_t mib = need.memory_min.value;
  std::string text = mib % kMiBPerGiB == 0 ? ">=" + std::to_string(mib / kMiBPerGiB) + "GiB"
                                           : ">=" + std::to_string(mib) + "MiB";
  if (need.compute_min > 0) {
    text += "/" + std::to_string(need.compute_min) + "c";
  }
  return need.graphics ? text + "+gfx" : text;
}

}  // namespace

std::string describe(const Want& want) {
  const auto* profile = std::get_if<ByProfile>(&want.what);
  return profile != nullptr ? profile->label : describe_need(*std::get_if<ByNeed>(&want.what));
}

std::string number_of(int count, const std::string& singular) {
  return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool last = i + 1 == items.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + items[i];
  }
  return text;
}

}  // namespace sectile::internal
