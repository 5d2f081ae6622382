// Want notation: "2x3g.40gb,1x1g.10gb" or by need, "14x>=9GiB,2x>=39GiB/3c".
//
//   want  = [NAME "="] [COUNT "x"] what           NAME: letters, digits, "_", ".", "-"
//   what  = LABEL | "whole" | need                LABEL: 3g.40gb, 1g.10gb+me, 3g, 1c.3g.40gb
//   need  = ">=" part ["/" part] ["/gfx"]         part: 9GiB, 9728MiB, 3c (memory once, compute
//                                                 once)
//
// Wants are separated by commas; white space is allowed around a want and after "x". Pure
// functions; thread-safe. docs/formats/wants.md is the specification.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/plan/want.h"

namespace sectile {

inline constexpr int kMaxWants = 256;  // In one text.

// Knows no model: whether a label exists is for choices() to say. Fails with kInvalidArgument; GB
// is refused with a hint, because the GB of a profile's name is a label and no amount.
Result<std::vector<Want>> parse_wants(std::string_view text);
Result<Want> parse_want(std::string_view text);

// An amount of memory, "9GiB" or "9728MiB". Fails with kInvalidArgument.
Result<MiB> parse_memory(std::string_view text);

// What parse_wants() reads back: "train=2x3g.40gb", "14x>=9GiB". The count is always printed.
std::string to_string(const Want& want);
std::string to_string(std::span<const Want> wants);

// "9GiB" if it is whole GiB, or else "9728MiB".
std::string to_string(MiB memory);

}  // namespace sectile
