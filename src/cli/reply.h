// Reply: what a verb that ran in a worker gives back, as bytes.
#pragma once

#include <string>
#include <string_view>

#include "sectile/base/result.h"

namespace sectile::cli {

struct Reply {
  std::string out;          // For standard output.
  Result<int> outcome = 0;  // As the verb returned it.
};

std::string encode(const Reply& reply);

// Reads what encode() wrote. Fails with kFailed for anything else: a driver that wrote where it
// should not may have made the bytes.
Result<Reply> decode_reply(std::string_view bytes);

}  // namespace sectile::cli
