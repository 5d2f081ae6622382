// docs/errors.md says of every code which exit status it has.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "src/cli/exit_status.h"
#include "src/cli/options.h"

namespace sectile::cli {
namespace {

TEST(ErrorsDocumentTest, ListsEveryCodeWithItsStatus) {
  std::ifstream document(SECTILE_SOURCE_DIR "/docs/errors.md");
  ASSERT_TRUE(document);
  std::map<std::string, int> documented;
  for (std::string line; std::getline(document, line);) {  // Rows such as "| `kBusy` | 4 | ...".
    const std::size_t end = line.find("` | ");
    if (line.starts_with("| `k") && end != std::string::npos) {
      documented[line.substr(3, end - 3)] = line.at(end + 4) - '0';
    }
  }
  using enum ErrorCode;
  const std::map<std::string, int> actual = {{"kInvalidArgument", exit_status(kInvalidArgument)},
                                             {"kUnsatisfiable", exit_status(kUnsatisfiable)},
                                             {"kBusy", exit_status(kBusy)},
                                             {"kStale", exit_status(kStale)},
                                             {"kUnavailable", exit_status(kUnavailable)},
                                             {"kPermission", exit_status(kPermission)},
                                             {"kNotRestored", exit_status(kNotRestored)},
                                             {"kRolledBack", exit_status(kRolledBack)},
                                             {"kFailed", exit_status(kFailed)}};
  EXPECT_EQ(documented, actual);
  EXPECT_EQ(exit_statuses().size(), actual.size() + 1);  // And success.
}

}  // namespace
}  // namespace sectile::cli
