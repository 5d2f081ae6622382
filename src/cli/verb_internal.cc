// sectile internal: what the program's own surroundings ask of it: the build (generate-docs), shell
// completions (list), the nvidia-smi of an emulated machine (smi), and tests and measurements what
// the emulated driver around them knows (emulated).
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "sectile/emulator/emulator.h"
#include "sectile/geometry/catalogue.h"
#include "sectile/text/config.h"
#include "src/cli/generate.h"
#include "src/cli/smi.h"
#include "src/cli/verbs.h"

namespace sectile::cli {
namespace {

Result<int> generate_docs(const std::string& directory) {
  namespace fs = std::filesystem;
  for (const GeneratedFile& file : generated_files()) {
    const fs::path path = fs::path(directory) / file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream << file.text;
    stream.close();
    if (error || !stream) {
      return fail(ErrorCode::kFailed, "cannot write " + path.string());
    }
  }
  return 0;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += word + '\n';
  }
  return text;
}

Result<std::set<std::string>> labels_in(const std::string& file) {
  const Result<std::string> text = read_input(file);
  if (!text) {
    return fail(text);
  }
  const Result<Config> config = load_config(*text, file);
  if (!config) {
    return fail(config);
  }
  const std::vector<std::string> labels = labels_of(*config);
  return std::set<std::string>(labels.begin(), labels.end());
}

std::set<std::string> profile_names() {
  std::set<std::string> names;
  for (const Model& model : catalogue()) {
    for (const Profile& profile : model.profiles) {
      names.insert(profile.name);
    }
  }
  return names;
}

Result<int> list(Session& session) {
  const std::string what = session.arguments.text("VALUE");
  std::set<std::string> words;
  if (what == "labels") {
    Result<std::set<std::string>> labels = labels_in(session.arguments.text("FILE"));
    if (!labels) {
      return fail(labels);
    }
    words = *std::move(labels);
  } else if (what == "models") {
    for (const Model& model : catalogue()) {
      words.insert(model.key);
    }
  } else if (what == "profiles") {
    words = profile_names();
  } else {
    return fail(ErrorCode::kInvalidArgument, "there is no list '" + what + "'",
                "it is one of models, profiles, labels");
  }
  session.out = joined(words);
  return 0;
}

Result<int> emulated(Session& session) {
  const char* const directory =
      std::getenv(emulator::kStateEnvironment);  // NOLINT(concurrency-mt-unsafe): one thread.
  if (directory == nullptr) {
    return fail(ErrorCode::kUnavailable, "this is no emulated machine",
                "sectile emulate makes one");
  }
  const Result<std::string> node = emulator::dump_node(directory);
  if (!node) {
    return fail(node);
  }
  session.out = *node;
  return 0;
}

}  // namespace

Result<int> verb_internal(Session& session) {
  const std::string task = session.arguments.text("TASK");
  if (task == "generate-docs") {
    return generate_docs(session.arguments.text("VALUE", "."));
  }
  if (task == "list") {
    return list(session);
  }
  if (task == "smi") {
    return smi(session);
  }
  if (task == "emulated") {
    return emulated(session);
  }
  return fail(ErrorCode::kInvalidArgument, "there is no task '" + task + "'",
              "it is one of generate-docs, list, smi, emulated");
}

}  // namespace sectile::cli
