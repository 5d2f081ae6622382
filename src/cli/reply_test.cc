#include "src/cli/reply.h"

#include <gtest/gtest.h>

namespace sectile::cli {
namespace {

TEST(ReplyTest, ComesBackAsItWas) {
  const std::string binary("\0:9:\n", 5);
  for (const int status : {0, 1, 255}) {
    const Reply reply = decode_reply(encode({.out = binary, .outcome = status})).value();
    EXPECT_EQ(reply.out, binary);
    EXPECT_EQ(reply.outcome.value(), status);
  }
  const Error error{ErrorCode::kNotRestored, "a: b", "sectile repair"};
  const Reply failed = decode_reply(encode({.out = "", .outcome = std::unexpected(error)})).value();
  EXPECT_EQ(failed.outcome.error(), error);
}

TEST(ReplyTest, AnythingElseIsRefused) {
  const std::string whole = encode({.out = "out", .outcome = 0});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode_reply(whole.substr(0, length))) << length;
  }
  for (const char* text :
       {"3:out4:done1:00:0:x", "3:out4:donf1:00:0:", "3:out6:failed1:90:0:", "-1:4:done1:00:0:",
        "99999999999999999999:", "3:out4:done3:2560:0:", "3:out4:done2:-10:0:"}) {
    EXPECT_FALSE(decode_reply(text)) << text;
  }
}

}  // namespace
}  // namespace sectile::cli
