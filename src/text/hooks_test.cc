#include "sectile/text/hooks.h"

#include <gtest/gtest.h>

#include <string>

namespace sectile {
namespace {

std::string error_of(std::string_view text) {
  const Result<HooksConfig> config = parse_hooks(text, "h.yaml");
  return config ? "" : config.error().message;
}

// A file with one hook that has these fields, in flow style.
std::string hook_error(const std::string& fields) {
  return error_of("{version: v1, hooks: {apply-start: [{" + fields + "}]}}");
}

// The hooks that nvidia-mig-manager installs.
constexpr const char* kDefaultHooks = R"(version: v1
hooks:
    apply-start:
    - workdir: "/etc/nvidia-mig-manager"
      command: "/bin/bash"
      args: ["-x", "-c", "source hooks.sh; apply-start ${MIG_PARTED_SELECTED_CONFIG}"]
    pre-apply-mode:
    - workdir: "/etc/nvidia-mig-manager"
      command: "/bin/bash"
      args: ["-x", "-c", "source hooks.sh; pre-apply-mode"]
    pre-apply-config:
    - workdir: "/etc/nvidia-mig-manager"
      command: "/bin/bash"
      args: ["-x", "-c", "source hooks.sh; pre-apply-config"]
      envs: {A: b, NUMBER: 7}
    apply-exit:
    - workdir: "/etc/nvidia-mig-manager"
      command: "/bin/bash"
      args: ["-x", "-c", "source hooks.sh; apply-exit"]
    - command: /bin/true
)";

TEST(HooksTest, ReadsEveryField) {
  const HooksConfig config = parse_hooks(kDefaultHooks, "h.yaml").value();
  EXPECT_EQ(config.file, "h.yaml");
  ASSERT_EQ(config.at(HookPoint::kApplyStart).size(), 1U);
  EXPECT_EQ(
      config.at(HookPoint::kApplyStart)[0],
      (Hook{.command = "/bin/bash",
            .arguments = {"-x", "-c", "source hooks.sh; apply-start ${MIG_PARTED_SELECTED_CONFIG}"},
            .environment = {},
            .directory = "/etc/nvidia-mig-manager"}));
  EXPECT_EQ(config.at(HookPoint::kPreApplyMode)[0].arguments[2], "source hooks.sh; pre-apply-mode");
  EXPECT_EQ(config.at(HookPoint::kPreApplyConfig)[0].environment,
            (std::map<std::string, std::string>{{"A", "b"}, {"NUMBER", "7"}}));
  ASSERT_EQ(config.at(HookPoint::kApplyExit).size(), 2U);
  EXPECT_EQ(config.at(HookPoint::kApplyExit)[1].command, "/bin/true");
  EXPECT_EQ(config.at(HookPoint::kApplyExit)[1].directory, "");
}

TEST(HooksTest, AcceptsWhatHasNoHooks) {
  for (const char* text :
       {"version: v1", "{version: v1, hooks: {}}", "version: v1\nhooks:\n",
        "{version: v1, hooks: {apply-start: []}}", "version: v1\nhooks:\n  apply-exit:\n"}) {
    const Result<HooksConfig> config = parse_hooks(text, "h.yaml");
    ASSERT_TRUE(config) << text << ": " << config.error().message;
    EXPECT_TRUE(config->empty()) << text;
  }
  EXPECT_FALSE(parse_hooks(kDefaultHooks, "h.yaml")->empty());
}

TEST(HooksTest, SaysWhereAFileIsWrong) {
  EXPECT_EQ(error_of("version: v2"), "h.yaml:1:10: version 'v2' is not known");
  EXPECT_EQ(error_of("version: v1\nhooks:\n  pre-apply: []\n"),
            "h.yaml:3:3: 'pre-apply' is no hook");
  EXPECT_NE(error_of("hooks: {}").find("version"), std::string::npos);
  EXPECT_NE(error_of(""), "");
  EXPECT_NE(error_of("{version: v1, more: 1}").find("more"), std::string::npos);
  EXPECT_NE(error_of("[version]"), "");
  EXPECT_NE(error_of("{version: v1, hooks: []}"), "");
  EXPECT_NE(error_of("{version: v1, hooks: {apply-start: {command: a}}}"), "");
}

TEST(HooksTest, RefusesHooksThatCannotRun) {
  EXPECT_EQ(hook_error("command: /bin/true"), "");
  EXPECT_NE(hook_error("args: [a]").find("command"), std::string::npos);
  EXPECT_NE(hook_error("command: ''").find("command is empty"), std::string::npos);
  EXPECT_NE(hook_error("command: [a]"), "");
  EXPECT_NE(hook_error("command: a, args: b"), "");
  EXPECT_NE(hook_error("command: a, args: [[b]]"), "");
  EXPECT_NE(hook_error("command: a, envs: [b]"), "");
  EXPECT_NE(hook_error("command: a, timeout: 7").find("timeout"), std::string::npos);
  EXPECT_NE(hook_error("command: a, envs: {'x=y': z}").find("'x=y' cannot be"), std::string::npos);
  EXPECT_NE(hook_error("command: a, envs: {'': z}").find("'' cannot be"), std::string::npos);
  EXPECT_NE(hook_error("command: a, command: b"), "");
}

TEST(HooksTest, KeepsTheLimits) {
  const auto words = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += "a,";
    }
    return "command: a, args: [" + text + "]";
  };
  EXPECT_EQ(hook_error(words(kMaxHookWords)), "");
  EXPECT_NE(hook_error(words(kMaxHookWords + 1)).find("more than 256"), std::string::npos);
  EXPECT_EQ(hook_error("command: " + std::string(kMaxHookText, 'a')), "");
  EXPECT_NE(hook_error("command: " + std::string(kMaxHookText + 1, 'a')), "");
  std::string hooks;
  for (std::size_t i = 0; i < kMaxHooks + 1; ++i) {
    hooks += "{command: a},";
  }
  EXPECT_NE(error_of("{version: v1, hooks: {apply-exit: [" + hooks + "]}}").find("more than 64"),
            std::string::npos);
  std::string variables;
  for (std::size_t i = 0; i < kMaxHookWords + 1; ++i) {
    variables += "V" + std::to_string(i) + ": a,";
  }
  EXPECT_NE(hook_error("command: a, envs: {" + variables + "}").find("more than 256"),
            std::string::npos);
}

TEST(HooksTest, WritesWhatItReads) {
  for (const char* text :
       {kDefaultHooks, "version: v1",
        R"({"version": "v1", "hooks": {"apply-exit": [{"command": "a \"b\"\n", "args": ["", "é"],
            "envs": {"X": "", "y z": "\t"}, "workdir": "/"}]}})"}) {
    const HooksConfig config = parse_hooks(text, "h.yaml").value();
    const Result<HooksConfig> again = parse_hooks(write_hooks(config), "again");
    ASSERT_TRUE(again) << again.error().message << "\n" << write_hooks(config);
    EXPECT_EQ(*again, config) << write_hooks(config);
  }
}

}  // namespace
}  // namespace sectile
