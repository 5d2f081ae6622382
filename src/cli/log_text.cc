#include "src/cli/log_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "sectile/text/table.h"

namespace sectile::cli {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

std::string took(milliseconds time) {
  const long long count = std::max<long long>(time.count(), 0);
  if (count < 1000) {
    return fmt::format("{} ms", count);
  }
  return count < 60'000 ? fmt::format("{}.{} s", count / 1000, count / 100 % 10)
                        : fmt::format("{} min {} s", count / 60'000, count / 1000 % 60);
}

std::string state_text(const ChangeRecord& change, bool running) {
  return change.state == ChangeState::kOpen ? (running ? "running" : "cut off")
                                            : std::string(name_of(change.state));
}

// What is written of a GPU needs no model: "3g.40gb@4 1g.10gb@0[2 compute instances]".
std::string layout_text(const NodeImage& image, const std::string& uuid) {
  const GpuImage* const gpu = image.find(uuid);
  if (gpu == nullptr) {
    return "-";
  }
  if (gpu->mode != MigMode::kEnabled) {
    return gpu->pending == MigMode::kEnabled ? "MIG off until a reset" : "MIG off";
  }
  std::string text;
  for (const InstanceImage& instance : gpu->instances) {
    text +=
        fmt::format("{}{}@{}", text.empty() ? "" : " ", instance.name, instance.placement.start);
    if (instance.compute.size() != 1) {
      text += fmt::format("[{} compute instances]", instance.compute.size());
    }
  }
  return text.empty() ? "no instance" : text;
}

std::string step_line(const ChangeRecord& change, const StepRecord& step) {
  const GpuImage* const gpu = change.before.find(step.gpu);
  const std::string purpose = step.purpose == Purpose::kUndo     ? "take back: "
                              : step.purpose == Purpose::kRepair ? "repair: "
                                                                 : "";
  const std::string end = !step.ended    ? "?"
                          : step.failure ? "failed"
                                         : took(*step.ended - step.intended);
  std::string line = fmt::format("  {:>3}  {:>8}  {}: {}{}\n", step.number, end,
                                 gpu != nullptr ? fmt::format("gpu {}", gpu->index) : step.gpu,
                                 purpose, step.what);
  return step.failure ? line + "                 " + *step.failure + "\n" : line;
}

Json optional_time(const std::optional<Time>& time) {
  return time ? Json(to_text(*time)) : Json(nullptr);
}

Json gpus_json(const NodeImage& image) {
  return Json::parse(image_json(image)).at("gpus");
}

Json change_json(const ChangeRecord& change, bool running) {
  Json json = {{"id", change.id},
               {"kind", name_of(change.kind)},
               {"undoes", change.undoes ? Json(*change.undoes) : Json(nullptr)},
               {"state", name_of(change.state)},
               {"running", running && change.state == ChangeState::kOpen},
               {"uid", change.author.uid},
               {"user", change.author.user},
               {"sudo_user", change.author.sudo_user},
               {"pid", change.author.pid},
               {"command", change.author.command},
               {"started", to_text(change.started)},
               {"finished", optional_time(change.finished)},
               {"duration_ms", change.finished ? Json((*change.finished - change.started).count())
                                               : Json(nullptr)},
               {"message", change.message},
               {"before", gpus_json(change.before)},
               {"target", gpus_json(change.target)}};
  json["after"] = change.after ? gpus_json(*change.after) : Json(nullptr);
  return json;
}

Json step_json(const StepRecord& step) {
  const std::string_view purpose = step.purpose == Purpose::kForward ? "forward"
                                   : step.purpose == Purpose::kUndo  ? "undo"
                                                                     : "repair";
  return {{"number", step.number},
          {"purpose", purpose},
          {"gpu", step.gpu},
          {"action", step.kind},
          {"what", step.what},
          {"intended", to_text(step.intended)},
          {"ended", optional_time(step.ended)},
          {"failure", step.failure ? Json(*step.failure) : Json(nullptr)}};
}

}  // namespace

std::string author_text(const Author& author) {
  if (!author.sudo_user.empty()) {
    return author.sudo_user + " (sudo)";
  }
  return author.user.empty() ? fmt::format("uid {}", author.uid) : author.user;
}

std::string end_text(ChangeState state) {
  switch (state) {
    case ChangeState::kTakenBack:
      return "taken back";
    case ChangeState::kCompleted:
      return "completed";
    case ChangeState::kRestarted:
      return "closed after a restart";
    case ChangeState::kAccepted:
      return "closed";
    case ChangeState::kOpen:
    case ChangeState::kDone:
    case ChangeState::kFailed:
    case ChangeState::kRolledBack:
    case ChangeState::kNotRestored:
    case ChangeState::kPending:
      return std::string(name_of(state));
  }
  return {};  // Not reached; g++ wants it.
}

std::string command_text(const Author& author) {
  const std::string program = author.command.substr(0, author.command.find(' '));
  const std::size_t folder = program.rfind('/');
  return author.command.substr(folder == std::string::npos ? 0 : folder + 1);
}

std::string log_table(std::span<const ChangeRecord> changes, bool running) {
  Table table({{.header = "ID", .align = Align::kRight},
               {.header = "WHEN"},
               {.header = "WHO"},
               {.header = "TOOK", .align = Align::kRight},
               {.header = "RESULT"},
               {.header = "COMMAND"}});
  for (const ChangeRecord& change : changes) {
    table.add({std::to_string(change.id), to_text(change.started), author_text(change.author),
               change.finished ? took(*change.finished - change.started) : "",
               state_text(change, running), command_text(change.author)});
  }
  return table.text();
}

std::string log_entry(const ChangeRecord& change, std::span<const StepRecord> steps,
                      std::span<const StepRecord> planned, bool running) {
  std::string text = fmt::format("change {}: {}{}, {}\n", change.id, name_of(change.kind),
                                 change.undoes ? fmt::format(" of {}", *change.undoes) : "",
                                 state_text(change, running));
  text += fmt::format("  by {}, pid {}: {}\n", author_text(change.author), change.author.pid,
                      change.author.command);
  text += fmt::format(
      "  at {}{}\n", to_text(change.started),
      change.finished ? ", took " + took(*change.finished - change.started) : std::string());
  if (!change.message.empty()) {
    text += fmt::format("  {}\n", change.message);
  }
  for (const GpuImage& gpu : change.before.gpus) {
    text +=
        fmt::format("gpu {} ({}, {})\n  before  {}\n  wanted  {}\n", gpu.index, gpu.uuid, gpu.model,
                    layout_text(change.before, gpu.uuid), layout_text(change.target, gpu.uuid));
    if (change.after) {
      text += fmt::format("  after   {}\n", layout_text(*change.after, gpu.uuid));
    }
  }
  text += fmt::format("{} of {} planned steps were begun\n",
                      std::ranges::count(steps, Purpose::kForward, &StepRecord::purpose),
                      planned.size());
  for (const StepRecord& step : steps) {
    text += step_line(change, step);
  }
  return text;
}

std::string log_json(std::span<const ChangeRecord> changes, std::span<const StepRecord> steps,
                     bool running) {
  Json list = Json::array();
  for (const ChangeRecord& change : changes) {
    list.push_back(change_json(change, running));
  }
  Json document = {{"schema", "sectile/log/v1"}, {"changes", std::move(list)}};
  if (!steps.empty()) {
    document["steps"] = Json::array();
    for (const StepRecord& step : steps) {
      document["steps"].push_back(step_json(step));
    }
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sectile::cli
