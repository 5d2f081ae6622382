#include "src/apply/cdi_check.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <vector>

#include "sectile/text/cdi.h"
#include "src/apply/small_file.h"

namespace sectile {
namespace {

constexpr std::size_t kUuidLength = 36;      // After "GPU-" or "MIG-".
constexpr std::size_t kNamedMax = 3;         // In a message.
constexpr unsigned kFirstInstanceMinor = 3;  // 1 and 2 are the rights to change and to watch.

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidLength) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

void find_uuids(std::string_view text, std::string_view prefix, std::set<std::string>& uuids) {
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    const std::string_view uuid = text.substr(at + prefix.size(), kUuidLength);
    if (is_uuid(uuid)) {
      uuids.insert(std::string(prefix) + std::string(uuid));
    }
  }
}

void find_capabilities(std::string_view text, std::set<unsigned>& capabilities) {
  constexpr std::string_view kFile = "/nvidia-cap";
  for (std::size_t at = text.find(kFile); at != std::string_view::npos;
       at = text.find(kFile, at + 1)) {
    std::string_view rest = text.substr(at + kFile.size(), 8);
    rest = rest.substr(0, rest.find_first_not_of("0123456789"));
    const std::optional<unsigned long long> minor = decimal(rest);
    if (minor && *minor >= kFirstInstanceMinor) {
      capabilities.insert(static_cast<unsigned>(*minor));
    }
  }
}

// "MIG-1, MIG-2, MIG-3 and 4 more"
std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamedMax); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  return names.size() <= kNamedMax
             ? text
             : text + " and " + std::to_string(names.size() - kNamedMax) + " more";
}

std::vector<std::string> missing(const std::set<std::string>& from,
                                 const std::set<std::string>& in) {
  std::vector<std::string> names;
  std::ranges::set_difference(from, in, std::back_inserter(names));
  return names;
}

std::size_t count_missing(const std::set<unsigned>& from, const std::set<unsigned>& in) {
  std::vector<unsigned> minors;
  std::ranges::set_difference(from, in, std::back_inserter(minors));
  return minors.size();
}

}  // namespace

CdiReferences cdi_references(std::string_view text) {
  CdiReferences found;
  found.nvidia = text.find(kCdiKind) != std::string_view::npos;
  find_uuids(text, "GPU-", found.uuids);
  find_uuids(text, "MIG-", found.uuids);
  find_capabilities(text, found.capabilities);
  return found;
}

std::string cdi_difference(const CdiReferences& found, const CdiExpected& expected) {
  std::string text;
  const auto add = [&](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  if (const auto gone = missing(found.uuids, expected.uuids); !gone.empty()) {
    add("names what is not there: " + list(gone));
  }
  std::set<std::string> devices = expected.uuids;
  std::erase_if(devices, [](const std::string& uuid) { return !uuid.starts_with("MIG-"); });
  const bool by_uuid = std::ranges::any_of(
      found.uuids, [](const std::string& uuid) { return uuid.starts_with("MIG-"); });
  if (const auto absent = missing(devices, found.uuids); by_uuid && !absent.empty()) {
    add("leaves out " + list(absent));
  }
  // Devices that are called by index say with their files what they are.
  if (const std::size_t gone = count_missing(found.capabilities, expected.capabilities); gone > 0) {
    add("gives access to " + std::to_string(gone) + " instance files of instances that are gone");
  }
  if (const std::size_t absent = count_missing(expected.capabilities, found.capabilities);
      absent > 0) {
    add("lacks " + std::to_string(absent) + " instance files of instances that exist");
  }
  return text;
}

}  // namespace sectile
