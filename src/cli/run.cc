#include "src/cli/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <span>
#include <string_view>

#include "sectile/text/json.h"
#include "src/cli/exit_status.h"
#include "src/cli/guard.h"
#include "src/cli/help.h"
#include "src/cli/nearest.h"
#include "src/cli/options.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

struct Entry {
  std::string_view name;
  VerbFunction function;
};

constexpr Entry kFunctions[] = {
    {"plan", verb_plan},         {"advise", verb_advise},     {"gpus", verb_gpus},
    {"profiles", verb_profiles}, {"show", verb_show},         {"who", verb_who},
    {"doctor", verb_doctor},     {"diff", verb_diff},         {"apply", verb_apply},
    {"assert", verb_assert},     {"log", verb_log},           {"undo", verb_undo},
    {"repair", verb_repair},     {"save", verb_save},         {"restore", verb_restore},
    {"export", verb_export},     {"lint", verb_lint},         {"fleet", verb_fleet},
    {"emulate", verb_emulate},   {"simulate", verb_simulate}, {"internal", verb_internal},
};

// nullptr if there is no such verb.
VerbFunction find_function(std::string_view name) {
  const auto* const entry = std::ranges::find(kFunctions, name, &Entry::name);
  return entry != std::end(kFunctions) ? entry->function : nullptr;
}

// sectile repair with the driver that the session asks.
Result<Repairer> repairer(const Session& session) {
  std::vector<std::string> words{"--output=json"};
  for (const char* const name : {"nvml", "driver-timeout"}) {
    if (session.arguments.has(name)) {
      words.push_back(fmt::format("--{}={}", name, session.arguments.text(name)));
    }
  }
  const Result<Arguments> arguments = parse(*find_verb("repair"), words);
  if (!arguments) {
    return fail(arguments);
  }
  return Repairer{.function = find_function("repair"), .arguments = *arguments};
}

Result<int> run_guarded(Session& session, VerbFunction function) {
  const Result<Repairer> repair = repairer(session);
  return repair ? guarded(session, function, *repair) : fail(repair);
}

// Whether the verb may call into the driver, and so shall run where that can be given up.
bool needs_driver(const Verb& verb, const Arguments& arguments) {
  if (find_option(verb, "driver-timeout") == nullptr) {
    return false;
  }
  return find_option(verb, "gpu") == nullptr || !arguments.has("gpu");
}

bool contains(std::span<const std::string> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// The words up to "--": what lies behind it is for another program.
std::span<const std::string> own_words(std::span<const std::string> words) {
  return words.first(static_cast<std::size_t>(std::ranges::find(words, "--") - words.begin()));
}

bool wants_colour(const Arguments& arguments) {
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): one thread.
  const bool refused = no_color != nullptr && *no_color != '\0';
  return !refused && !arguments.has("no-colour") && ::isatty(STDOUT_FILENO) == 1;
}

Result<Session> open_session(const Verb& verb, std::span<const std::string> words) {
  const Result<Arguments> arguments = parse(verb, words);
  if (!arguments) {
    return fail(arguments);
  }
  return Session{.arguments = *arguments,
                 .out = {},
                 .quiet = arguments->has("quiet"),
                 .colour = wants_colour(*arguments),
                 .terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1};
}

int report(const Error& error) {
  (void)write_all(STDERR_FILENO, to_text(error));  // If nobody listens, the status still says it.
  return exit_status(error.code);
}

int finish(const std::string& out, int status) {
  const Status written = write_all(STDOUT_FILENO, out);
  return written ? status : report(written.error());
}

bool wants_json(const Verb& verb, const Arguments& arguments) {
  return find_option(verb, "output") != nullptr && arguments.text("output") == "json";
}

int run_verb(const Verb& verb, std::span<const std::string> words) {
  Result<Session> session = open_session(verb, words);
  if (!session) {
    return report(session.error());
  }
  const VerbFunction function = find_function(verb.name);
  const Result<int> outcome =
      needs_driver(verb, session->arguments) ? run_guarded(*session, function) : function(*session);
  if (outcome) {
    return finish(session->out, *outcome);
  }
  if (session->out.empty() && wants_json(verb, session->arguments)) {
    session->out = error_json(outcome.error());
  }
  const int status = report(outcome.error());
  return finish(session->out, status);
}

Error unknown_verb(const std::string& word) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) {
      names.emplace_back(verb.name);
    }
  }
  if (word.starts_with('-')) {
    return {ErrorCode::kInvalidArgument, "no such option before the verb: " + word,
            "options stand behind their verb: sectile plan --gpu SPEC; see sectile --help"};
  }
  return {ErrorCode::kInvalidArgument, "no such verb: " + word,
          did_you_mean(word, names, fmt::format("it is one of {}", fmt::join(names, ", ")))};
}

bool is_common(const std::string& word) {
  return std::ranges::any_of(common_options(), [&](const Option& option) {
    return word == "--" + std::string(option.name) ||
           (!option.also.empty() && word == "--" + std::string(option.also)) ||
           (option.letter != '\0' && word == std::string("-") + option.letter);
  });
}

int dispatch_verb(const std::string& name, const std::vector<std::string>& words) {
  const Verb* verb = find_verb(name);
  if (verb == nullptr) {
    return report(unknown_verb(name));
  }
  const std::span<const std::string> own = own_words(words);
  if (contains(own, "--help") || contains(own, "-h")) {
    return finish(help(*verb), 0);
  }
  if (contains(own, "--version")) {
    return finish("sectile " SECTILE_VERSION "\n", 0);
  }
  return run_verb(*verb, words);
}

int dispatch(std::vector<std::string> words) {
  // Options that every verb understands may stand before the verb: they are moved behind it.
  const auto verb_word = std::ranges::find_if(
      words, [](const std::string& word) { return !word.starts_with('-') || word == "-"; });
  const std::vector<std::string> before(words.begin(), verb_word);
  if (const auto unknown = std::ranges::find_if_not(before, is_common); unknown != before.end()) {
    return report(unknown_verb(*unknown));
  }
  if (contains(before, "--version")) {
    return finish("sectile " SECTILE_VERSION "\n", 0);
  }
  if (verb_word == words.end()) {
    const bool asked = contains(before, "--help") || contains(before, "-h");
    return asked ? finish(help_overview(), 0)
                 : report({ErrorCode::kInvalidArgument, "no verb given",
                           "see sectile --help; to begin: sectile gpus, sectile show"});
  }
  std::string name = *verb_word;
  std::vector<std::string> rest(verb_word + 1, words.end());
  rest.insert(rest.begin(), before.begin(), before.end());
  if (name == "help") {
    if (rest.empty()) {
      return finish(help_overview(), 0);
    }
    name = rest.back();
    rest = {"--help"};
  }
  return dispatch_verb(name, rest);
}

}  // namespace

int run(const std::vector<std::string>& words) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    return dispatch(words);
  } catch (const std::exception& error) {
    return report({ErrorCode::kFailed, fmt::format("internal error: {}", error.what()),
                   "please report it with the command that was run"});
  }
}

}  // namespace sectile::cli
