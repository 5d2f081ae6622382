// What `sacct -P -X -o JobID,Submit,Start,End,AllocTRES` prints.
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "src/text/trace_reading.h"

namespace sectile::internal {
namespace {

constexpr std::array<std::string_view, 4> kColumns = {"JobID", "Submit", "Start", "End"};
constexpr std::int64_t kMostGpus = 100'000;  // Of one job.

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  const std::string_view part = text.substr(from, count);
  const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  const bool whole = part.size() == count && error == std::errc{} &&
                     stop == part.data() + part.size() && part.front() != '-';
  return whole ? std::optional(value) : std::nullopt;
}

// "2026-01-02T03:04:05" as seconds since 1970; nothing for "Unknown" and its like.
std::optional<double> seconds(std::string_view text) {
  constexpr std::size_t kLength = 19;
  if (text.size() != kLength || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  constexpr std::array<std::size_t, 6> kStarts = {0, 5, 8, 11, 14, 17};
  std::array<int, kStarts.size()> parts{};
  for (std::size_t i = 0; i < kStarts.size(); ++i) {
    const std::optional<int> part = digits(text, kStarts.at(i), i == 0 ? 4 : 2);
    if (!part) {
      return std::nullopt;
    }
    parts.at(i) = *part;
  }
  const auto [year, month, day, hour, minute, second] = parts;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86'400 + hour * 3'600 + minute * 60 + second;
}

// The profile at the end of a GRES type: "1g.10gb" of "nvidia_h100_80gb_hbm3_1g.10gb"; a type
// without one is a whole GPU.
std::string label_of(std::string_view type) {
  const std::size_t bar = type.rfind('_');
  const std::string_view last = bar == std::string_view::npos ? type : type.substr(bar + 1);
  const bool profile = last.size() >= 2 && last[0] >= '0' && last[0] <= '9' &&
                       last.find('g') != std::string_view::npos &&
                       (last.find('.') != std::string_view::npos || last.ends_with("g"));
  return profile ? std::string(last) : std::string("whole");
}

struct Gpus {
  std::string label;
  std::int64_t count = 0;
};

// The GPUs of "cpu=4,gres/gpu:a100_1g.5gb=2,mem=8G". Typed entries count again in "gres/gpu=2",
// which says something only where it is alone.
Result<std::vector<Gpus>> gpus_of(const TraceRows& rows, std::string_view tres) {
  std::vector<Gpus> typed;
  std::vector<Gpus> bare;
  for (const std::string_view entry : split_fields(tres, ',')) {
    constexpr std::string_view kGres = "gres/gpu";
    const std::size_t equals = entry.rfind('=');
    if (!entry.starts_with(kGres) || equals == std::string_view::npos) {
      continue;
    }
    const std::string_view name = entry.substr(0, equals);
    const std::string_view number = entry.substr(equals + 1);
    std::int64_t count = 0;
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, count);
    if (error != std::errc{} || stop != end || count < 0 || count > kMostGpus) {
      return rows.wrong("a job has 0 to " + std::to_string(kMostGpus) + " GPUs, not '" +
                        std::string(number.substr(0, 20)) + "'");
    }
    if (count == 0) {
      continue;
    }
    if (name == kGres) {
      bare.push_back({.label = "whole", .count = count});
    } else if (name.starts_with("gres/gpu:")) {
      typed.push_back({.label = label_of(name.substr(kGres.size() + 1)), .count = count});
    }
  }
  return typed.empty() ? bare : typed;
}

struct Counts {
  std::int64_t steps = 0;
  std::int64_t not_run = 0;
  std::int64_t without_gpu = 0;
};

Status add_job(const TraceRows& rows, std::string_view tres_column, TraceBuilder& builder,
               Counts& counts) {
  if (rows.field("JobID").find('.') != std::string_view::npos) {
    counts.steps += 1;
    return {};
  }
  const std::optional<double> submit = seconds(rows.field("Submit"));
  if (!submit) {
    return rows.wrong("Submit is no time such as 2026-01-31T23:59:59");
  }
  const std::optional<double> start = seconds(rows.field("Start"));
  const std::optional<double> end = seconds(rows.field("End"));
  if (!start || !end) {
    counts.not_run += 1;
    return {};
  }
  if (*start < *submit || *end < *start) {
    return rows.wrong("the job starts before it is submitted, or ends before it starts");
  }
  const Result<std::vector<Gpus>> gpus = gpus_of(rows, rows.field(tres_column));
  if (!gpus) {
    return fail(gpus);
  }
  counts.without_gpu += gpus->empty() ? 1 : 0;
  for (const Gpus& each : *gpus) {
    if (const Status added = builder.add(*submit, *end - *start, each.label, each.count); !added) {
      return rows.wrong(added.error().message, added.error().next);
    }
  }
  return {};
}

}  // namespace

Result<Trace> read_sacct(TraceRows rows, std::string_view file) {
  if (const Status whole = rows.need(kColumns); !whole) {
    return fail(whole);
  }
  const std::string_view tres = rows.has("AllocTRES") ? "AllocTRES" : "ReqTRES";
  if (!rows.has(tres)) {
    return rows.wrong("the header has neither AllocTRES nor ReqTRES",
                      "sacct -P -X -o JobID,Submit,Start,End,AllocTRES");
  }
  TraceBuilder builder;
  Counts counts;
  while (true) {
    const Result<bool> more = rows.next();
    if (!more) {
      return fail(more);
    }
    if (!*more) {
      break;
    }
    if (const Status added = add_job(rows, tres, builder, counts); !added) {
      return fail(added);
    }
  }
  std::vector<std::string> notes;
  note_left_out(notes, counts.steps, "they are steps of a job");
  note_left_out(notes, counts.not_run, "they have not started or not ended");
  note_left_out(notes, counts.without_gpu, "they have no GPU");
  return builder.finish(file, std::move(notes));
}

}  // namespace sectile::internal
