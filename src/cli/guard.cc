#include "src/cli/guard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "src/cli/duration.h"
#include "src/cli/exit_status.h"
#include "src/cli/reply.h"

namespace sectile::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kWaitTold{2};     // A call that takes longer is worth a line on a terminal,
constexpr seconds kWaitLogged{10};  // and in a log; there again after twice as long.
constexpr const char* kAskDriver = "look at `dmesg` for messages of the NVIDIA driver";
constexpr int kSlower = 5;  // Mode changes and resets may take this many times as long.

std::string call_text(const WorkerCall& call) {
  return call.subject.empty() ? call.name : call.name + " on " + call.subject;
}

std::string signal_text(int signal) {
  const char* const name = sigdescr_np(signal);
  return fmt::format("signal {}{}{}", signal, name != nullptr ? ", " : "",
                     name != nullptr ? name : "");
}

// What the worker writes goes where it belongs; what it waits for is said on standard error.
class Console : public WorkerListener {
 public:
  explicit Console(const Session& session)
      : session_(session), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void wrote(int descriptor, std::string_view bytes) override {
    clear();
    (void)write_all(descriptor, bytes);  // If nobody reads it any more, nobody misses it.
  }

  void waits(const WorkerCall& call) override {
    if (call.name.empty()) {
      clear();
      next_ = {};
      return;
    }
    const auto elapsed = std::chrono::duration_cast<seconds>(call.elapsed);
    if (session_.quiet || elapsed < next_ || elapsed < (terminal_ ? kWaitTold : kWaitLogged)) {
      return;
    }
    next_ = terminal_ ? elapsed + seconds(1) : elapsed * 2;
    const std::string line =
        printable(fmt::format("waiting for {}, {} s", call_text(call), elapsed.count()));
    (void)write_all(STDERR_FILENO, terminal_ ? "\r\x1b[K" + line : line + '\n');
    shown_ = terminal_;
  }

  void stops(int signal) override {
    clear();
    session_.say(fmt::format(
        "{}: the step that is being taken is finished, and then the change is taken back. "
        "Interrupt again to stop at once, and leave the rest to sectile repair.",
        signal_text(signal)));
  }

  void clear() {
    if (std::exchange(shown_, false)) {
      (void)write_all(STDERR_FILENO, "\r\x1b[K");
    }
  }

 private:
  const Session& session_;
  bool terminal_;
  bool shown_ = false;
  seconds next_{0};
};

Result<WorkerLimits> limits_of(const Arguments& arguments) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread.
  const char* const variable = std::getenv("SECTILE_DRIVER_TIMEOUT");
  const std::string fallback = variable != nullptr ? variable : "";
  const std::string text = arguments.text("driver-timeout", fallback);
  WorkerLimits limits;
  if (text.empty()) {
    return limits;
  }
  const Result<seconds> limit = parse_duration(text, "driver-timeout");
  if (!limit) {
    return fail(limit);
  }
  if (*limit < seconds(1)) {
    return fail(ErrorCode::kInvalidArgument, "--driver-timeout: less than a second is no limit",
                "write it as 90s or 5m");
  }
  limits.call = *limit;
  limits.slow_call = *limit * kSlower;
  return limits;
}

// The verb's reply, whatever happens in it.
Reply reply_of(VerbFunction verb, Session& session) {
  Reply reply;
  try {
    reply.outcome = verb(session);
  } catch (const std::exception& error) {
    reply.outcome = fail(ErrorCode::kFailed, fmt::format("internal error: {}", error.what()),
                         "please report it with the command that was run");
  }
  reply.out = std::move(session.out);
  return reply;
}

Result<WorkerEnd> run_verb(Session& session, VerbFunction verb, const WorkerLimits& limits,
                           Console& console) {
  return run_worker(
      [&](WorkerSide& side) {
        session.worker = &side;
        return encode(reply_of(verb, session));
      },
      limits, console);
}

std::string cause_text(const WorkerEnd& end, const WorkerLimits& limits) {
  const std::string where = end.call.name.empty() ? "" : " in " + call_text(end.call);
  switch (end.how) {
    case WorkerEnd::How::kHung: {
      const bool slow = end.call.elapsed > limits.slow_call;
      return fmt::format("{} did not return within {}", call_text(end.call),
                         duration_text(std::chrono::duration_cast<seconds>(slow ? limits.slow_call
                                                                                : limits.call)));
    }
    case WorkerEnd::How::kCrashed:
      return end.call.name.empty()
                 ? fmt::format("the process for the driver crashed ({})", signal_text(end.signal))
                 : fmt::format("the driver's library crashed{} ({})", where,
                               signal_text(end.signal));
    case WorkerEnd::How::kInterrupted:
      return fmt::format("stopped at once{} ({})", where, signal_text(end.signal));
    case WorkerEnd::How::kAnswered:
    case WorkerEnd::How::kLost:
      break;
  }
  return "the process for the driver ended without an answer" + where;
}

std::string behind_text(const WorkerEnd& end) {
  return end.left_behind
             ? fmt::format("; process {} cannot be ended while it hangs in the driver", end.child)
             : "";
}

Error unharmed(const WorkerEnd& end, const WorkerLimits& limits) {
  const bool driver = end.how == WorkerEnd::How::kHung || !end.call.name.empty();
  return {driver ? ErrorCode::kUnavailable : ErrorCode::kFailed,
          cause_text(end, limits) + behind_text(end) + "; nothing was changed",
          end.how == WorkerEnd::How::kHung
              ? "look at `dmesg` for Xid messages of the NVIDIA driver; a driver that is only slow "
                "gets more time with --driver-timeout 5m"
              : kAskDriver};
}

Result<Reply> run_repair(const Session& session, const Repairer& repair,
                         const WorkerLimits& limits) {
  Session again = session;
  again.arguments = repair.arguments;
  again.out.clear();
  Console console(again);
  const Result<WorkerEnd> end = run_verb(again, repair.function, limits, console);
  console.clear();
  if (!end) {
    return fail(end);
  }
  if (end->how != WorkerEnd::How::kAnswered) {
    return fail(ErrorCode::kFailed, cause_text(*end, limits) + behind_text(*end));
  }
  return decode_reply(end->answer);
}

// What sectile repair says in its JSON: how the change ended, and why.
struct Repaired {
  bool found = false;
  std::string end;
  std::string reason;
};

Repaired read_repaired(const std::string& out) {
  const nlohmann::json document = nlohmann::json::parse(out, nullptr, false);
  Repaired repaired;
  if (document.is_object()) {
    repaired.found = document.value("found", false);
    repaired.end = document.value("end", "");
    repaired.reason = document.value("reason", "");
  }
  return repaired;
}

// The change was cut short: what repair makes of it decides.
Result<int> cut_short(Session& session, const std::string& cause, const Result<Reply>& reply) {
  if (!reply) {
    return fail(ErrorCode::kNotRestored,
                cause + "; and sectile repair did not come to an end: " + reply.error().message,
                "sectile repair, when the driver answers again");
  }
  if (!reply->outcome) {
    return fail(ErrorCode::kNotRestored, cause + "; " + reply->outcome.error().message,
                reply->outcome.error().next);
  }
  const Repaired repaired = read_repaired(reply->out);
  if (!repaired.found) {
    return fail(ErrorCode::kUnavailable, cause + "; nothing had been begun", kAskDriver);
  }
  const std::string how =
      fmt::format("sectile repair ended it as {}: {}", repaired.end, repaired.reason);
  if (repaired.end == "completed") {
    session.say("note: " + cause + "; " + how);
    return 0;
  }
  return fail(repaired.end == "taken-back" ? ErrorCode::kRolledBack : ErrorCode::kNotRestored,
              cause + "; " + how, kAskDriver);
}

Result<int> failure(Session& session, const Repairer& repair, const WorkerEnd& end,
                    const WorkerLimits& limits) {
  if (!end.changing) {
    return std::unexpected(unharmed(end, limits));
  }
  const std::string cause = cause_text(end, limits) + behind_text(end);
  // Whoever interrupts twice does not want to wait for more.
  if (end.left_behind || end.how == WorkerEnd::How::kInterrupted) {
    return fail(ErrorCode::kNotRestored, cause + "; the change is unfinished",
                end.left_behind
                    ? "when that process is gone, which may take a reboot: sectile repair"
                    : "sectile repair");
  }
  session.say(cause + "; repairing");
  return cut_short(session, cause, run_repair(session, repair, limits));
}

// Ends this process as the signal would have.
void die_of(int signal) {
  (void)std::signal(signal, SIG_DFL);
  (void)::kill(::getpid(), signal);
}

}  // namespace

Result<int> guarded(Session& session, VerbFunction verb, const Repairer& repair) {
  const Result<WorkerLimits> limits = limits_of(session.arguments);
  if (!limits) {
    return fail(limits);
  }
  Console console(session);
  const Result<WorkerEnd> end = run_verb(session, verb, *limits, console);
  console.clear();
  if (!end) {
    return fail(end);
  }
  if (end->how == WorkerEnd::How::kInterrupted && !end->changing) {
    die_of(end->signal);
  }
  if (end->how != WorkerEnd::How::kAnswered) {
    return failure(session, repair, *end, *limits);
  }
  Result<Reply> reply = decode_reply(end->answer);
  if (!reply) {
    return fail(reply);
  }
  if (end->left_behind) {
    session.say(
        fmt::format("note: process {} cannot be ended: it hangs in the driver", end->child));
  }
  session.out = std::move(reply->out);
  return reply->outcome;
}

Changing::Changing(const Session& session) : worker_(session.worker) {
  if (worker_ != nullptr) {
    worker_->changing(true);
  }
}

Changing::~Changing() {
  if (worker_ != nullptr) {
    worker_->changing(false);
  }
}

Status StopObserver::before(const GpuChange&, const Action&) {
  if (worker_ != nullptr && worker_->stop_asked() && !std::exchange(told_, true)) {
    return fail(ErrorCode::kFailed, "interrupted", "apply again to go on");
  }
  return {};
}

Status StopObserver::after(const GpuChange&, const Action&, const Status&) {
  return {};
}

}  // namespace sectile::cli
