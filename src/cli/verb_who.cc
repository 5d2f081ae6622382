// sectile who: who holds the GPUs of this machine, and how to free them.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "sectile/apply/holders.h"
#include "src/cli/host.h"
#include "src/cli/live.h"
#include "src/cli/verbs.h"
#include "src/cli/who_json.h"
#include "src/cli/who_text.h"

namespace sectile::cli {
namespace {

// The MIG device's instance.
Result<Subject> mig_device(const Snapshot& snapshot, const std::string& uuid) {
  for (const LiveGpu& gpu : snapshot.gpus) {
    for (const LiveInstance& instance : gpu.instances) {
      if (std::ranges::find(instance.compute, uuid, &LiveCompute::uuid) != instance.compute.end()) {
        return Subject{.gpus = {&gpu}, .instance = instance.id};
      }
    }
  }
  return fail(ErrorCode::kInvalidArgument, "there is no MIG device " + uuid,
              "`sectile show -o json` lists them; one that was made anew may have another UUID");
}

Result<Subject> subject_of(const Snapshot& snapshot, const std::string& asked) {
  if (asked.starts_with("MIG-")) {
    return mig_device(snapshot, asked);
  }
  Subject subject;
  for (const LiveGpu& gpu : snapshot.gpus) {
    if (asked.empty() || asked == gpu.uuid || asked == std::to_string(gpu.index)) {
      subject.gpus.push_back(&gpu);
    }
  }
  if (subject.gpus.empty()) {
    return fail(ErrorCode::kInvalidArgument, "there is no GPU " + asked,
                "give an index or a UUID; `sectile show` lists the GPUs");
  }
  return subject;
}

// Whether the holder has to do with what was asked for. Modules have to do with every GPU.
bool concerns(const Holder& holder, const Subject& subject) {
  if (subject.instance) {
    return holder.on(subject.gpus.front()->uuid, *subject.instance);
  }
  return holder.pid == 0 || std::ranges::any_of(subject.gpus, [&](const LiveGpu* gpu) {
           return holder.on(gpu->uuid);
         });
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<int> verb_who(Session& session) {
  const Result<Snapshot> snapshot = read_node(session.arguments.text("nvml"), session.worker);
  if (!snapshot) {
    return fail(snapshot);
  }
  const std::string asked = session.arguments.text("GPU");
  const Result<Subject> subject = subject_of(*snapshot, asked);
  if (!subject) {
    return fail(subject);
  }
  Holders holders = find_holders(*snapshot, host_paths());
  if (!asked.empty()) {
    std::erase_if(holders.holders,
                  [&](const Holder& holder) { return !concerns(holder, *subject); });
  }
  for (const std::string& note : snapshot->warnings) {
    session.say("note: " + note);
  }
  if (session.arguments.text("output") == "json") {
    session.out = who_json(*snapshot, *subject, holders);
    return 0;
  }
  session.out = who_text(*snapshot, *subject, holders, now());
  for (const std::string& gap : holders.gaps) {
    session.say("note: " + gap);
  }
  return 0;
}

}  // namespace sectile::cli
