#include "sectile/text/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sectile/geometry/catalogue.h"
#include "sectile/plan/want.h"
#include "src/text/csv.h"
#include "src/text/decimal.h"
#include "src/text/scan.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"
#include "src/text/want_name.h"

namespace sectile {
namespace {

using fleet::Measurement;
using internal::Csv;
using internal::CsvRow;
using internal::printable;
using internal::Round;

constexpr int kRateDigits = 6;    // Millionths of a request a second.
constexpr int kSecondDigits = 9;  // Nanoseconds.
constexpr int kMillisecondDigits = 6;

constexpr std::array<std::string_view, 7> kOurs = {
    "workload", "gpu", "profile", "batch", "processes", "throughput_per_s", "latency_ms"};
constexpr std::array<std::string_view, 2> kOurOptional = {"memory_mib", "note"};
constexpr std::array<std::string_view, 5> kParvaGpu = {"Mig instance", "Batch size",
                                                       "Workload Number", "Throughput", "Latency"};

// The profile of a GPU instance that a label names on the model.
const Profile* find_profile(const Model& model, std::string_view label) {
  const std::vector<Choice> found =
      choices(model, {.what = ByProfile{.label = std::string(label)}});
  const bool instance = found.size() == 1 && found.front().compute == nullptr;
  return instance ? found.front().profile : nullptr;
}

// Reads the rows of one file; the first thing that is wrong ends it.
class Rows {
 public:
  Rows(const Csv& csv, std::string_view file) : csv_(csv), file_(file) {}

  std::optional<Error> error;

  std::string_view cell(const CsvRow& row, std::string_view column) {
    column_ = csv_.column(column).value_or(0);  // They were checked before.
    row_ = &row;
    return row.cells[column_];
  }

  // Of the cell that was asked for last.
  void refuse(std::string_view message, std::string next = {}) {
    if (!error) {
      const Position position{.line = row_ ? row_->line : csv_.header.line,
                              .column = static_cast<int>(column_) + 1};
      error = Error{ErrorCode::kInvalidArgument, internal::at(file_, position, message),
                    std::move(next)};
    }
  }

  int integer(const CsvRow& row, std::string_view column, int most) {
    const std::string_view text = cell(row, column);
    const std::optional<int> value = internal::parse_number(text, most);
    if (!value || *value < 1) {
      refuse(fmt::format("{} must be from 1 to {}, and is '{}'", column, most, printable(text)));
      return 1;
    }
    return *value;
  }

  std::int64_t decimal(const CsvRow& row, std::string_view column, int digits, Round round) {
    const bool rate = round == Round::kDown;
    const std::int64_t most = rate ? fleet::kMaxRate.micro : fleet::kMaxLatency.nanoseconds;
    const Result<std::int64_t> value =
        internal::parse_decimal(cell(row, column), digits, round, most);
    if (!value) {
      refuse(fmt::format("{}: {}", column, value.error().message),
             fmt::format("the unit is in the name of the column: {}", column));
      return 0;
    }
    return *value;
  }

  // nullptr, and an error, if nobody knows it.
  const Model* model(const CsvRow& row) {
    const std::string_view name = cell(row, "gpu");
    const auto [known, is_new] = models_.emplace(name, nullptr);
    if (is_new) {
      const Result<const Model*> model = find_model(name);
      if (!model) {
        refuse(model.error().message, model.error().next);
        return nullptr;
      }
      known->second = *model;
    }
    return known->second;
  }

  ProfileId profile(const CsvRow& row, const Model& model) {
    const std::string_view label = cell(row, "profile");
    const auto [known, is_new] = profiles_.emplace(std::pair(&model, label), nullptr);
    if (is_new) {
      known->second = find_profile(model, label);
    }
    if (known->second == nullptr) {
      refuse(fmt::format("{} has no profile '{}'", model.key, printable(label)),
             fmt::format("sectile profiles {} lists them", model.key));
      return {};
    }
    return known->second->id;
  }

  void refuse_column(std::size_t column, std::string_view message, std::string next) {
    column_ = column;
    row_ = nullptr;
    refuse(message, std::move(next));
  }

 private:
  const Csv& csv_;
  std::string_view file_;
  const CsvRow* row_ = nullptr;
  std::size_t column_ = 0;
  // What was looked up before; the names point into the table.
  std::map<std::string_view, const Model*> models_;
  std::map<std::pair<const Model*, std::string_view>, const Profile*> profiles_;
};

bool is_parva_gpu(const Csv& csv) {
  return std::ranges::is_permutation(csv.header.cells, kParvaGpu);
}

void check_columns(const Csv& csv, Rows& rows) {
  for (std::size_t i = 0; i < csv.header.cells.size(); ++i) {
    const std::string& name = csv.header.cells[i];
    const bool known = std::ranges::find(kOurs, name) != kOurs.end() ||
                       std::ranges::find(kOurOptional, name) != kOurOptional.end();
    if (!known) {
      rows.refuse_column(i, fmt::format("column '{}' is not known", printable(name)),
                         fmt::format("the columns are {}; units are fixed, others are not read",
                                     fmt::join(kOurs, ", ")));
    }
  }
  for (const std::string_view name : kOurs) {
    if (!csv.column(name)) {
      rows.refuse_column(0, fmt::format("column {} is missing", name),
                         fmt::format("the columns are {}", fmt::join(kOurs, ", ")));
    }
  }
}

// Of the cell of its latency.
void refuse_instant(const Measurement& point, Rows& rows) {
  if (point.throughput.micro > 0 && point.latency.nanoseconds == 0) {
    rows.refuse("a latency of 0 beside a throughput", "a throughput of 0 says that it did not run");
  }
}

Measurement read_ours(const CsvRow& row, Rows& rows) {
  Measurement point;
  point.workload = std::string(rows.cell(row, "workload"));
  if (!internal::is_want_name(point.workload)) {
    rows.refuse(fmt::format("'{}' is no name of a workload", printable(point.workload)),
                internal::kWantNameHint);
  }
  point.model = rows.model(row);
  if (point.model == nullptr) {
    return point;
  }
  point.profile = rows.profile(row, *point.model);
  point.batch = rows.integer(row, "batch", fleet::kMaxBatch);
  point.processes = rows.integer(row, "processes", fleet::kMaxProcesses);
  point.throughput = {rows.decimal(row, "throughput_per_s", kRateDigits, Round::kDown)};
  point.latency = {rows.decimal(row, "latency_ms", kMillisecondDigits, Round::kUp)};
  refuse_instant(point, rows);
  return point;
}

// The plain profile with so many compute slices.
const Profile* plain_profile(const Model& model, std::string_view slices) {
  return find_profile(model, fmt::format("{}g", slices));
}

Measurement read_parva_gpu(const CsvRow& row, Rows& rows, const MeasurementDefaults& defaults) {
  Measurement point{.workload = defaults.workload, .model = defaults.model};
  const std::string_view slices = rows.cell(row, "Mig instance");
  const Profile* const profile = plain_profile(*defaults.model, slices);
  if (profile == nullptr) {
    rows.refuse(fmt::format("{} has no instance with '{}' compute slices", defaults.model->key,
                            printable(slices)));
    return point;
  }
  point.profile = profile->id;
  point.batch = rows.integer(row, "Batch size", fleet::kMaxBatch);
  point.processes = rows.integer(row, "Workload Number", fleet::kMaxProcesses);
  const std::int64_t each = rows.decimal(row, "Throughput", kRateDigits, Round::kDown);
  if (each > fleet::kMaxRate.micro / point.processes) {
    rows.refuse("Throughput times Workload Number is too large");
    return point;
  }
  point.throughput = {each * point.processes};
  point.latency = {rows.decimal(row, "Latency", kSecondDigits, Round::kUp)};
  refuse_instant(point, rows);
  return point;
}

// `theirs`: what ParvaGPU's files leave out; nullptr for ours.
Measurement read_row(const CsvRow& row, Rows& rows, const MeasurementDefaults* theirs) {
  return theirs != nullptr ? read_parva_gpu(row, rows, *theirs) : read_ours(row, rows);
}

void refuse_repeated(Rows& rows, const std::string& origin) {
  rows.refuse(fmt::format("the same point stands at {}", origin),
              "one line for each workload, GPU, profile, batch and number of processes");
}

}  // namespace

Status Measurements::add(std::string_view text, std::string_view file,
                         const MeasurementDefaults& defaults) {
  const Result<Csv> csv = internal::read_csv(text, file);
  if (!csv) {
    return fail(csv);
  }
  Rows rows(*csv, file);
  const MeasurementDefaults* const theirs =
      is_parva_gpu(*csv) && defaults.model != nullptr ? &defaults : nullptr;
  if (theirs == nullptr) {
    check_columns(*csv, rows);
  }
  std::map<Key, std::string> origins;
  std::vector<Measurement> points;
  for (auto row = csv->rows.begin(); row != csv->rows.end() && !rows.error; ++row) {
    const Measurement point = read_row(*row, rows, theirs);
    points.push_back(point);
    const Key key{point.workload, point.model, point.profile, point.batch, point.processes};
    const auto before = origins_.find(key);
    const auto [origin, is_new] =
        origins.emplace(key, fmt::format("{}:{}", printable(file), row->line));
    if (before != origins_.end() || !is_new) {
      refuse_repeated(rows, is_new ? before->second : origin->second);
    }
    if (points_.size() + points.size() > fleet::kMaxMeasurements) {
      rows.refuse(fmt::format("more than {} measurements", fleet::kMaxMeasurements));
    }
  }
  if (rows.error) {
    return std::unexpected(*rows.error);
  }
  points_.insert(points_.end(), points.begin(), points.end());
  origins_.merge(origins);
  return {};
}

std::string write_measurements(std::span<const Measurement> points) {
  std::string text = fmt::format("{}\n", fmt::join(kOurs, ","));
  for (const Measurement& point : points) {
    const Profile* const profile = point.model->find(point.profile);
    text += fmt::format("{},{},{},{},{},{},{}\n", point.workload, point.model->key,
                        profile ? profile->name : "", point.batch, point.processes,
                        internal::write_decimal(point.throughput.micro, kRateDigits),
                        internal::write_decimal(point.latency.nanoseconds, kMillisecondDigits));
  }
  return text;
}

}  // namespace sectile
