// The manual page, in mdoc.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "src/cli/generate.h"
#include "src/cli/options.h"

namespace sectile::cli {
namespace {

// Plain text for roff: backslashes, a leading dot or quote, and hyphens that are minus signs.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (out.empty() && (c == '.' || c == '\'')) {
      out += "\\&";
    }
    out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  }
  return out;
}

constexpr std::size_t kLineMax = 68;  // Leaves room for the escapes of hyphens.

// A line for each sentence, as mdoc wants it, and for what a sentence has beyond kLineMax; an empty
// line becomes a paragraph.
std::string prose(std::string_view text) {
  std::string out;
  std::string line;
  const auto flush = [&] {
    while (line.size() > kLineMax) {
      const std::size_t space = line.rfind(' ', kLineMax);
      if (space == std::string::npos) {
        break;
      }
      out += escaped(line.substr(0, space)) + '\n';
      line.erase(0, space + 1);
    }
    if (!line.empty()) {
      out += escaped(line) + '\n';
      line.clear();
    }
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\n\n")) {
      flush();
      out += ".Pp\n";
      ++i;
    } else if (text[i] == ' ' && !line.empty() && line.back() == '.') {
      flush();
    } else if (text[i] != '`') {
      line += text[i];
    }
  }
  flush();
  return out;
}

// A macro line has its own quoting: no escapes but for the backslash.
std::string in_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '"' ? "\"\"" : c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  }
  return '"' + out + '"';
}

std::string item(const Option& option) {
  std::string line = ".It ";
  if (option.letter != '\0') {
    line += fmt::format("Fl {} , ", option.letter);
  }
  line += fmt::format("Fl \\-{}", escaped(option.name));
  if (!option.also.empty()) {
    line += fmt::format(" , Fl \\-{}", escaped(option.also));
  }
  if (!option.value.empty()) {
    line += fmt::format(" Ar {}", option.value);
  }
  line += '\n' + prose(option.help);
  if (!option.choices.empty()) {
    line += prose(fmt::format("One of: {}.", fmt::join(option.choices, ", ")));
  }
  return line;
}

std::string item_list(std::span<const Option> options) {
  std::string text = ".Bl -tag -width Ds\n";
  for (const Option& option : options) {
    text += item(option);
  }
  return text + ".El\n";
}

std::string verb_section(const Verb& verb) {
  std::string text = fmt::format(".Ss sectile {}\n.Nm\n.Cm {}\n", verb.name, verb.name);
  for (const Argument& argument : verb.arguments) {
    text += fmt::format(".{}Ar {}\n", argument.required ? "" : "Op ", argument.name);
  }
  text += ".Op Ar option ...\n";
  text += verb.takes_command ? ".Op Fl \\- Ar command ...\n" : "";
  text += ".Pp\n" + prose(verb.description);
  if (!verb.arguments.empty() || !verb.options.empty()) {
    text += ".Bl -tag -width Ds\n";
    for (const Argument& argument : verb.arguments) {
      text += fmt::format(".It Ar {}\n", argument.name) + prose(argument.help);
    }
    for (const Option& option : verb.options) {
      text += item(option);
    }
    text += ".El\n";
  }
  return text;
}

std::string examples_section() {
  std::string text = ".Sh EXAMPLES\n";
  bool first = true;
  for (const Verb& verb : verbs()) {
    for (const Example& example : verb.examples) {
      if (!first) {
        text += ".Pp\n";
      }
      first = false;
      text += prose(example.what) + fmt::format(".Dl {}\n", in_quotes(example.command));
    }
  }
  return text;
}

}  // namespace

std::string manual_page() {
  std::string text =
      ".\\\" Made from the program's option table by sectile internal generate-docs; do not edit.\n"
      ".Dd November 22, 2026\n.Dt SECTILE 1\n.Os\n.Sh NAME\n.Nm sectile\n"
      ".Nd cut NVIDIA GPUs into MIG slices\n.Sh SYNOPSIS\n.Nm\n.Ar verb\n.Op Ar option ...\n"
      ".Sh DESCRIPTION\n.Nm\nplans the best MIG layout for wishes, applies it without harming "
      "running work,\nand shows what is where.\n";
  text += "The verbs are:\n.Bl -tag -width profiles\n";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += fmt::format(".It Cm {}\n", verb.name) + prose(verb.summary);
    }
  }
  text += ".El\n.Pp\nEvery verb understands:\n" + item_list(common_options());
  text += ".Sh VERBS\n";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += verb_section(verb);
    }
  }
  text += ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n";
  for (const Variable& variable : variables()) {
    text += fmt::format(".It Ev {}\n", variable.name) + prose(variable.meaning);
  }
  text += ".El\n.Sh EXIT STATUS\n.Bl -tag -width Ds\n";
  for (const ExitStatus& exit : exit_statuses()) {
    text += fmt::format(".It {}\n", exit.status) + prose(exit.meaning);
  }
  return text + ".El\n" + examples_section();
}

}  // namespace sectile::cli
