#include "src/cli/generate.h"

#include <fmt/format.h>

#include <string_view>

#include "src/cli/help.h"
#include "src/cli/options.h"

namespace sectile::cli {
namespace {

void append_options(std::string& text, std::span<const Option> options) {
  text += "\n| option | meaning |\n|---|---|\n";
  for (const Option& option : options) {
    const std::string words = option_words(option);
    text += fmt::format("| `{}` | {}", words.substr(words.find_first_not_of(' ')), option.help);
    if (!option.choices.empty()) {
      text += fmt::format(" One of: {}.", fmt::join(option.choices, ", "));
    }
    text += option.also.empty() ? " |\n" : fmt::format(" Also: `--{}`. |\n", option.also);
  }
}

void append_verb(std::string& text, const Verb& verb) {
  text += fmt::format("\n## sectile {}\n\n    {}\n\n", verb.name, usage(verb));
  text += verb.description;
  text += '\n';
  if (!verb.arguments.empty()) {
    text += "\n| argument | meaning |\n|---|---|\n";
    for (const Argument& argument : verb.arguments) {
      text += fmt::format("| `{}` | {} |\n", argument.name, argument.help);
    }
  }
  append_options(text, verb.options);
  for (const Example& example : verb.examples) {
    text += fmt::format("\n{}\n\n    {}\n", example.what, example.command);
  }
}

}  // namespace

std::string reference() {
  std::string text =
      "# Reference\n\n"
      "Made from the program's option table by `sectile internal generate-docs`; do not edit.\n\n"
      "    sectile VERB [OPTION...]\n\n| verb | what it does |\n|---|---|\n";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += fmt::format("| [{0}](#sectile-{0}) | {1} |\n", verb.name, verb.summary);
    }
  }
  text += "\nEvery verb understands:\n";
  append_options(text, common_options());
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      append_verb(text, verb);
    }
  }
  text += "\n## Exit status\n\n| status | meaning |\n|---|---|\n";
  for (const ExitStatus& exit : exit_statuses()) {
    text += fmt::format("| {} | {} |\n", exit.status, exit.meaning);
  }
  text += "\n## Environment\n\n| variable | meaning |\n|---|---|\n";
  for (const Variable& variable : variables()) {
    text += fmt::format("| `{}` | {} |\n", variable.name, variable.meaning);
  }
  return text;
}

std::vector<GeneratedFile> generated_files() {
  return {{"docs/reference.md", reference()},
          {"packaging/man/sectile.1", manual_page()},
          {"packaging/completion/sectile.bash", bash_completion()},
          {"packaging/completion/_sectile", zsh_completion()},
          {"packaging/completion/sectile.fish", fish_completion()}};
}

}  // namespace sectile::cli
