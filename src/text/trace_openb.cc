// Pod lists of the "openb" trace of a production cluster (Weng et al., USENIX ATC 2023).
#include <array>
#include <string>

#include "src/text/trace_reading.h"

namespace sectile::internal {
namespace {

constexpr std::array<std::string_view, 5> kColumns = {"num_gpu", "gpu_milli", "creation_time",
                                                      "deletion_time", "name"};
constexpr int kMostGpus = 1024;  // Of one pod.
constexpr int kWhole = 1000;     // gpu_milli

// The smallest profile with so many thousandths of the seven compute slices; five and six are no
// profile anywhere, so they take the whole GPU.
std::string_view label_for(int milli) {
  constexpr int kSlices = 7;
  switch ((kSlices * milli + kWhole - 1) / kWhole) {
    case 0:
    case 1:
      return "1g";
    case 2:
      return "2g";
    case 3:
      return "3g";
    case 4:
      return "4g";
    default:
      return "whole";
  }
}

struct Counts {
  std::int64_t without_gpu = 0;
  std::int64_t not_ended = 0;
  std::int64_t of_several = 0;
};

Status add_pod(const TraceRows& rows, TraceBuilder& builder, Counts& counts) {
  const Result<double> gpus = rows.number("num_gpu", 0, kMostGpus);
  if (!gpus) {
    return fail(gpus);
  }
  if (*gpus < 1) {
    counts.without_gpu += 1;
    return {};
  }
  if (rows.field("deletion_time").empty()) {
    counts.not_ended += 1;
    return {};
  }
  const Result<double> milli = rows.number("gpu_milli", 0, kWhole);
  const Result<double> from = rows.number("creation_time", 0, kMaxTraceSeconds);
  const Result<double> until = rows.number("deletion_time", 0, kMaxTraceSeconds);
  for (const Result<double>* figure : {&milli, &from, &until}) {
    if (!*figure) {
      return fail(*figure);
    }
  }
  if (*until < *from) {
    return rows.wrong("the pod ends before it begins");
  }
  const auto times = static_cast<std::int64_t>(*gpus);
  counts.of_several += times > 1 ? 1 : 0;
  const std::string_view label = times > 1 ? "whole" : label_for(static_cast<int>(*milli));
  if (const Status added = builder.add(*from, *until - *from, label, times); !added) {
    return rows.wrong(added.error().message, added.error().next);
  }
  return {};
}

}  // namespace

Result<Trace> read_openb(TraceRows rows, std::string_view file) {
  if (const Status whole = rows.need(kColumns); !whole) {
    return fail(whole);
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
    if (const Status added = add_pod(rows, builder, counts); !added) {
      return fail(added);
    }
  }
  std::vector<std::string> notes = {
      "gpu_milli is read as sevenths of a GPU, rounded up: 1g to 4g, above that a whole GPU"};
  note_left_out(notes, counts.without_gpu, "they ask for no GPU");
  note_left_out(notes, counts.not_ended, "they have no end");
  if (counts.of_several > 0) {
    notes.push_back(std::to_string(counts.of_several) +
                    " pods of several GPUs count as so many requests for a whole one each, and not "
                    "all at once");
  }
  return builder.finish(file, std::move(notes));
}

}  // namespace sectile::internal
