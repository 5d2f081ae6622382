#include "sectile/apply/journal.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "src/apply/apply_testing.h"
#include "src/apply/sqlite.h"
#include "src/base/scratch_folder.h"
#include "src/base/surely.h"

namespace sectile {
namespace {

const GpuImage& empty_gpu() {
  static const GpuImage gpu{.uuid = "GPU-7",
                            .index = 3,
                            .model = "h100-80gb-sxm5",
                            .mode = MigMode::kEnabled,
                            .pending = MigMode::kEnabled,
                            .instances = {}};
  return gpu;
}

Action creation() {
  return {.kind = Action::Kind::kStep,
          .step = {},
          .purpose = Purpose::kForward,
          .what = "create 3g.40gb@4"};
}

Journal::Entry entry() {
  NodeImage target{{empty_gpu()}};
  target.gpus[0].instances.push_back(
      {.profile = {9}, .name = "3g.40gb", .placement = {4, 4}, .compute = {}});
  return {.kind = ChangeKind::kApply,
          .undoes = std::nullopt,
          .author = {.uid = 4'000'000'000U,
                     .user = "alice",
                     .sudo_user = "bob",
                     .pid = 4'194'304,
                     .process_start = 99,
                     .command = "sectile apply",
                     .boot = "b"},
          .before = {{empty_gpu()}},
          .target = target,
          .planned = {{"GPU-7", creation()}}};
}

class JournalTest : public testing::Test {
 public:
  JournalTest() {
    state_ = std::make_unique<StateFile>(
        StateFile::open({.directory = folder_.path(), .vfs = {}}).value());
    journal_ = std::make_unique<Journal>(*state_, clock_);
  }

 protected:
  ScratchFolder folder_ = ScratchFolder::in_memory();
  ChangeRecord unfinished() const { return surely(journal_->unfinished().value()); }
  ChangeRecord found(std::int64_t change) const { return surely(journal_->find(change).value()); }

  FakeClock clock_;
  std::unique_ptr<StateFile> state_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, AnEntryIsUnfinishedUntilItIsFinished) {
  EXPECT_FALSE(journal_->unfinished().value().has_value());
  const std::int64_t change = journal_->begin(entry()).value();
  const ChangeRecord open = unfinished();
  EXPECT_EQ(open.id, change);
  EXPECT_EQ(open.state, ChangeState::kOpen);
  EXPECT_EQ(open.author, entry().author);
  EXPECT_EQ(open.before, entry().before);
  EXPECT_EQ(open.target, entry().target);
  EXPECT_EQ(to_text(open.started), "2026-03-01T12:00:00Z");
  EXPECT_FALSE(open.finished);
  EXPECT_FALSE(open.undoes);
  EXPECT_FALSE(open.after);
  clock_.sleep(std::chrono::milliseconds(1500));
  ASSERT_TRUE(journal_->finish(change, ChangeState::kDone, "", entry().target));
  EXPECT_FALSE(journal_->unfinished().value().has_value());
  const ChangeRecord done = found(change);
  EXPECT_EQ(done.state, ChangeState::kDone);
  EXPECT_EQ(done.after, entry().target);
  EXPECT_EQ(surely(done.finished) - done.started, std::chrono::milliseconds(1500));
}

TEST_F(JournalTest, WhatCouldNotBeRestoredStaysUnfinished) {
  const std::int64_t change = journal_->begin(entry()).value();
  ASSERT_TRUE(journal_->finish(change, ChangeState::kNotRestored, "it is lost", std::nullopt));
  EXPECT_EQ(unfinished().message, "it is lost");
  ASSERT_TRUE(journal_->finish(change, ChangeState::kAccepted, "", std::nullopt));
  EXPECT_FALSE(journal_->unfinished().value().has_value());
}

TEST_F(JournalTest, StepsAreKeptWithIntentAndOutcome) {
  const std::int64_t change = journal_->begin(entry()).value();
  ASSERT_TRUE(journal_->intend(change, "GPU-7", creation()));
  clock_.sleep(std::chrono::milliseconds(100));
  journal_->ended(fail(ErrorCode::kBusy, "no"));
  EXPECT_FALSE(journal_->steps(change)->at(0).ended);  // Comes with the next write.
  clock_.sleep(std::chrono::milliseconds(900));
  Action second = creation();
  second.kind = Action::Kind::kReset;
  second.purpose = Purpose::kUndo;
  ASSERT_TRUE(journal_->intend(change, "GPU-7", second));
  const std::vector<StepRecord> steps = journal_->steps(change).value();
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].number, 1);
  EXPECT_EQ(steps[0].kind, "create-instance");
  EXPECT_EQ(steps[0].what, "create 3g.40gb@4");
  EXPECT_EQ(steps[0].failure, "no");
  EXPECT_EQ(surely(steps[0].ended) - steps[0].intended, std::chrono::milliseconds(100));
  EXPECT_EQ(steps[1].number, 2);
  EXPECT_EQ(steps[1].kind, "reset");
  EXPECT_EQ(steps[1].purpose, Purpose::kUndo);
  EXPECT_FALSE(steps[1].ended);
  EXPECT_FALSE(steps[1].failure);
  journal_->ended({});
  ASSERT_TRUE(journal_->finish(change, ChangeState::kDone, "", std::nullopt));
  EXPECT_TRUE(journal_->steps(change)->at(1).ended);
  ASSERT_EQ(journal_->planned(change)->size(), 1U);
  EXPECT_EQ(journal_->planned(change)->front().gpu, "GPU-7");
}

TEST_F(JournalTest, TheYoungestThousandAreKept) {
  std::int64_t first = 0;
  for (int i = 0; i < 1003; ++i) {
    const std::int64_t change = journal_->begin(entry()).value();
    first = first == 0 ? change : first;
    ASSERT_TRUE(journal_->intend(change, "GPU-7", creation()));
    ASSERT_TRUE(journal_->finish(change, ChangeState::kDone, "", std::nullopt));
  }
  EXPECT_FALSE(journal_->find(first).value().has_value());
  EXPECT_TRUE(journal_->steps(first)->empty());
  EXPECT_EQ(journal_->latest(2000)->size(), 1001U);
  const std::vector<ChangeRecord> two = journal_->latest(2).value();
  ASSERT_EQ(two.size(), 2U);
  EXPECT_GT(two[0].id, two[1].id);
}

TEST_F(JournalTest, WhatIsNoJournalIsAnErrorAndNoMore) {
  const std::int64_t change = journal_->begin(entry()).value();
  ASSERT_TRUE(journal_->intend(change, "GPU-7", creation()));
  for (const char* damage :
       {"UPDATE change SET state = 'x'", "UPDATE change SET state = 'open', kind = 'x'",
        "UPDATE change SET kind = 'apply', before_image = ''",
        "UPDATE change SET before_image = target_image, target_image = '{}'",
        "UPDATE change SET target_image = before_image, after_image = '['"}) {
    ASSERT_TRUE(state_->database().run(damage));
    const Result<std::optional<ChangeRecord>> found = journal_->find(change);
    ASSERT_FALSE(found) << damage;
    EXPECT_EQ(found.error().code, ErrorCode::kFailed);
    EXPECT_TRUE(found.error().message.starts_with("entry 1 of the journal is damaged: "))
        << found.error().message;
  }
  ASSERT_TRUE(state_->database().run("UPDATE step SET purpose = 'fun'"));
  EXPECT_FALSE(journal_->steps(change));
  ASSERT_TRUE(
      state_->database().run("UPDATE change SET after_image = NULL, pid = -1, started = "
                             "9223372036854775807, uid = 1099511627776"));
  EXPECT_EQ(found(change).author.pid, 0U);
}

}  // namespace
}  // namespace sectile
