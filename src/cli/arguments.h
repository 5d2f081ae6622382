// Arguments: what was typed after a verb, checked against the option table.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "src/cli/options.h"

namespace sectile::cli {

// A value. Options and arguments are asked for by the name they have in the table; asking for one
// that the verb does not have is a programmer's error and stops the program.
class Arguments {
 public:
  bool has(std::string_view name) const;
  // Whether the verb has it at all: for code that several verbs share.
  bool offers(std::string_view name) const { return values_.contains(name); }
  // The value, or `fallback` if it was not given. The last one of an option that repeats.
  std::string text(std::string_view name, std::string_view fallback = {}) const;
  int number(std::string_view name, int fallback) const;
  // The same, of which there is at least one. Fails with kInvalidArgument for less and for more
  // than `most`.
  Result<int> count(std::string_view name, int fallback, int most) const;
  // In the order given; empty if none.
  std::vector<std::string> all(std::string_view name) const;
  // Behind "--".
  const std::vector<std::string>& command() const { return command_; }

 private:
  friend Result<Arguments> parse(const Verb& verb, std::span<const std::string> words);

  std::map<std::string, std::vector<std::string>, std::less<>> values_;  // Empty list: not given.
  std::vector<std::string> command_;
};

// Reads the words after the verb. Fails with kInvalidArgument, naming the word and what it may be
// instead: an unknown option, a value that is missing, not a number or not a choice, an option
// given twice, too many or too few arguments.
Result<Arguments> parse(const Verb& verb, std::span<const std::string> words);

}  // namespace sectile::cli
