#include "sectile/text/workload_traits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sectile/text/sectile_yaml.h"
#include "sectile/text/want_notation.h"
#include "src/text/decimal.h"
#include "src/text/scan.h"
#include "src/text/utf8.h"
#include "src/text/workload_read.h"
#include "src/text/yaml_text.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::printable;
using internal::Reader;
using internal::Round;
using internal::Tree;

constexpr std::string_view kParametersHint = "write the number of parameters, such as 8B or 350M";
constexpr std::string_view kParameterUnits = "KMBT";
constexpr int kZeros = 3;                 // From one of them to the next.
constexpr std::int64_t kThousand = 1024;  // Of tokens.
constexpr int kDigits = 3;                // Of a number of tokens, behind the point.
constexpr std::string_view kTokensHint = "write a number of tokens, such as 8192 or 8k";

std::unexpected<Error> refuse(std::string_view text, std::string_view what, std::string_view next) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no {}", printable(text), what),
              std::string(next));
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

}  // namespace

Result<std::int64_t> parse_parameters(std::string_view text) {
  const std::size_t unit =
      text.empty() ? std::string_view::npos : kParameterUnits.find(text.back());
  if (unit == std::string_view::npos) {
    return refuse(text, "number of parameters with a unit", kParametersHint);
  }
  const Result<std::int64_t> value =
      internal::parse_decimal(text.substr(0, text.size() - 1), kZeros * static_cast<int>(unit + 1),
                              Round::kUp, kMaxParameters);
  if (!value || *value == 0) {
    return refuse(text, "number of parameters", kParametersHint);
  }
  return *value;
}

Result<std::int64_t> parse_tokens(std::string_view text) {
  std::int64_t unit = 1;
  std::string_view number = text;
  if (text.ends_with('k') || text.ends_with('M')) {
    unit = text.ends_with('k') ? kThousand : kThousand * kThousand;
    number.remove_suffix(1);
  }
  const Result<std::int64_t> value =
      internal::parse_decimal(number, kDigits, Round::kUp, kMaxContext * 1000);
  const std::int64_t tokens = value ? (*value * unit + 999) / 1000 : 0;
  if (tokens < 1 || tokens > kMaxContext) {
    return refuse(text, "number of tokens", kTokensHint);
  }
  return tokens;
}

std::string parameters_text(std::int64_t parameters) {
  struct Unit {
    std::int64_t size;
    int digits;
    char name;
  };
  constexpr std::array<Unit, 4> kUnits = {{{1'000'000'000'000, 12, 'T'},
                                           {1'000'000'000, 9, 'B'},
                                           {1'000'000, 6, 'M'},
                                           {1'000, 3, 'K'}}};
  const auto* const unit =
      std::ranges::find_if(kUnits, [&](const Unit& each) { return parameters >= each.size; });
  const Unit& chosen = unit == kUnits.end() ? kUnits.back() : *unit;
  return internal::write_decimal(parameters, chosen.digits) + chosen.name;
}

Status check_plannable(const WorkloadConfig& config) {
  for (std::size_t i = 0; i < config.traits.size(); ++i) {
    if (config.traits[i].gpus > 1) {
      return fail(
          ErrorCode::kUnsatisfiable,
          fmt::format("{}: workload {} ({}) uses {} GPUs at once, and no instance spans GPUs",
                      config.file, i + 1, to_string(config.workloads[i]), config.traits[i].gpus),
          "keep whole GPUs for it and leave it out here; sectile advise says what suits it");
    }
  }
  return {};
}

LanguageModel internal::read_language_model(Reader& reader, const Tree& tree) {
  LanguageModel model;
  Fields fields(reader, tree, "llm");
  model.parameters = read_with(reader, fields.need("params"), "params", parse_parameters);
  if (const Tree* const dtype = fields.find("dtype")) {
    model.weights = read_with(reader, *dtype, "dtype", parse_number_format);
  }
  if (const Tree* const dtype = fields.find("kv-dtype")) {
    model.kv_cache = read_with(reader, *dtype, "kv-dtype", parse_number_format);
  }
  if (const Tree* const context = fields.find("context")) {
    model.context = read_with(reader, *context, "context", parse_tokens);
  }
  if (const Tree* const concurrency = fields.find("concurrency")) {
    model.concurrency = reader.integer(*concurrency, "concurrency", 1, kMaxConcurrency);
  }
  if (const Tree* const layers = fields.find("layers")) {
    model.layers = reader.integer(*layers, "layers", 1, kMaxLayers);
  }
  if (const Tree* const heads = fields.find("kv-heads")) {
    model.kv_heads = reader.integer(*heads, "kv-heads", 1, kMaxHeads);
  }
  if (const Tree* const dimension = fields.find("head-dim")) {
    model.head_dimension = reader.integer(*dimension, "head-dim", 1, kMaxHeadDimension);
  }
  fields.finish();
  return model;
}

void internal::read_traits(Reader& reader, Fields& fields, WorkloadTraits& traits) {
  constexpr int kPercent = 100;
  if (const Tree* const gpus = fields.find("gpus")) {
    traits.gpus = reader.integer(*gpus, "gpus", 1, kMaxGpusAtOnce);
  }
  if (const Tree* const trusted = fields.find("trusted")) {
    traits.trusted = reader.boolean(*trusted, "trusted");
  }
  if (const Tree* const bursty = fields.find("bursty")) {
    traits.bursty = reader.boolean(*bursty, "bursty");
  }
  if (const Tree* const latency = fields.find("latency-critical")) {
    traits.latency_critical = reader.boolean(*latency, "latency-critical");
  }
  if (const Tree* const busy = fields.find("busy")) {
    traits.busy_percent = reader.integer(*busy, "busy", 1, kPercent);
  }
}

std::string internal::write_traits(const WorkloadTraits& traits) {
  std::string text;
  if (traits.llm) {
    const LanguageModel& model = *traits.llm;
    text +=
        fmt::format("    llm: {{params: {}, dtype: {}, kv-dtype: {}, context: {}, concurrency: {}",
                    parameters_text(model.parameters), to_string(model.weights),
                    to_string(model.kv_cache), model.context, model.concurrency);
    text += model.layers ? fmt::format(", layers: {}", *model.layers) : "";
    text += model.kv_heads ? fmt::format(", kv-heads: {}", *model.kv_heads) : "";
    text += model.head_dimension ? fmt::format(", head-dim: {}", *model.head_dimension) : "";
    text += "}\n";
  }
  text += traits.gpus == 1 ? "" : fmt::format("    gpus: {}\n", traits.gpus);
  text += traits.trusted ? "    trusted: true\n" : "";
  text += traits.bursty ? "    bursty: true\n" : "";
  text += traits.latency_critical ? "    latency-critical: true\n" : "";
  text += traits.busy_percent == 0 ? "" : fmt::format("    busy: {}\n", traits.busy_percent);
  return text;
}

}  // namespace sectile
