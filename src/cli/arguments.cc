#include "src/cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <optional>

#include "sectile/base/check.h"
#include "src/cli/nearest.h"

namespace sectile::cli {
namespace {

constexpr int kNumberMax = 1'000'000;

std::string see_help(const Verb& verb) {
  return "see sectile " + std::string(verb.name) + " --help";
}

std::optional<int> to_number(const std::string& text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end && value >= 0 && value <= kNumberMax
             ? std::optional(value)
             : std::nullopt;
}

// "-o,--output", as CLI11 wants it.
std::string declaration(const Option& option) {
  std::string names = "--" + std::string(option.name);
  if (option.letter != '\0') {
    names += std::string(",-") + option.letter;
  }
  if (!option.also.empty()) {
    names += ",--" + std::string(option.also);
  }
  return names;
}

CLI::Option* declare(CLI::App& app, const Option& option) {
  const auto accept = [](const CLI::results_t&) { return true; };
  if (option.kind == ValueKind::kNone) {
    return app.add_flag(declaration(option));
  }
  return app.add_option(declaration(option), accept)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

using Declared = std::map<const Option*, CLI::Option*>;
using Values = std::map<std::string, std::vector<std::string>, std::less<>>;

Declared declare_all(CLI::App& app, const Verb& verb) {
  app.set_help_flag();
  app.allow_extras();  // So that we can say what was meant.
  Declared declared;
  for (const std::span<const Option> options : {verb.options, common_options()}) {
    for (const Option& option : options) {
      declared[&option] = declare(app, option);
    }
  }
  return declared;
}

std::string dashed(const Option& option) {
  return "--" + std::string(option.name);
}

bool is_option(const std::string& word) {
  return word.starts_with('-') && word != "-";
}

Status check_choice(const Option& option, const std::string& value) {
  if (std::ranges::find(option.choices, value) != option.choices.end()) {
    return {};
  }
  const std::vector<std::string> choices(option.choices.begin(), option.choices.end());
  std::string all;
  for (const std::string& choice : choices) {
    all += (all.empty() ? "" : ", ") + choice;
  }
  const std::string meant = nearest(value, choices);
  return fail(ErrorCode::kInvalidArgument, dashed(option) + " cannot be '" + value + "'",
              (meant.empty() ? "" : "did you mean '" + meant + "'? ") + "it is one of " + all);
}

Status check_value(const Option& option, const std::string& value) {
  if (option.kind == ValueKind::kNumber && !to_number(value)) {
    return fail(ErrorCode::kInvalidArgument,
                dashed(option) + " must be a number, not '" + value + "'",
                "give a number from 0 to " + std::to_string(kNumberMax));
  }
  return option.kind == ValueKind::kChoice ? check_choice(option, value) : Status();
}

Status check_values(const Option& option, const std::vector<std::string>& values) {
  if (option.kind == ValueKind::kNone || values.empty()) {
    return {};
  }
  if (values.size() > 1 && !option.repeats) {
    return fail(ErrorCode::kInvalidArgument, dashed(option) + " was given twice",
                "give it once; the values were '" + values[0] + "' and '" + values[1] + "'");
  }
  for (const std::string& value : values) {
    if (const Status valid = check_value(option, value); !valid) {
      return fail(valid);
    }
  }
  return {};
}

// What is wrong with a word that the table does not know.
std::unexpected<Error> refuse(const Verb& verb, const std::string& word) {
  if (!is_option(word)) {
    return fail(ErrorCode::kInvalidArgument,
                "sectile " + std::string(verb.name) + " does not take '" + word + "'",
                verb.takes_command ? "write -- before the command" : see_help(verb));
  }
  std::vector<std::string> candidates;
  for (const std::span<const Option> options : {verb.options, common_options()}) {
    for (const Option& option : options) {
      candidates.push_back(dashed(option));
    }
  }
  const std::string name = word.substr(0, word.find('='));
  return fail(
      ErrorCode::kInvalidArgument,
      "sectile " + std::string(verb.name) + " has no option '" + name + "'",
      name.starts_with("--") ? did_you_mean(name, candidates, see_help(verb)) : see_help(verb));
}

// An option that ends the line although it needs a value, or nullptr.
const Option* without_value(const Verb& verb, std::span<const std::string> words) {
  if (words.empty() || !words.back().starts_with('-')) {
    return nullptr;
  }
  const std::string& last = words.back();
  const Option* option =
      find_option(verb, last.substr(last.starts_with("--") ? 2 : last.size() - 1));
  return option != nullptr && option->kind != ValueKind::kNone ? option : nullptr;
}

// Gives the words that are no options to the verb's arguments, in order.
Status take_arguments(const Verb& verb, std::vector<std::string> rest, Values& values) {
  std::erase(rest, "--");
  for (const Argument& argument : verb.arguments) {
    std::vector<std::string>& value = values[std::string(argument.name)];
    if (!rest.empty() && !is_option(rest.front())) {
      value.push_back(rest.front());
      rest.erase(rest.begin());
    } else if (rest.empty() && argument.required) {
      return fail(ErrorCode::kInvalidArgument,
                  "sectile " + std::string(verb.name) + " needs a " + std::string(argument.name),
                  see_help(verb));
    }
  }
  return rest.empty() ? Status() : refuse(verb, rest.front());
}

}  // namespace

bool Arguments::has(std::string_view name) const {
  return !all(name).empty();
}

std::string Arguments::text(std::string_view name, std::string_view fallback) const {
  const std::vector<std::string> values = all(name);
  return values.empty() ? std::string(fallback) : values.back();
}

Result<int> Arguments::count(std::string_view name, int fallback, int most) const {
  const int given = number(name, fallback);
  if (given < 1 || given > most) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--{} is from 1 to {}, not {}", name, most, given));
  }
  return given;
}

int Arguments::number(std::string_view name, int fallback) const {
  return has(name) ? to_number(text(name)).value_or(fallback) : fallback;
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto found = values_.find(name);
  SECTILE_CHECK(found != values_.end());
  return found->second;
}

Result<Arguments> parse(const Verb& verb, std::span<const std::string> words) {
  Arguments arguments;
  // The command is none of our business: "emulate SPEC -- plan -x" must not be looked into.
  if (verb.takes_command) {
    const auto dashes = std::ranges::find(words, "--");
    if (dashes != words.end()) {
      arguments.command_.assign(std::next(dashes), words.end());
    }
    words = words.first(static_cast<std::size_t>(dashes - words.begin()));
  }
  CLI::App app;
  const Declared declared = declare_all(app, verb);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants it reversed.
  } catch (const CLI::ParseError& error) {
    if (const Option* option = without_value(verb, words)) {
      return fail(ErrorCode::kInvalidArgument,
                  dashed(*option) + " needs a value: " + std::string(option->value),
                  see_help(verb));
    }
    return fail(ErrorCode::kInvalidArgument, error.what(), see_help(verb));
  }
  for (const auto& [option, parsed] : declared) {
    if (const Status valid = check_values(*option, parsed->results()); !valid) {
      return fail(valid);
    }
    arguments.values_[std::string(option->name)] = parsed->results();
  }
  if (const Status taken = take_arguments(verb, app.remaining(), arguments.values_); !taken) {
    return fail(taken);
  }
  return arguments;
}

}  // namespace sectile::cli
