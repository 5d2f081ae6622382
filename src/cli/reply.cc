#include "src/cli/reply.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

namespace sectile::cli {
namespace {

constexpr int kStatusMax = 255;

// "12:twelve bytes", one behind the other.
void put(std::string& bytes, std::string_view field) {
  bytes += std::to_string(field.size());
  bytes += ':';
  bytes += field;
}

std::optional<std::string> take(std::string_view& bytes) {
  std::size_t length = 0;
  const char* const end = bytes.data() + bytes.size();
  const auto [stop, error] = std::from_chars(bytes.data(), end, length);
  const auto digits = static_cast<std::size_t>(stop - bytes.data());
  if (error != std::errc() || stop == end || *stop != ':' || length > bytes.size() - digits - 1) {
    return std::nullopt;
  }
  std::string field(bytes.substr(digits + 1, length));
  bytes.remove_prefix(digits + 1 + length);
  return field;
}

std::optional<int> take_number(std::string_view& bytes, int max) {
  const std::optional<std::string> field = take(bytes);
  int number = 0;
  if (!field || field->empty()) {
    return std::nullopt;
  }
  const char* const end = field->data() + field->size();
  const auto [stop, error] = std::from_chars(field->data(), end, number);
  return error == std::errc() && stop == end && number >= 0 && number <= max ? std::optional(number)
                                                                             : std::nullopt;
}

}  // namespace

std::string encode(const Reply& reply) {
  std::string bytes;
  put(bytes, reply.out);
  put(bytes, reply.outcome ? "done" : "failed");
  put(bytes, std::to_string(reply.outcome ? *reply.outcome
                                          : static_cast<int>(reply.outcome.error().code)));
  put(bytes, reply.outcome ? "" : reply.outcome.error().message);
  put(bytes, reply.outcome ? "" : reply.outcome.error().next);
  return bytes;
}

Result<Reply> decode_reply(std::string_view bytes) {
  std::optional<std::string> out = take(bytes);
  const std::optional<std::string> kind = take(bytes);
  const bool done = kind == "done";
  const std::optional<int> number =
      take_number(bytes, done ? kStatusMax : static_cast<int>(ErrorCode::kFailed));
  std::optional<std::string> message = take(bytes);
  std::optional<std::string> next = take(bytes);
  if (!out || (!done && kind != "failed") || !number || !message || !next || !bytes.empty()) {
    return fail(ErrorCode::kFailed, "the answer of the process for the driver makes no sense",
                "try again, and report it with the driver's version");
  }
  Reply reply{.out = *std::move(out), .outcome = *number};
  if (!done) {
    reply.outcome = fail(static_cast<ErrorCode>(*number), *std::move(message), *std::move(next));
  }
  return reply;
}

}  // namespace sectile::cli
