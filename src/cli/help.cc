#include "src/cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace sectile::cli {
namespace {

constexpr std::size_t kHelpColumn = 26;  // Where the explanation of an option begins.

// A term and its explanation beside it, or below if the term is long.
std::string entry(const std::string& term, std::string_view text) {
  std::string line = "  " + term;
  if (line.size() + 2 > kHelpColumn) {
    return line + '\n' + wrapped(text, kHelpColumn);
  }
  line.resize(kHelpColumn, ' ');
  return line + wrapped(text, kHelpColumn, kHelpColumn);
}

std::string explanation(const Option& option) {
  std::string text(option.help);
  if (!option.choices.empty()) {
    text += fmt::format(" One of: {}.", fmt::join(option.choices, ", "));
  }
  return text;
}

std::string options_text(std::string_view title, std::span<const Option> options) {
  if (options.empty()) {
    return {};
  }
  std::string text = fmt::format("\n{}:\n", title);
  for (const Option& option : options) {
    text += entry(option_words(option), explanation(option));
  }
  return text;
}

// Where the last space outside of quotes is among the first so many characters; npos: nowhere.
std::size_t last_break(std::string_view command, std::size_t room) {
  std::size_t last = std::string_view::npos;
  char quote = '\0';
  for (std::size_t i = 0; i <= room; ++i) {
    const char c = command[i];
    if (quote != '\0') {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ' ') {
      last = i;
    }
  }
  return last;
}

// As one may type it: a long command goes on in the next line, behind a backslash, and is broken
// between its words only.
std::string typed(std::string_view command) {
  constexpr std::size_t kIndent = 4;
  constexpr std::size_t kFurther = 8;
  std::string text;
  std::size_t indent = kIndent;
  while (command.size() + indent > kColumns) {
    // The backslash and the space before it take two columns.
    const std::size_t end = last_break(command, kColumns - indent - 2);
    if (end == std::string_view::npos) {
      break;  // One word that is longer than a line.
    }
    text += std::string(indent, ' ') + std::string(command.substr(0, end)) + " \\\n";
    command.remove_prefix(end + 1);
    indent = kFurther;
  }
  return text + std::string(indent, ' ') + std::string(command) + '\n';
}

std::string examples_text(const Verb& verb) {
  if (verb.examples.empty()) {
    return {};
  }
  std::string text = "\nExamples:\n";
  for (const Example& example : verb.examples) {
    text += wrapped(example.what, 2);
    text += typed(example.command);
  }
  return text;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t column) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    const bool breaks = text.substr(end).starts_with("\n\n");
    if (column > indent && column + 1 + word.size() > kColumns) {
      out += '\n';
      column = 0;
    }
    if (column == 0) {
      out.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    if (breaks) {
      out += "\n\n";
      column = 0;
    }
    text.remove_prefix(std::min(text.size(), end + (breaks ? 2 : 1)));
  }
  return out + '\n';
}

std::string option_words(const Option& option) {
  std::string words =
      option.letter == '\0' ? std::string("    ") : fmt::format("-{}, ", option.letter);
  words += fmt::format("--{}", option.name);
  return option.value.empty() ? words : fmt::format("{} {}", words, option.value);
}

std::string usage(const Verb& verb) {
  std::string text = fmt::format("sectile {}", verb.name);
  for (const Argument& argument : verb.arguments) {
    text +=
        argument.required ? fmt::format(" {}", argument.name) : fmt::format(" [{}]", argument.name);
  }
  text += " [OPTION...]";
  return verb.takes_command ? text + " [-- COMMAND...]" : text;
}

std::string help(const Verb& verb) {
  std::string text = fmt::format("usage: {}\n\n", usage(verb)) + wrapped(verb.description, 0);
  if (!verb.arguments.empty()) {
    text += "\nArguments:\n";
    for (const Argument& argument : verb.arguments) {
      text += entry(std::string(argument.name), argument.help);
    }
  }
  text += options_text("Options", verb.options);
  text += options_text("Every verb", common_options());
  return text + examples_text(verb);
}

std::string help_overview() {
  std::string text =
      "usage: sectile VERB [OPTION...]\n\n" +
      wrapped(
          "Cuts NVIDIA GPUs into MIG slices: plans the best layout, applies it without harming "
          "running work, and shows what is where.",
          0) +
      "\nVerbs:\n";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += fmt::format("  {:<10} {}\n", verb.name, verb.summary);
    }
  }
  text += options_text("Every verb", common_options());
  text += "\nExit status:\n";
  for (const ExitStatus& exit : exit_statuses()) {
    text += fmt::format("  {}  ", exit.status) + wrapped(exit.meaning, 5, 5);
  }
  text += "\nEnvironment:\n";
  for (const Variable& variable : variables()) {
    text += entry(std::string(variable.name), variable.meaning);
  }
  return text + "\nsectile VERB --help says more, with examples.\n";
}

}  // namespace sectile::cli
