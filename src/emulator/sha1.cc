#include "src/emulator/sha1.h"

#include <bit>
#include <span>
#include <string>

namespace sectile::emulator {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kRounds = 80;

using State = std::array<std::uint32_t, 5>;

struct Round {
  std::uint32_t mixed;
  std::uint32_t constant;
};

// What the round with this number mixes b, c and d into, and its constant.
Round round_of(std::size_t number, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (number < 20) {
    return {(b & c) | (~b & d), 0x5A827999};
  }
  if (number < 40) {
    return {b ^ c ^ d, 0x6ED9EBA1};
  }
  if (number < 60) {
    return {(b & c) | (b & d) | (c & d), 0x8F1BBCDC};
  }
  return {b ^ c ^ d, 0xCA62C1D6};
}

std::array<std::uint32_t, kRounds> schedule(std::string_view block) {
  std::array<std::uint32_t, kRounds> words{};
  for (std::size_t i = 0; i < kBlock; ++i) {
    words[i / 4] = words[i / 4] << 8U | static_cast<std::uint8_t>(block[i]);
  }
  for (std::size_t i = 16; i < kRounds; ++i) {
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  }
  return words;
}

void absorb(State& state, std::string_view block) {
  const std::array<std::uint32_t, kRounds> words = schedule(block);
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < kRounds; ++i) {
    const Round round = round_of(i, b, c, d);
    const std::uint32_t next = std::rotl(a, 5) + round.mixed + e + round.constant + words[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const State added = {a, b, c, d, e};
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] += added[i];
  }
}

// A one, zeros, and the length in bits, up to a whole number of blocks.
std::string padded(std::string_view text) {
  std::string bytes(text);
  bytes += '\x80';
  bytes.resize((bytes.size() + 8 + kBlock - 1) / kBlock * kBlock - 8, '\0');
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(bits >> static_cast<unsigned>(shift) & 0xFFU);
  }
  return bytes;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::string_view text) {
  State state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::string bytes = padded(text);
  for (std::size_t at = 0; at < bytes.size(); at += kBlock) {
    absorb(state, std::string_view(bytes).substr(at, kBlock));
  }
  std::array<std::uint8_t, 20> hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) {
    hash[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return hash;
}

}  // namespace sectile::emulator
