#include <algorithm>
#include <utility>

#include "sectile/apply/repair.h"
#include "sectile/text/notation.h"
#include "src/apply/blocked.h"
#include "src/apply/difference.h"

namespace sectile {
namespace {

std::string label(const GpuImage& image) {
  return "gpu " + std::to_string(image.index) + " (" + image.uuid + ")";
}

bool holds(const NodeImage& image, const std::string& uuid, const LiveInstance& instance) {
  const GpuImage* const gpu = image.find(uuid);
  return gpu != nullptr && std::ranges::any_of(gpu->instances, [&](const InstanceImage& one) {
           return one.profile == instance.profile && one.placement == instance.placement;
         });
}

// Whether neither layout has what is there.
bool is_foreign(const ChangeRecord& record, const LiveGpu& gpu, const Slot& slot) {
  const LiveInstance* const instance = gpu.find(slot.placement());
  return instance != nullptr && !holds(record.before, gpu.uuid, *instance) &&
         !holds(record.target, gpu.uuid, *instance);
}

// What the plan would destroy although neither layout has it.
std::string strangers(const ChangeRecord& record, const Snapshot& now, const ChangePlan& plan) {
  std::string names;
  for (const GpuChange& change : plan.changes) {
    const LiveGpu& gpu = *now.find(change.uuid);
    for (const Slot& slot : change.transition.destroyed) {
      if (is_foreign(record, gpu, slot)) {
        names += (names.empty() ? "gpu " : ", gpu ") + std::to_string(gpu.index) + ": " +
                 to_notation(now.model_of(gpu), slot);
      }
    }
  }
  return names;
}

// The way to an image, if it can be gone.
struct Way {
  ChangePlan plan;
  std::string obstacle;     // Why it cannot; empty if it can.
  bool only_reset = false;  // That is all: it can, unless a mode stays pending.
};

std::string resets(const ChangePlan& plan) {
  std::string names;
  for (const GpuChange& change : plan.changes) {
    if (change.set_mode && change.needs_reset) {
      names += (names.empty() ? "gpu " : ", gpu ") + std::to_string(change.index);
    }
  }
  return names;
}

Way way_to(const NodeImage& image, const ChangeRecord& record, const Snapshot& now,
           const RepairSetting& setting) {
  std::vector<GpuTarget> targets;
  for (const GpuImage& gpu : image.gpus) {
    const LiveGpu* const live = now.find(gpu.uuid);
    if (live == nullptr || !live->capable()) {
      return {.plan = {}, .obstacle = label(gpu) + " is not there"};
    }
    Result<GpuTarget> target = target_of(now.model_of(*live), gpu);
    if (!target) {
      return {.plan = {}, .obstacle = target.error().message};
    }
    targets.push_back(*std::move(target));
  }
  Result<ChangePlan> plan = prepare(now, targets);
  if (!plan) {
    return {.plan = {}, .obstacle = plan.error().message};
  }
  if (!plan->blocked.empty()) {
    return {.plan = {}, .obstacle = busy(plan->blocked).error().message};
  }
  const bool asked = setting.wish != RepairWish::kChoose;
  if (const std::string foreign = asked ? "" : strangers(record, now, *plan); !foreign.empty()) {
    return {.plan = {}, .obstacle = foreign + " was made by somebody else since"};
  }
  if (const std::string gpus = resets(*plan); !gpus.empty() && !setting.may_reset) {
    return {.plan = *std::move(plan),
            .obstacle = gpus + " would have to be reset, which --reset allows",
            .only_reset = true};
  }
  return {.plan = *std::move(plan), .obstacle = {}};
}

std::unexpected<Error> stuck(const ChangeRecord& record, const std::string& why) {
  return fail(
      ErrorCode::kNotRestored,
      "change " + std::to_string(record.id) + " can be neither taken back nor completed: " + why,
      "when that is settled, `sectile repair` again; or `sectile repair --accept`, if the "
      "node is right as it is");
}

// Where an explicit wish, or the choice, falls on one of the two layouts.
Result<RepairPlan> to_old(Way way, const std::string& differs) {
  if (!way.obstacle.empty()) {
    return fail(
        ErrorCode::kNotRestored,
        "the old layout cannot be brought back: " + way.obstacle + "; not restored: " + differs,
        "when that is settled, `sectile repair` again");
  }
  return RepairPlan{.end = ChangeState::kTakenBack,
                    .plan = std::move(way.plan),
                    .reason = "the old layout can be brought back without harm to anybody"};
}

Result<RepairPlan> to_new(Way way, const std::string& differs, const std::string& because) {
  if (!way.obstacle.empty()) {
    return fail(ErrorCode::kNotRestored,
                "the new layout cannot be completed: " + way.obstacle + "; missing: " + differs,
                "when that is settled, `sectile repair` again");
  }
  return RepairPlan{.end = ChangeState::kCompleted, .plan = std::move(way.plan), .reason = because};
}

Result<RepairPlan> choose(const ChangeRecord& record, const Snapshot& now,
                          const RepairSetting& setting, const std::string& from_old,
                          const std::string& from_new) {
  Way back = way_to(record.before, record, now, setting);
  if (back.obstacle.empty()) {
    return to_old(std::move(back), from_old);
  }
  Way on = way_to(record.target, record, now, setting);
  if (on.obstacle.empty()) {
    return to_new(std::move(on), from_new,
                  "the old layout cannot be brought back (" + back.obstacle +
                      "), but the new one can be completed");
  }
  // A mode that may need a reset often changes at once, if nobody has the GPU open. Where no way
  // is without one it is tried, as apply does; if it stays pending, that is said.
  if (back.only_reset) {
    return RepairPlan{.end = ChangeState::kTakenBack,
                      .plan = std::move(back.plan),
                      .reason =
                          "the old layout can be brought back without harm to anybody, if "
                          "the MIG mode changes without a reset (" +
                          back.obstacle + ")"};
  }
  if (on.only_reset) {
    return RepairPlan{.end = ChangeState::kCompleted,
                      .plan = std::move(on.plan),
                      .reason = "the old layout cannot be brought back (" + back.obstacle +
                                "), but the new one can be completed, if the MIG mode changes "
                                "without a reset (" +
                                on.obstacle + ")"};
  }
  return stuck(record, "back: " + back.obstacle + "; on: " + on.obstacle +
                           "; not restored: " + from_old + "; for the new layout: " + from_new);
}

}  // namespace

std::string differences(const Snapshot& now, const NodeImage& image) {
  std::string text;
  for (const GpuImage& gpu : image.gpus) {
    const LiveGpu* const live = now.find(gpu.uuid);
    std::string one = "it is not there";
    if (live != nullptr && live->capable()) {
      const Model& model = now.model_of(*live);
      const Result<Layout> layout = layout_of(model, gpu);
      one = layout ? difference(model, *live,
                                {.layout = *layout, .mode = gpu.mode, .pending = gpu.pending})
                   : layout.error().message;
    }
    if (!one.empty()) {
      text +=
          (text.empty() ? "" : "; ") + std::string("gpu ") + std::to_string(gpu.index) + ": " + one;
    }
  }
  return text;
}

Result<RepairPlan> plan_repair(const ChangeRecord& record, const Snapshot& now,
                               const RepairSetting& setting) {
  const RepairWish wish = setting.wish;
  const std::string from_old = differences(now, record.before);
  const std::string from_new = differences(now, record.target);
  if (wish == RepairWish::kAccept) {
    return RepairPlan{
        .end = ChangeState::kAccepted,
        .plan = {},
        .reason = "the node is taken as it is, as asked" +
                  (from_old.empty() ? std::string() : "; unlike the old layout: " + from_old)};
  }
  if (from_new.empty() && wish != RepairWish::kTakeBack) {
    return RepairPlan{.end = ChangeState::kCompleted,
                      .plan = {},
                      .reason = "the new layout is there, and nothing is left to do"};
  }
  if (from_old.empty() && wish != RepairWish::kComplete) {
    return RepairPlan{.end = ChangeState::kTakenBack,
                      .plan = {},
                      .reason = "the old layout is there, and nothing is left to do"};
  }
  if (wish == RepairWish::kTakeBack) {
    return to_old(way_to(record.before, record, now, setting), from_old);
  }
  if (wish == RepairWish::kComplete) {
    return to_new(way_to(record.target, record, now, setting), from_new,
                  "the new layout is completed, as asked");
  }
  if (record.author.boot != setting.boot) {
    return RepairPlan{
        .end = ChangeState::kRestarted,
        .plan = {},
        .reason =
            "the machine was restarted since, which takes every instance away: nothing is "
            "left to be finished. `sectile restore` brings a saved layout back, `sectile "
            "undo` the one from before this change; unlike that one, " +
            from_old};
  }
  return choose(record, now, setting, from_old, from_new);
}

}  // namespace sectile
