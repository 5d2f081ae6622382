#include "sectile/text/model_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "src/text/model_tree.h"
#include "src/text/provenance_path.h"
#include "src/text/tree.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::Fields;
using internal::Member;
using internal::printable;
using internal::Reader;
using internal::Tree;
using nlohmann::ordered_json;

constexpr int kMost = std::numeric_limits<int>::max();

constexpr std::pair<std::string_view, Media> kMedia[] = {{"plain", Media::kPlain},
                                                         {"extended", Media::kExtended},
                                                         {"all", Media::kAll},
                                                         {"none", Media::kNone}};
constexpr Architecture kArchitectures[] = {Architecture::kUnknown, Architecture::kAmpere,
                                           Architecture::kHopper, Architecture::kBlackwell};

// Reading.

// The fields of one object by the kinds of values that models have.
class ModelFields {
 public:
  ModelFields(Reader& reader, const Tree& tree, std::string_view what)
      : reader_(reader), fields_(reader, tree, what) {}

  int count(std::string_view name) { return reader_.integer(fields_.need(name), name, 0, kMost); }
  int count_or_zero(std::string_view name) {
    const Tree* const found = fields_.find(name);
    return found ? reader_.integer(*found, name, 0, kMost) : 0;
  }
  std::uint32_t id(std::string_view name) { return static_cast<std::uint32_t>(count(name)); }
  bool yes_or_no(std::string_view name) { return reader_.boolean(fields_.need(name), name); }
  bool yes(std::string_view name) {
    const Tree* const found = fields_.find(name);
    return found && reader_.boolean(*found, name);
  }
  std::string line(std::string_view name) { return line_of(fields_.need(name), name); }
  std::vector<std::string> lines(std::string_view name) {
    const Tree* const found = fields_.find(name);
    std::vector<std::string> result;
    for (const Tree& item : found ? reader_.list(*found, name) : std::vector<Tree>{}) {
      result.push_back(line_of(item, name));
    }
    return result;
  }
  std::vector<int> counts(std::string_view name) {
    return reader_.integers(fields_.need(name), name, 0, kMost);
  }
  const std::vector<Tree>& objects(std::string_view name) {
    return reader_.list(fields_.need(name), name);
  }
  const Tree& need(std::string_view name) { return fields_.need(name); }
  const Tree* find(std::string_view name) { return fields_.find(name); }
  void finish() { fields_.finish(); }
  Reader& reader() { return reader_; }

 private:
  // Text without control characters: it will be printed on terminals.
  std::string line_of(const Tree& tree, std::string_view name) {
    std::string text = reader_.text(tree, name);
    if (std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; })) {
      reader_.refuse(tree.position, fmt::format("{} is not one line of text", name));
    }
    return text;
  }

  Reader& reader_;
  Fields fields_;
};

std::vector<Placement> placements(const std::vector<int>& starts, int size) {
  std::vector<Placement> result;
  result.reserve(starts.size());
  for (const int start : starts) {
    result.push_back({.start = start, .size = size});
  }
  return result;
}

ComputeProfile read_compute(Reader& reader, const Tree& tree) {
  ModelFields fields(reader, tree, "a compute profile");
  ComputeProfile compute;
  compute.id = {fields.id("id")};
  compute.name = fields.line("name");
  compute.compute_slices = fields.count("compute_slices");
  compute.sm_count = fields.count("sm_count");
  compute.max_count = fields.count("max_count");
  compute.placements = placements(fields.counts("starts"), compute.compute_slices);
  compute.fills = fields.yes("fills");
  fields.finish();
  return compute;
}

Engines read_engines(Reader& reader, const Tree& tree) {
  ModelFields fields(reader, tree, "engines");
  Engines engines;
  engines.copy = fields.count("copy");
  engines.decode = fields.count("decode");
  engines.encode = fields.count("encode");
  engines.jpeg = fields.count("jpeg");
  engines.ofa = fields.count("ofa");
  fields.finish();
  return engines;
}

Media read_media(ModelFields& fields) {
  const Tree& tree = fields.need("media");
  const std::string name = fields.reader().text(tree, "media");
  for (const auto& [word, media] : kMedia) {
    if (word == name) {
      return media;
    }
  }
  fields.reader().refuse(tree.position, fmt::format("media '{}' is not known", printable(name)),
                         "media is one of plain, extended, all, none");
  return Media::kPlain;
}

Profile read_profile(Reader& reader, const Tree& tree) {
  ModelFields fields(reader, tree, "a profile");
  Profile profile;
  profile.id = {fields.id("id")};
  profile.nvml_index = fields.count("nvml_index");
  profile.name = fields.line("name");
  profile.aliases = fields.lines("aliases");
  profile.compute_slices = fields.count("compute_slices");
  profile.memory_slices = fields.count("memory_slices");
  profile.memory = {fields.count("memory_mib")};
  profile.sm_count = fields.count("sm_count");
  profile.engines = read_engines(reader, fields.need("engines"));
  profile.media = read_media(fields);
  profile.graphics = fields.yes_or_no("graphics");
  profile.starts = fields.counts("starts");
  profile.max_count = fields.count("max_count");
  for (const Tree& compute : fields.objects("compute_profiles")) {
    profile.compute_profiles.push_back(read_compute(reader, compute));
  }
  // Known to the files of the catalogue, and not part of a model.
  static_cast<void>(fields.find("driver_min"));
  static_cast<void>(fields.find("memory_mib_seen"));
  fields.finish();
  return profile;
}

Architecture read_architecture(ModelFields& fields) {
  const Tree& tree = fields.need("architecture");
  const std::string name = fields.reader().text(tree, "architecture");
  const auto found = std::ranges::find(
      kArchitectures, name, [](Architecture one) { return std::string(to_string(one)); });
  if (found == std::end(kArchitectures)) {
    fields.reader().refuse(tree.position,
                           fmt::format("architecture '{}' is not known", printable(name)),
                           "architecture is one of Ampere, Hopper, Blackwell, unknown");
    return Architecture::kUnknown;
  }
  return *found;
}

// Four upper-case hexadecimal digits.
std::vector<std::uint16_t> read_pci_devices(Reader& reader, const Tree& tree) {
  std::vector<std::uint16_t> result;
  for (const Tree& item : reader.list(tree, "pci_devices")) {
    const std::string digits = reader.text(item, "an item of pci_devices");
    const char* const end = digits.data() + digits.size();
    std::uint16_t value = 0;
    const auto [rest, status] = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() != 4 || rest != end || fmt::format("{:04X}", value) != digits) {
      reader.refuse(item.position, fmt::format("'{}' is not four upper-case hexadecimal digits",
                                               printable(digits)));
    }
    result.push_back(value);
  }
  return result;
}

// "derived: why", "unsure".
ProvenanceNote read_note(Reader& reader, const Member& member) {
  const std::string text = reader.text(member.value, "a provenance");
  const std::size_t colon = text.find(": ");
  const std::string status = text.substr(0, colon);
  ProvenanceNote note;
  note.note = colon == std::string::npos ? "" : text.substr(colon + 2);
  note.provenance = status == "unsure" ? Provenance::kUnsure : Provenance::kDerived;
  if (status != "unsure" && status != "derived") {
    reader.refuse(member.value.position,
                  fmt::format("provenance '{}' is neither derived nor unsure", printable(status)));
  }
  return note;
}

void refuse_twice(Reader& reader, const Member& member, const std::string& field,
                  std::set<std::string>& seen) {
  if (!seen.insert(field).second) {
    reader.refuse(member.position, fmt::format("provenance names {} a second time", field));
  }
}

std::vector<ProvenanceNote> read_provenance(Reader& reader, const Tree& model, const Tree& tree) {
  std::vector<ProvenanceNote> result;
  std::set<std::string> seen;
  for (const Member& member : reader.map(tree, "provenance")) {
    ProvenanceNote note = read_note(reader, member);
    const std::vector<std::string> fields = internal::expand_path(model, member.key);
    if (fields.empty()) {
      reader.refuse(member.position,
                    fmt::format("provenance '{}' names no field", printable(member.key)),
                    "write a path such as memory_mib or profiles[9,5].sm_count");
    }
    for (const std::string& field : fields) {
      refuse_twice(reader, member, field, seen);
      note.field = field;
      result.push_back(note);
    }
  }
  return result;
}

std::vector<Needs> read_needs(Reader& reader, const Tree* tree) {
  std::vector<Needs> result;
  for (const Tree& item : tree ? reader.list(*tree, "needs") : std::vector<Tree>{}) {
    ModelFields fields(reader, item, "an item of needs");
    result.push_back({.profile = {fields.id("profile")}, .needed = {fields.id("needed")}});
    fields.finish();
  }
  return result;
}

Model read_model(Reader& reader, const Tree& tree) {
  ModelFields fields(reader, tree, "the model");
  Model model;
  model.key = fields.line("key");
  model.product_names = fields.lines("product_names");
  model.pci_devices = read_pci_devices(reader, fields.need("pci_devices"));
  model.architecture = read_architecture(fields);
  model.chip = fields.line("chip");
  model.compute_capability = fields.line("compute_capability");
  model.driver_min = fields.line("driver_min");
  model.memory = {fields.count("memory_mib")};
  model.memory_slices = fields.count("memory_slices");
  model.compute_slices = fields.count("compute_slices");
  model.max_instances = fields.count("max_instances");
  model.mode_needs_reset = fields.yes_or_no("mode_needs_reset");
  model.mode_persists = fields.yes_or_no("mode_persists");
  model.max_compute_only = fields.count_or_zero("max_compute_only");
  model.max_graphics = fields.count_or_zero("max_graphics");
  model.needs = read_needs(reader, fields.find("needs"));
  for (const Tree& profile : fields.objects("profiles")) {
    model.profiles.push_back(read_profile(reader, profile));
  }
  model.provenance = read_provenance(reader, tree, fields.need("provenance"));
  static_cast<void>(fields.need("sources"));
  model.sources = fields.lines("sources");
  fields.finish();
  return model;
}

// Writing.

ordered_json starts_json(const std::vector<Placement>& placements) {
  ordered_json result = ordered_json::array();
  for (const Placement& placement : placements) {
    result.push_back(placement.start);
  }
  return result;
}

ordered_json compute_json(const ComputeProfile& compute) {
  ordered_json result = {{"id", compute.id.value},
                         {"name", compute.name},
                         {"compute_slices", compute.compute_slices},
                         {"sm_count", compute.sm_count},
                         {"max_count", compute.max_count},
                         {"starts", starts_json(compute.placements)}};
  if (compute.fills) {
    result["fills"] = true;
  }
  return result;
}

ordered_json profile_json(const Profile& profile) {
  const auto media =
      std::ranges::find(kMedia, profile.media, &std::pair<std::string_view, Media>::second);
  const Engines& engines = profile.engines;
  ordered_json result = {{"id", profile.id.value},
                         {"nvml_index", profile.nvml_index},
                         {"name", profile.name},
                         {"compute_slices", profile.compute_slices},
                         {"memory_slices", profile.memory_slices},
                         {"memory_mib", profile.memory.value},
                         {"sm_count", profile.sm_count},
                         {"engines",
                          {{"copy", engines.copy},
                           {"decode", engines.decode},
                           {"encode", engines.encode},
                           {"jpeg", engines.jpeg},
                           {"ofa", engines.ofa}}},
                         {"media", media->first},
                         {"graphics", profile.graphics},
                         {"starts", profile.starts},
                         {"max_count", profile.max_count}};
  if (!profile.aliases.empty()) {
    result["aliases"] = profile.aliases;
  }
  result["compute_profiles"] = ordered_json::array();
  for (const ComputeProfile& compute : profile.compute_profiles) {
    result["compute_profiles"].push_back(compute_json(compute));
  }
  return result;
}

ordered_json pci_json(const std::vector<std::uint16_t>& devices) {
  ordered_json result = ordered_json::array();
  for (const std::uint16_t device : devices) {
    result.push_back(fmt::format("{:04X}", device));
  }
  return result;
}

ordered_json provenance_json(const std::vector<ProvenanceNote>& notes) {
  ordered_json result = ordered_json::object();
  for (const ProvenanceNote& note : notes) {
    result[note.field] =
        fmt::format("{}{}{}", to_string(note.provenance), note.note.empty() ? "" : ": ", note.note);
  }
  return result;
}

// Rules that few models have.
void add_limits(ordered_json& result, const Model& model) {
  if (model.max_compute_only != 0) {
    result["max_compute_only"] = model.max_compute_only;
  }
  if (model.max_graphics != 0) {
    result["max_graphics"] = model.max_graphics;
  }
  for (const Needs& needs : model.needs) {
    result["needs"].push_back({{"profile", needs.profile.value}, {"needed", needs.needed.value}});
  }
}

}  // namespace

ordered_json internal::model_to_json(const Model& model) {
  ordered_json result = {{"key", model.key},
                         {"product_names", model.product_names},
                         {"pci_devices", pci_json(model.pci_devices)},
                         {"architecture", to_string(model.architecture)},
                         {"chip", model.chip},
                         {"compute_capability", model.compute_capability},
                         {"driver_min", model.driver_min},
                         {"memory_mib", model.memory.value},
                         {"memory_slices", model.memory_slices},
                         {"compute_slices", model.compute_slices},
                         {"max_instances", model.max_instances},
                         {"mode_needs_reset", model.mode_needs_reset},
                         {"mode_persists", model.mode_persists}};
  add_limits(result, model);
  result["profiles"] = ordered_json::array();
  for (const Profile& profile : model.profiles) {
    result["profiles"].push_back(profile_json(profile));
  }
  result["provenance"] = provenance_json(model.provenance);
  result["sources"] = model.sources;
  return result;
}

std::string internal::dump(const ordered_json& document) {
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<Model> parse_model(std::string_view text, std::string_view file) {
  const Result<Tree> tree = internal::read_tree(text, file);
  if (!tree) {
    return fail(tree);
  }
  Reader reader(file);
  Result<Model> model = reader.done(read_model(reader, *tree));
  if (!model) {
    return model;
  }
  const Status valid = validate(*model);
  if (!valid) {
    const Error& error = valid.error();
    return fail(error.code, internal::at(file, {}, error.message), error.next);
  }
  return model;
}

std::string write_model(const Model& model) {
  return internal::dump(internal::model_to_json(model));
}

}  // namespace sectile
