// Completions for bash, zsh and fish. What changes with the catalogue or with a file (models,
// profiles, labels) is asked of the program when it is needed: `sectile internal list`.
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "src/base/shell.h"
#include "src/cli/generate.h"
#include "src/cli/options.h"

namespace sectile::cli {
namespace {

using internal::shell_quoted;

constexpr std::string_view kMade =
    "# Made from the program's option table by sectile internal generate-docs; do not edit.\n";

std::vector<std::string_view> visible_verbs() {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      names.push_back(verb.name);
    }
  }
  return names;
}

std::vector<std::string> words_of(const Option& option) {
  std::vector<std::string> words = {"--" + std::string(option.name)};
  if (option.letter != '\0') {
    words.push_back(std::string("-") + option.letter);
  }
  return words;
}

// How `sectile internal list` calls what completes the kind; empty: nothing.
std::string_view list_name(ValueKind kind) {
  switch (kind) {
    case ValueKind::kModel:
    case ValueKind::kGpuSpec:
      return "models";
    case ValueKind::kProfile:
      return "profiles";
    case ValueKind::kLabel:
      return "labels";
    case ValueKind::kNone:
    case ValueKind::kText:
    case ValueKind::kNumber:
    case ValueKind::kChoice:
    case ValueKind::kFile:
    case ValueKind::kDirectory:
      return {};
  }
  return {};
}

// What the verb takes: its own options and those of every verb.
std::vector<Option> options_of(const Verb& verb) {
  std::vector<Option> options(verb.options.begin(), verb.options.end());
  options.insert(options.end(), common_options().begin(), common_options().end());
  return options;
}

// The bash command that fills COMPREPLY for a value.
std::string bash_values(const Option& option) {
  if (option.kind == ValueKind::kChoice) {
    return fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                       shell_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  }
  if (option.kind == ValueKind::kFile) {
    return "COMPREPLY=($(compgen -f -- \"$word\"))";
  }
  if (option.kind == ValueKind::kDirectory) {
    return "COMPREPLY=($(compgen -d -- \"$word\"))";
  }
  const std::string_view list = list_name(option.kind);
  return list.empty()
             ? "COMPREPLY=()"
             : fmt::format("COMPREPLY=($(compgen -W \"$(_sectile_list {})\" -- \"$word\"))", list);
}

std::string bash_verb(const Verb& verb) {
  std::string text = fmt::format("    {})\n      case $before in\n", verb.name);
  std::vector<std::string> words;
  for (const Option& option : options_of(verb)) {
    const std::vector<std::string> names = words_of(option);
    words.insert(words.end(), names.begin(), names.end());
    if (option.kind != ValueKind::kNone) {
      text +=
          fmt::format("        {}) {}; return ;;\n", fmt::join(names, "|"), bash_values(option));
    }
  }
  text += fmt::format("      esac\n      options={}\n",
                      shell_quoted(fmt::format("{}", fmt::join(words, " "))));
  if (!verb.arguments.empty()) {
    const ValueKind kind = verb.arguments.front().kind;
    text += kind == ValueKind::kFile
                ? "      arguments=$(compgen -f -- \"$word\")\n"
                : fmt::format("      arguments=$(_sectile_list {})\n", list_name(kind));
  }
  return text + "      ;;\n";
}

// The zsh action behind "message:".
std::string zsh_action(ValueKind kind, std::span<const std::string_view> choices) {
  if (kind == ValueKind::kChoice) {
    return fmt::format("({})", fmt::join(choices, " "));
  }
  if (kind == ValueKind::kFile) {
    return "_files";
  }
  if (kind == ValueKind::kDirectory) {
    return "_files -/";
  }
  const std::string_view list = list_name(kind);
  return list.empty() ? std::string(" ") : fmt::format("_sectile_list {}", list);
}

// In a zsh specification, brackets and colons of the text must be escaped.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

// A specification for _arguments.
std::string zsh_option(const Option& option, std::string_view word) {
  const std::string spec =
      fmt::format("{}{}[{}]", option.repeats ? "*" : "", word, zsh_text(option.help));
  return option.kind == ValueKind::kNone
             ? spec
             : fmt::format("{}:{}:{}", spec, option.value, zsh_action(option.kind, option.choices));
}

std::string zsh_verb(const Verb& verb) {
  std::string text = fmt::format("    {})\n      _arguments", verb.name);
  for (const Option& option : options_of(verb)) {
    for (const std::string& word : words_of(option)) {
      text += " \\\n        " + shell_quoted(zsh_option(option, word));
    }
  }
  int position = 1;
  for (const Argument& argument : verb.arguments) {
    text += " \\\n        " +
            shell_quoted(fmt::format("{}{}:{}:{}", position++, argument.required ? "" : ":",
                                     argument.name, zsh_action(argument.kind, {})));
  }
  return text + "\n      ;;\n";
}

std::string fish_option(const Verb* verb, const Option& option) {
  std::string line = "complete -c sectile";
  if (verb != nullptr) {
    line += fmt::format(" -n '__fish_seen_subcommand_from {}'", verb->name);
  }
  line += fmt::format(" -l {}", option.name);
  if (option.letter != '\0') {
    line += fmt::format(" -s {}", option.letter);
  }
  const std::string_view list = list_name(option.kind);
  if (option.kind == ValueKind::kChoice) {
    line +=
        fmt::format(" -x -a {}", shell_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  } else if (option.kind == ValueKind::kFile) {
    line += " -r -F";
  } else if (option.kind == ValueKind::kDirectory) {
    line += " -x -a '(__fish_complete_directories)'";
  } else if (!list.empty()) {
    line += fmt::format(" -x -a '(__sectile_list {})'", list);
  } else if (option.kind != ValueKind::kNone) {
    line += " -x";
  }
  return line + fmt::format(" -d \"{}\"\n", option.help);
}

}  // namespace

std::string bash_completion() {
  std::string text(kMade);
  text += R"shell(
# Models, profiles, or the labels of the file behind -f.
_sectile_list() {
  local i file=
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -f|--config-file) file=${COMP_WORDS[i + 1]} ;;
    esac
  done
  sectile internal list "$1" ${file:+"$file"} 2>/dev/null
}

_sectile() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local verb= options= arguments= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) verb=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $verb in
)shell";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += bash_verb(verb);
    }
  }
  text += fmt::format("    *) arguments='{}' ;;\n  esac\n", fmt::join(visible_verbs(), " "));
  text += R"shell(  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$arguments" -- "$word"))
  fi
}
complete -F _sectile sectile
)shell";
  return text;
}

std::string zsh_completion() {
  std::string text = "#compdef sectile\n";
  text += kMade;
  text += R"shell(
# Models, profiles, or the labels of the file behind -f.
_sectile_list() {
  local i=${words[(I)(-f|--config-file)]} file=
  (( i )) && file=$words[i+1]
  local -a list=(${(f)"$(sectile internal list $1 $file 2>/dev/null)"})
  compadd -a list
}

_sectile() {
  local context state line
  local -a verbs=(
)shell";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += "    " + shell_quoted(fmt::format("{}:{}", verb.name, zsh_text(verb.summary))) + '\n';
    }
  }
  text += R"shell(  )
  _arguments -C '1:verb:->verb' '*::argument:->argument'
  if [[ $state == verb ]]; then
    _describe verb verbs
    return
  fi
  case $words[1] in
)shell";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += zsh_verb(verb);
    }
  }
  return text + "  esac\n}\n\n_sectile \"$@\"\n";
}

std::string fish_completion() {
  std::string text(kMade);
  text += R"shell(
# Models, profiles, or the labels of the file behind -f.
function __sectile_list
  set -l words (commandline -opc)
  set -l file
  for i in (seq (count $words))
    if contains -- $words[$i] -f --config-file; and test $i -lt (count $words)
      set file $words[(math $i + 1)]
    end
  end
  sectile internal list $argv[1] $file 2>/dev/null
end

complete -c sectile -f
)shell";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      text += fmt::format("complete -c sectile -n __fish_use_subcommand -a {} -d \"{}\"\n",
                          verb.name, verb.summary);
    }
  }
  for (const Option& option : common_options()) {
    text += fish_option(nullptr, option);
  }
  for (const Verb& verb : verbs()) {
    if (verb.hidden) {
      continue;
    }
    for (const Option& option : verb.options) {
      text += fish_option(&verb, option);
    }
    if (!verb.arguments.empty()) {
      const Argument& argument = verb.arguments.front();
      text += fmt::format("complete -c sectile -n '__fish_seen_subcommand_from {}' {}\n", verb.name,
                          argument.kind == ValueKind::kFile
                              ? std::string("-F")
                              : fmt::format("-a '(__sectile_list {})'", list_name(argument.kind)));
    }
  }
  return text;
}

}  // namespace sectile::cli
