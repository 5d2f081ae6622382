// The option table: every verb, option, argument and example of the program, written once.
//
// The parser, `--help`, the manual page, the shell completions and docs/reference.md are all made
// from it, so none of them can say something else. Constant data; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sectile::cli {

// What a value is: decides how it is completed and, for some kinds, checked.
enum class ValueKind : std::uint8_t {
  kNone,  // A flag.
  kText,
  kNumber,
  kChoice,
  kFile,
  kDirectory,
  kModel,
  kGpuSpec,
  kProfile,
  kLabel,
};

// In the order in which people write an option down.
struct Option {           // NOLINT(clang-analyzer-optin.performance.Padding)
  std::string_view name;  // The long name without dashes; the key in Arguments.
  char letter = '\0';     // The short form; '\0' if there is none.
  ValueKind kind = ValueKind::kNone;
  std::string_view value = {};                     // How help calls the value: "FILE".
  std::span<const std::string_view> choices = {};  // Of kChoice.
  std::string_view help = {};
  std::string_view also = {};  // A second long name: another spelling.
  bool repeats = false;        // May be given more than once.
};

struct Argument {
  std::string_view name;  // "MODEL", as help shows it; the key in Arguments.
  ValueKind kind = ValueKind::kText;
  bool required = true;
  std::string_view help = {};
};

struct Example {
  std::string_view command;
  std::string_view what;
};

struct Verb {
  std::string_view name;
  std::string_view summary;      // One line, lower case.
  std::string_view description;  // Paragraphs, separated by an empty line.
  std::span<const Argument> arguments = {};
  std::span<const Option> options = {};
  std::span<const Example> examples = {};
  bool takes_command = false;  // Everything after "--" is a command to run.
  bool hidden = false;         // For the program's own use: in no help.
};

// In the order in which help lists them.
std::span<const Verb> verbs();

// Understood by every verb, and before it.
std::span<const Option> common_options();

// nullptr if there is no such verb.
const Verb* find_verb(std::string_view name);

// The option of a verb or of all verbs by its long name, its other name or, with one character, its
// letter; nullptr if there is none.
const Option* find_option(const Verb& verb, std::string_view name);

// An exit status and what it means, for help, the manual and docs/errors.md.
struct ExitStatus {
  int status;
  std::string_view meaning;
};
std::span<const ExitStatus> exit_statuses();

// An environment variable and what it does.
struct Variable {
  std::string_view name;
  std::string_view meaning;
};
std::span<const Variable> variables();

}  // namespace sectile::cli
