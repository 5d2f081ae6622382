// Whatever decode_reply() accepts must be encoded to what is read back as the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sectile/base/check.h"
#include "src/cli/reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const sectile::Result<sectile::cli::Reply> reply = sectile::cli::decode_reply(bytes);
  if (!reply) {
    return 0;
  }
  const sectile::Result<sectile::cli::Reply> again = sectile::cli::decode_reply(encode(*reply));
  SECTILE_CHECK(again.has_value() && again->out == reply->out);
  const sectile::Result<int>& one = reply->outcome;
  const sectile::Result<int>& other = again->outcome;
  SECTILE_CHECK(one.has_value() == other.has_value());
  SECTILE_CHECK(one ? *one == *other : one.error() == other.error());
  return 0;
}
