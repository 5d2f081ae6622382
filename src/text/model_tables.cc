// gpus_table() and profiles_table() of table.h.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "sectile/text/table.h"
#include "src/text/lines.h"

namespace sectile {
namespace {

// Figures of one model with the mark of their provenance.
class Marked {
 public:
  explicit Marked(const Model& model) : model_(model) {}

  // The figure with its mark, or with a space so that digits stay below each other. 0 for what
  // nobody knows reads "-".
  std::string figure(std::int64_t value, const std::string& field) {
    return value == 0 ? "- " : text(std::to_string(value), field);
  }

  std::string text(const std::string& value, const std::string& field) {
    switch (model_.provenance_of(field)) {
      case Provenance::kRead:
        return value + " ";
      case Provenance::kDerived:
        derived_ = true;
        return value + "~";
      case Provenance::kUnsure:
        unsure_ = true;
        return value + "?";
    }
    return value;
  }

  bool derived() const { return derived_; }
  bool unsure() const { return unsure_; }

 private:
  const Model& model_;
  bool derived_ = false;
  bool unsure_ = false;
};

std::string legend(bool derived, bool unsure) {
  std::string result;
  result += derived ? "~ worked out from figures that were read\n" : "";
  result += unsure ? "? unsure: a guess by analogy, or the sources disagree\n" : "";
  return result;
}

// "0-6" for consecutive starts, else "0,2,4".
std::string starts_in_words(std::span<const int> starts) {
  if (starts.empty()) {
    return "-";
  }
  const bool run =
      starts.size() > 2 && starts.back() - starts.front() == static_cast<int>(starts.size()) - 1;
  if (run) {
    return fmt::format("{}-{}", starts.front(), starts.back());
  }
  std::string result;
  for (const int start : starts) {
    result += (result.empty() ? "" : ",") + std::to_string(start);
  }
  return result;
}

std::string engines_in_words(const Engines& engines) {
  return fmt::format("{:>2} {:>3} {:>3} {:>3} {:>3}", engines.copy, engines.decode, engines.encode,
                     engines.jpeg, engines.ofa);
}

std::string heading(const Model& model) {
  internal::Lines lines;
  lines.add(model.key + ": ",
            fmt::format("{} {}, {} MiB, {} compute slices, {} memory slices",
                        to_string(model.architecture), model.chip, model.memory.value,
                        model.compute_slices, model.memory_slices));
  std::string names;
  for (const std::string& name : model.product_names) {
    names += (names.empty() ? "" : ", ") + name;
  }
  lines.add("", names);
  lines.blank();
  return std::move(lines).str();
}

Table gpu_instances(const Model& model, Marked& marked) {
  Table table({{"ID", Align::kRight},
               {"profile"},
               {"max", Align::kRight},
               {"MiB ", Align::kRight},
               {"compute", Align::kRight},
               {"SM ", Align::kRight},
               {"CE DEC ENC JPG OFA "},
               {"start:size"}});
  for (const Profile& profile : model.profiles) {
    const std::string field = fmt::format("profiles[{}].", profile.id.value);
    table.add(
        {std::to_string(profile.id.value), profile.name, std::to_string(profile.max_count),
         marked.figure(profile.memory.value, field + "memory_mib"),
         std::to_string(profile.compute_slices),
         marked.figure(profile.sm_count, field + "sm_count"),
         marked.text(engines_in_words(profile.engines), field + "engines"),
         marked.text(fmt::format("{}:{}", starts_in_words(profile.starts), profile.memory_slices),
                     field + "starts")});
  }
  return table;
}

Table compute_instances(const Model& model, Marked& marked) {
  Table table({{"inside"},
               {"ID ", Align::kRight},
               {"compute instance"},
               {"max", Align::kRight},
               {"compute", Align::kRight},
               {"SM ", Align::kRight},
               {"start"}});
  for (const Profile& profile : model.profiles) {
    for (const ComputeProfile& compute : profile.compute_profiles) {
      const std::string field =
          fmt::format("profiles[{}].compute_profiles[{}].", profile.id.value, compute.id.value);
      std::vector<int> starts;
      std::ranges::transform(compute.placements, std::back_inserter(starts), &Placement::start);
      table.add({profile.name, marked.text(std::to_string(compute.id.value), field + "id"),
                 compute.name + (compute.fills ? " *" : ""), std::to_string(compute.max_count),
                 std::to_string(compute.compute_slices),
                 marked.figure(compute.sm_count, field + "sm_count"),
                 marked.text(starts_in_words(starts), field + "starts")});
    }
  }
  return table;
}

}  // namespace

std::string gpus_table(std::span<const Model> models) {
  Table table({{"model"},
               {"architecture"},
               {"MiB ", Align::kRight},
               {"compute ", Align::kRight},
               {"memory ", Align::kRight},
               {"driver"}});
  bool derived = false;
  bool unsure = false;
  for (const Model& model : models) {
    Marked marked(model);
    table.add({model.key, std::string(to_string(model.architecture)),
               marked.figure(model.memory.value, "memory_mib"),
               marked.figure(model.compute_slices, "compute_slices"),
               marked.figure(model.memory_slices, "memory_slices"),
               model.driver_min.empty() ? "-" : model.driver_min});
    derived = derived || marked.derived();
    unsure = unsure || marked.unsure();
  }
  return table.text() + "\ncompute, memory: slices; driver: the least that offers MIG\n" +
         legend(derived, unsure);
}

std::string profiles_table(const Model& model) {
  Marked marked(model);
  const std::string instances = gpu_instances(model, marked).text();
  const std::string inside = compute_instances(model, marked).text();
  return heading(model) + instances + "\n" + inside +
         "\n* fills the GPU instance; compute: slices; start:size in memory slices\n" +
         legend(marked.derived(), marked.unsure());
}

}  // namespace sectile
