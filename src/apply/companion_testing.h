// A change of an emulated node with companions, for their tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sectile/apply/change.h"
#include "sectile/text/notation.h"
#include "src/apply/apply_testing.h"
#include "src/base/scratch_folder.h"
#include "src/device/fake_nvml.h"

namespace sectile {

class CompanionTest : public testing::Test {
 public:
  CompanionTest() {
    options_.state.directory = folder_.path() / "state";
    options_.clock = &clock_;
    options_.warn = [this](const std::string& what) { warnings_.push_back(what); };
    fake_.add("h100-80gb-sxm5", layout("3g.40gb@4 2g.20gb@0"));
  }

 protected:
  static Layout layout(const std::string& notation) {
    return parse_layout(*find_model("h100-80gb-sxm5").value(), notation).value();
  }

  Result<Applied> apply(const std::string& notation, bool mig_enabled = true) {
    const ChangePlan plan = prepare(fake_.node().read().value(),
                                    {{.uuid = fake_.gpus[0].uuid,
                                      .mig_enabled = mig_enabled,
                                      .layout = mig_enabled ? layout(notation) : Layout()}})
                                .value();
    Node node = fake_.node();
    return change(node, plan, options_);
  }

  Result<Applied> apply_beside(Companion& companion, const std::string& notation,
                               bool mig_enabled = true) {
    options_.companions = {&companion};
    return apply(notation, mig_enabled);
  }

  // Calls what a process does that has applied nothing itself.
  template <typename Call>
  auto in_another_process(Call call) {
    Node node = fake_.node();
    const Snapshot now = node.read().value();
    StateFile state = StateFile::open(options_.state).value();
    const ChangePlan plan;
    const Progress progress;
    return call(ChangeContext{.node = node,
                              .plan = plan,
                              .before = now,
                              .state = state,
                              .change = 1,
                              .clock = clock_,
                              .progress = progress});
  }

  // What a repair does with a companion: exit() in a process that knows nothing.
  Status exit_after_crash(Companion& companion) {
    return in_another_process([&](const ChangeContext& context) {
      return companion.exit(context, fail(ErrorCode::kRolledBack, "it was cut off"));
    });
  }

  std::optional<std::string> document(const std::string& name) {
    return StateFile::open(options_.state).value().get(name).value();
  }

  ScratchFolder folder_;
  FakeNvml fake_;
  FakeClock clock_;
  ChangeOptions options_;
  std::vector<std::string> warnings_;
};

}  // namespace sectile
