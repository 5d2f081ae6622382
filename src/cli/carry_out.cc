#include "src/cli/carry_out.h"

#include <fmt/format.h>
#include <unistd.h>

#include "src/cli/child.h"
#include "src/cli/exit_status.h"
#include "src/cli/guard.h"
#include "src/cli/surround.h"

namespace sectile::cli {
namespace {

// NVML has no call for it; NVIDIA's own program does it.
Status reset_gpu(const std::string& uuid) {
  const Result<Captured> done = capture_command({"nvidia-smi", "-r", "-i", uuid});
  if (!done) {
    return fail(ErrorCode::kUnavailable, done.error().message,
                "a reset needs nvidia-smi in PATH; or reset the GPU yourself and apply again");
  }
  if (done->status != 0) {
    return fail(ErrorCode::kFailed, fmt::format("nvidia-smi -r -i {} failed with status {}: {}",
                                                uuid, done->status, done->output));
  }
  return {};
}

// Only with --reset: a reset is never done unasked.
ResetFn reset_for(const Session& session) {
  if (!session.arguments.has("reset")) {
    return {};
  }
  return [&session](const std::string& uuid) {
    const Watched call(session.worker, "nvidia-smi -r", uuid);
    return reset_gpu(uuid);
  };
}

Progress progress_for(const Session& session) {
  return [&session](const std::string& what, int step, int steps) {
    session.say(fmt::format("[{}/{}] {}", step, steps, what));
  };
}

}  // namespace

bool agrees(const std::string& question) {
  if (!write_all(STDERR_FILENO, printable(question))) {
    return false;
  }
  std::string answer;
  char c = '\0';
  while (::read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
    answer += c;
  }
  return answer == "y" || answer == "Y" || answer == "yes";
}

Result<Applied> carry_out(Session& session, const ChangePlan& plan, ChangeOptions options) {
  Result<Node> node = Node::open(session.arguments.text("nvml"), session.worker);
  if (!node) {
    return fail(node);
  }
  Result<Surround> usual = Surround::read(session, "");
  if (!usual) {
    return fail(usual);
  }
  if (options.companions.empty()) {
    options.companions = usual->companions();
  }
  StopObserver stop(session);
  options.observer = &stop;
  options.progress = progress_for(session);
  options.reset = reset_for(session);
  options.warn = [&session](const std::string& what) { session.say("warning: " + what); };
  const Changing changing(session);
  return change(*node, plan, options);
}

Result<Repaired> carry_out_repair(Session& session, RepairOptions options) {
  Surround surround(session);
  options.companions = surround.companions();
  StopObserver stop(session);
  options.observer = &stop;
  options.progress = progress_for(session);
  options.reset = reset_for(session);
  options.warn = [&session](const std::string& what) { session.say("warning: " + what); };
  const Changing changing(session);
  return repair([&] { return Node::open(session.arguments.text("nvml"), session.worker); },
                options);
}

}  // namespace sectile::cli
