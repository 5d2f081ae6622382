#include "sectile/text/hooks.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/text/file_head.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::Member;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr std::array<std::string_view, kHookPoints> kNames = {"apply-start", "pre-apply-mode",
                                                              "pre-apply-config", "apply-exit"};

// Text that can be an argument or a value: execve() takes no more, and ends it at a NUL.
std::string read_word(Reader& reader, const Tree& tree, std::string_view what) {
  std::string word = reader.text(tree, what);
  if (word.size() > kMaxHookText) {
    reader.refuse(tree.position, fmt::format("{} has {} bytes; at most {} can be given to a "
                                             "program",
                                             what, word.size(), kMaxHookText));
  }
  if (word.find('\0') != std::string::npos) {
    reader.refuse(tree.position, fmt::format("{} has a NUL byte in it", what));
  }
  return word;
}

std::vector<std::string> read_arguments(Reader& reader, const Tree& tree) {
  std::vector<std::string> arguments;
  if (tree.kind == Tree::Kind::kNull) {
    return arguments;
  }
  const std::vector<Tree>& items = reader.list(tree, "args");
  if (items.size() > kMaxHookWords) {
    reader.refuse(tree.position,
                  fmt::format("{} args are more than {}", items.size(), kMaxHookWords));
    return arguments;
  }
  for (const Tree& item : items) {
    arguments.push_back(read_word(reader, item, "an item of args"));
  }
  return arguments;
}

std::map<std::string, std::string> read_environment(Reader& reader, const Tree& tree) {
  std::map<std::string, std::string> environment;
  if (tree.kind == Tree::Kind::kNull) {
    return environment;
  }
  const std::vector<Member>& members = reader.map(tree, "envs");
  if (members.size() > kMaxHookWords) {
    reader.refuse(tree.position,
                  fmt::format("{} envs are more than {}", members.size(), kMaxHookWords));
    return environment;
  }
  for (const Member& member : members) {
    const bool named = !member.key.empty() && member.key.find('=') == std::string::npos &&
                       member.key.find('\0') == std::string::npos;
    if (!named) {
      reader.refuse(member.position,
                    fmt::format("'{}' cannot be the name of a variable", printable(member.key)));
    }
    environment.emplace(
        member.key,
        read_word(reader, member.value, fmt::format("the value of {}", printable(member.key))));
  }
  return environment;
}

Hook read_hook(Reader& reader, const Tree& tree) {
  Hook hook;
  Fields fields(reader, tree, "a hook");
  const Tree& command = fields.need("command");
  hook.command = read_word(reader, command, "command");
  if (hook.command.empty()) {
    reader.refuse(command.position, "command is empty", "name a program");
  }
  if (const Tree* const arguments = fields.find("args")) {
    hook.arguments = read_arguments(reader, *arguments);
  }
  if (const Tree* const environment = fields.find("envs")) {
    hook.environment = read_environment(reader, *environment);
  }
  if (const Tree* const directory = fields.find("workdir")) {
    hook.directory = read_word(reader, *directory, "workdir");
  }
  fields.finish();
  return hook;
}

std::vector<Hook> read_point(Reader& reader, const Tree& tree, std::string_view name) {
  std::vector<Hook> hooks;
  if (tree.kind == Tree::Kind::kNull) {
    return hooks;
  }
  const std::vector<Tree>& items = reader.list(tree, name);
  if (items.size() > kMaxHooks) {
    reader.refuse(tree.position,
                  fmt::format("{} hooks of {} are more than {}", items.size(), name, kMaxHooks));
    return hooks;
  }
  for (const Tree& item : items) {
    hooks.push_back(read_hook(reader, item));
  }
  return hooks;
}

// mig-parted takes hooks of any name and never runs those that it does not know; here that is a
// mistake in the file.
void read_points(Reader& reader, const Tree& tree, HooksConfig& config) {
  if (tree.kind == Tree::Kind::kNull) {
    return;
  }
  for (const Member& member : reader.map(tree, "hooks")) {
    const auto* const name = std::ranges::find(kNames, member.key);
    if (name == kNames.end()) {
      reader.refuse(member.position, fmt::format("'{}' is no hook", printable(member.key)),
                    fmt::format("hooks are {}", fmt::join(kNames, ", ")));
      continue;
    }
    config.hooks.at(static_cast<std::size_t>(name - kNames.begin())) =
        read_point(reader, member.value, *name);
  }
}

std::string write_hook(const Hook& hook) {
  std::string text = fmt::format("    - command: {}\n", internal::yaml_quoted(hook.command));
  if (!hook.arguments.empty()) {
    std::vector<std::string> quoted;
    quoted.reserve(hook.arguments.size());
    for (const std::string& argument : hook.arguments) {
      quoted.push_back(internal::yaml_quoted(argument));
    }
    text += fmt::format("      args: {}\n", internal::yaml_list(quoted));
  }
  text += hook.environment.empty() ? "" : "      envs:\n";
  for (const auto& [name, value] : hook.environment) {
    text +=
        fmt::format("        {}: {}\n", internal::yaml_quoted(name), internal::yaml_quoted(value));
  }
  if (!hook.directory.empty()) {
    text += fmt::format("      workdir: {}\n", internal::yaml_quoted(hook.directory));
  }
  return text;
}

}  // namespace

std::string_view name_of(HookPoint point) {
  return kNames.at(static_cast<std::size_t>(point));
}

bool HooksConfig::empty() const {
  return std::ranges::all_of(hooks, [](const std::vector<Hook>& list) { return list.empty(); });
}

Result<HooksConfig> parse_hooks(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  HooksConfig config{.file = std::string(file), .hooks = {}};
  Reader reader(file);
  Fields fields(reader, *tree, "the file");
  internal::read_version(reader, fields);
  if (const Tree* const hooks = fields.find("hooks")) {
    read_points(reader, *hooks, config);
  }
  fields.finish();
  return reader.done(std::move(config));
}

std::string write_hooks(const HooksConfig& config) {
  std::string text = "version: v1\n";
  text += config.empty() ? "" : "hooks:\n";
  for (std::size_t i = 0; i < kHookPoints; ++i) {
    text += config.hooks.at(i).empty() ? "" : fmt::format("  {}:\n", kNames.at(i));
    for (const Hook& hook : config.hooks.at(i)) {
      text += write_hook(hook);
    }
  }
  return text;
}

}  // namespace sectile
