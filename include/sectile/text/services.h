// Services: what is promised to whom, read from a file. docs/formats/services.md is the
// specification.
//
//   apiVersion: sectile/v1
//   kind: Services
//   spare: gpu                 # any one GPU may fail
//   services:
//     - {name: chat, workload: llama, rate: 40/s, latency: 2s, headroom: 20}
//
// A CSV table does as well: service,workload,rate_per_s,latency_ms[,headroom_percent], or the one
// of ParvaGPU's scenarios: scenario,model,requests_per_s,latency_ms.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/fleet/service.h"

namespace sectile {

struct ServiceConfig {
  std::string file;
  std::vector<fleet::Service> services;
  fleet::Spare spare = fleet::Spare::kNone;
  std::optional<fleet::Admission> admission = {};  // What the file asks for.
};

// `scenario`: which one of a file that has several. Rates are rounded up, bounds down. Fails with
// kInvalidArgument at "file:line:column: ".
Result<ServiceConfig> parse_services(std::string_view text, std::string_view file,
                                     const std::optional<std::string>& scenario = {});

// Whether the text is a CSV table of services.
bool is_service_table(std::string_view text);

// What parse_services() reads back as the same services.
std::string write_services(const ServiceConfig& config);

// "plain", "parvagpu", or the share of the bound that a measured latency must stay below, "0.6".
Result<fleet::Admission> parse_admission(std::string_view text);
std::string to_string(const fleet::Admission& admission);

Result<fleet::Spare> parse_spare(std::string_view text);  // "none", "instance", "gpu"
std::string_view to_string(fleet::Spare spare);

// "41.5/s" and "193 ms", for people and for files.
std::string to_string(fleet::Rate rate);
std::string to_string(fleet::Latency latency);

// "40/s", "2400/min", "1000/h". Rounded up.
Result<fleet::Rate> parse_rate(std::string_view text);
// "200ms", "2s", "900us". Rounded down.
Result<fleet::Latency> parse_latency(std::string_view text);

}  // namespace sectile
