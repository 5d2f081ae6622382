#include "src/cli/log_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace sectile::cli {
namespace {

ChangeRecord change() {
  ChangeRecord record;
  record.id = 12;
  record.state = ChangeState::kDone;
  record.author.uid = 1000;
  record.author.user = "root";
  record.author.sudo_user = "alice";
  record.author.pid = 77;
  record.author.command =
      "/usr/bin/sectile apply -f /etc/sectile/a-very-long-name-of-a-file.yaml --yes";
  record.started = Time(std::chrono::milliseconds(1'772'366'400'000));
  record.finished = record.started + std::chrono::milliseconds(1'540);
  GpuImage gpu{.uuid = "GPU-7",
               .index = 3,
               .model = "h100-80gb-sxm5",
               .mode = MigMode::kEnabled,
               .pending = MigMode::kEnabled,
               .instances = {}};
  record.before.gpus = {gpu};
  gpu.instances = {{.profile = {9}, .name = "3g.40gb", .placement = {4, 4}, .compute = {}}};
  record.target.gpus = {gpu};
  record.after = record.target;
  return record;
}

StepRecord step() {
  return {.number = 1,
          .purpose = Purpose::kForward,
          .gpu = "GPU-7",
          .kind = "create-instance",
          .what = "create 3g.40gb@4",
          .intended = change().started,
          .ended = change().started + std::chrono::milliseconds(150),
          .failure = std::nullopt};
}

TEST(LogTextTest, ATableFitsIntoEightyColumns) {
  const std::vector<ChangeRecord> changes = {change()};
  const std::string text = log_table(changes, false);
  EXPECT_EQ(text,
            "ID  WHEN                  WHO            TOOK  RESULT  COMMAND\n"
            "12  2026-03-01T12:00:00Z  alice (sudo)  1.5 s  done    sectile apply -f /etc/s..\n");
}

TEST(LogTextTest, AnUnfinishedChangeRunsOrWasCutOff) {
  std::vector<ChangeRecord> changes = {change()};
  changes[0].state = ChangeState::kOpen;
  changes[0].finished.reset();
  EXPECT_NE(log_table(changes, true).find("running"), std::string::npos);
  EXPECT_NE(log_table(changes, false).find("cut off"), std::string::npos);
}

TEST(LogTextTest, AnEntryShowsLayoutsAndSteps) {
  std::vector<StepRecord> steps = {step(), step(), step()};
  steps[1].failure = "in use";
  steps[1].purpose = Purpose::kUndo;
  steps[2].ended.reset();
  const std::string text = log_entry(change(), steps, steps, false);
  for (const char* const part :
       {"change 12: apply, done\n", "by alice (sudo), pid 77: /usr/bin/sectile apply",
        "took 1.5 s\n", "gpu 3 (GPU-7, h100-80gb-sxm5)\n  before  no instance\n",
        "  before  no instance\n  wanted  3g.40gb@4[0 compute instances]\n",
        "1    150 ms  gpu 3: create 3g.40gb@4\n",
        "failed  gpu 3: take back: create 3g.40gb@4\n                 in use\n",
        "2 of 3 planned steps were begun", "?  gpu 3: create"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(LogTextTest, ProgramsGetEverything) {
  const std::vector<ChangeRecord> changes = {change()};
  const std::vector<StepRecord> steps = {step()};
  const auto json = nlohmann::json::parse(log_json(changes, steps, false));
  EXPECT_EQ(json["schema"], "sectile/log/v1");
  EXPECT_EQ(json["changes"][0]["duration_ms"], 1540);
  EXPECT_EQ(json["changes"][0]["after"][0]["instances"][0]["profile"], "3g.40gb");
  EXPECT_EQ(json["changes"][0]["undoes"], nullptr);
  EXPECT_EQ(json["steps"][0]["action"], "create-instance");
}

TEST(LogTextTest, AuthorsAreNamedAsWellAsTheSystemKnowsThem) {
  Author author;
  author.uid = 1000;
  EXPECT_EQ(author_text(author), "uid 1000");
  author.user = "bob";
  EXPECT_EQ(author_text(author), "bob");
}

}  // namespace
}  // namespace sectile::cli
