#include "sectile/text/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "src/text/csv.h"
#include "src/text/decimal.h"
#include "src/text/file_head.h"
#include "src/text/scan.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"
#include "src/text/want_name.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using fleet::Service;
using internal::Csv;
using internal::CsvRow;
using internal::Fields;
using internal::printable;
using internal::Reader;
using internal::Tree;

constexpr int kMaxHeadroom = 1000;

constexpr std::array<std::string_view, 4> kOurs = {"service", "workload", "rate_per_s",
                                                   "latency_ms"};
constexpr std::array<std::string_view, 4> kParvaGpu = {"scenario", "model", "requests_per_s",
                                                       "latency_ms"};
constexpr std::string_view kHeadroom = "headroom_percent";

// YAML.

std::string read_name(Reader& reader, const Tree& tree, std::string_view what) {
  std::string name = reader.text(tree, what);
  if (!internal::is_want_name(name)) {
    reader.refuse(tree.position, fmt::format("{} '{}' is no name", what, printable(name)),
                  internal::kWantNameHint);
  }
  return name;
}

template <typename T>
T read_with(Reader& reader, const Tree& tree, std::string_view what,
            Result<T> (*parse)(std::string_view)) {
  const Result<T> value = parse(reader.text(tree, what));
  if (!value) {
    reader.refuse(tree.position, value.error());
    return T{};
  }
  return *value;
}

Service read_service(Reader& reader, const Tree& tree, int headroom) {
  Service service{.headroom_percent = headroom};
  Fields fields(reader, tree, "a service");
  service.name = read_name(reader, fields.need("name"), "name");
  const Tree* const workload = fields.find("workload");
  service.workload = workload ? read_name(reader, *workload, "workload") : service.name;
  service.rate = read_with(reader, fields.need("rate"), "rate", parse_rate);
  service.latency_max = read_with(reader, fields.need("latency"), "latency", parse_latency);
  if (const Tree* const own = fields.find("headroom")) {
    service.headroom_percent = reader.integer(*own, "headroom", 0, kMaxHeadroom);
  }
  fields.finish();
  return service;
}

Result<ServiceConfig> read_yaml(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  ServiceConfig config{.file = std::string(file), .services = {}};
  Reader reader(file);
  Fields fields(reader, *tree, "the file");
  internal::read_head(reader, fields, "Services");
  int headroom = 0;
  if (const Tree* const all = fields.find("headroom")) {
    headroom = reader.integer(*all, "headroom", 0, kMaxHeadroom);
  }
  if (const Tree* const spare = fields.find("spare")) {
    config.spare = read_with(reader, *spare, "spare", parse_spare);
  }
  if (const Tree* const admission = fields.find("admission")) {
    config.admission = read_with(reader, *admission, "admission", parse_admission);
  }
  const Tree& services = fields.need("services");
  std::set<std::string> names;
  for (const Tree& item : reader.list(services, "services")) {
    config.services.push_back(read_service(reader, item, headroom));
    const std::string& name = config.services.back().name;
    if (!names.insert(name).second) {
      reader.refuse(item.position, fmt::format("service '{}' stands here twice", printable(name)));
    }
  }
  if (config.services.empty() || config.services.size() > fleet::kMaxServices) {
    reader.refuse(services.position,
                  fmt::format("services must have from 1 to {} items, and has {}",
                              fleet::kMaxServices, config.services.size()));
  }
  fields.finish();
  return reader.done(std::move(config));
}

// CSV.

bool has_columns(const Csv& csv, std::span<const std::string_view> names) {
  return std::ranges::all_of(names,
                             [&](std::string_view name) { return csv.column(name).has_value(); });
}

// Turns rows into services; the first thing that is wrong ends it.
class TableReader {
 public:
  TableReader(const Csv& csv, std::string_view file, bool theirs)
      : csv_(csv), file_(file), theirs_(theirs) {}

  Result<Service> service(const CsvRow& row) {
    Service service;
    service.name = name(row, theirs_ ? "model" : "service");
    service.workload = name(row, theirs_ ? "model" : "workload");
    service.rate = parsed(row, theirs_ ? "requests_per_s" : "rate_per_s", "/s", parse_rate);
    service.latency_max = parsed(row, "latency_ms", "ms", parse_latency);
    if (csv_.column(kHeadroom)) {
      const std::string& text = cell(row, kHeadroom);
      const std::optional<int> percent = internal::parse_number(text, kMaxHeadroom);
      if (!percent) {
        refuse(fmt::format("{} must be from 0 to {}, and is '{}'", kHeadroom, kMaxHeadroom,
                           printable(text)));
      }
      service.headroom_percent = percent.value_or(0);
    }
    if (!error_ && !names_.insert(service.name).second) {
      cell(row, theirs_ ? "model" : "service");
      refuse(fmt::format("service '{}' stands here twice", service.name));
    }
    return error_ ? Result<Service>(std::unexpected(*error_)) : Result<Service>(service);
  }

 private:
  const std::string& cell(const CsvRow& row, std::string_view column) {
    column_ = csv_.column(column).value_or(0);  // Whoever asks knows that it is there.
    line_ = row.line;
    return row.cells[column_];
  }

  void refuse(std::string_view message, std::string next = {}) {
    if (!error_) {
      error_ = Error{
          ErrorCode::kInvalidArgument,
          internal::at(file_, {.line = line_, .column = static_cast<int>(column_) + 1}, message),
          std::move(next)};
    }
  }

  std::string name(const CsvRow& row, std::string_view column) {
    const std::string& text = cell(row, column);
    if (!internal::is_want_name(text)) {
      refuse(fmt::format("{} '{}' is no name", column, printable(text)), internal::kWantNameHint);
    }
    return text;
  }

  // A number whose unit the header says.
  template <typename T>
  T parsed(const CsvRow& row, std::string_view column, std::string_view unit,
           Result<T> (*parse)(std::string_view)) {
    const Result<T> value = parse(cell(row, column) + std::string(unit));
    if (!value) {
      refuse(fmt::format("{}: {}", column, value.error().message),
             fmt::format("the unit is in the name of the column: {}", column));
      return T{};
    }
    return *value;
  }

  const Csv& csv_;
  std::string_view file_;
  bool theirs_;
  std::set<std::string> names_;
  std::optional<Error> error_;
  int line_ = 0;
  std::size_t column_ = 0;
};

// The scenario to read: the one asked for, or the only one. "" for a table without.
Result<std::string> choose_scenario(const Csv& csv, std::string_view file,
                                    const std::optional<std::string>& asked) {
  const std::optional<std::size_t> column = csv.column("scenario");
  std::set<std::string> scenarios;
  for (const CsvRow& row : csv.rows) {
    if (column) {
      scenarios.insert(printable(row.cells[*column]));
    }
  }
  const std::string list = fmt::format("{}", fmt::join(scenarios, ", ")).substr(0, 400);
  if (asked && !scenarios.contains(*asked)) {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, {}, fmt::format("there is no scenario '{}'", printable(*asked))),
                scenarios.empty() ? "this file has none" : "the scenarios are " + list);
  }
  if (!asked && scenarios.size() > 1) {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, {}, fmt::format("the file has {} scenarios", scenarios.size())),
                "choose one with --scenario: " + list);
  }
  return asked ? *asked : scenarios.empty() ? std::string() : *scenarios.begin();
}

Status check_columns(const Csv& csv, std::string_view file, bool theirs) {
  const std::span<const std::string_view> known = theirs ? kParvaGpu : kOurs;
  for (std::size_t i = 0; i < csv.header.cells.size(); ++i) {
    const std::string& name = csv.header.cells[i];
    if (std::ranges::find(known, name) == known.end() && name != kHeadroom) {
      const Position position{.line = csv.header.line, .column = static_cast<int>(i) + 1};
      return fail(
          ErrorCode::kInvalidArgument,
          internal::at(file, position, fmt::format("column '{}' is not known", printable(name))),
          fmt::format("the columns are {} and {}", fmt::join(known, ", "), kHeadroom));
    }
  }
  return {};
}

Result<ServiceConfig> read_table(std::string_view text, std::string_view file,
                                 const std::optional<std::string>& scenario) {
  const Result<Csv> csv = internal::read_csv(text, file);
  if (!csv) {
    return fail(csv);
  }
  const bool theirs = has_columns(*csv, kParvaGpu);
  if (const Status sound = check_columns(*csv, file, theirs); !sound) {
    return fail(sound);
  }
  const Result<std::string> chosen = choose_scenario(*csv, file, scenario);
  if (!chosen) {
    return fail(chosen);
  }
  ServiceConfig config{.file = std::string(file), .services = {}};
  const std::optional<std::size_t> column = csv->column("scenario");
  TableReader reader(*csv, file, theirs);
  for (const CsvRow& row : csv->rows) {
    if (column && row.cells[*column] != *chosen) {
      continue;
    }
    Result<Service> service = reader.service(row);
    if (!service) {
      return fail(service);
    }
    config.services.push_back(std::move(*service));
  }
  if (config.services.empty() || config.services.size() > fleet::kMaxServices) {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, {},
                             fmt::format("there must be from 1 to {} services, and are {}",
                                         fleet::kMaxServices, config.services.size())));
  }
  return config;
}

}  // namespace

bool is_service_table(std::string_view text) {
  // The first line that says something is the header.
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!internal::trim(line).empty() && !line.starts_with('#')) {
      const Result<Csv> csv = internal::read_csv(line, "");
      return csv && (has_columns(*csv, kOurs) || has_columns(*csv, kParvaGpu));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

Result<ServiceConfig> parse_services(std::string_view text, std::string_view file,
                                     const std::optional<std::string>& scenario) {
  if (is_service_table(text)) {
    return read_table(text, file, scenario);
  }
  if (scenario) {
    return fail(ErrorCode::kInvalidArgument,
                internal::at(file, {}, "there are no scenarios in this file"),
                "a table with the column scenario has them");
  }
  return read_yaml(text, file);
}

std::string write_services(const ServiceConfig& config) {
  std::string text = "apiVersion: sectile/v1\nkind: Services\n";
  if (config.spare != fleet::Spare::kNone) {
    text += fmt::format("spare: {}\n", to_string(config.spare));
  }
  if (config.admission) {
    text += fmt::format("admission: {}\n", internal::yaml_quoted(to_string(*config.admission)));
  }
  text += "services:\n";
  for (const Service& service : config.services) {
    text +=
        fmt::format("  - name: {}\n    workload: {}\n    rate: {}\n    latency: {}\n",
                    internal::yaml_quoted(service.name), internal::yaml_quoted(service.workload),
                    to_string(service.rate), to_string(service.latency_max));
    if (service.headroom_percent != 0) {
      text += fmt::format("    headroom: {}\n", service.headroom_percent);
    }
  }
  return text;
}

}  // namespace sectile
