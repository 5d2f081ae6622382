#include "sectile/text/unit_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "src/text/scan.h"
#include "src/text/utf8.h"

namespace sectile {
namespace {

using internal::is_space;
using internal::printable;
using internal::trim;

bool is_name(std::string_view name) {
  return !name.empty() && !internal::is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) {
           return c == '_' || internal::is_digit(c) || (c >= 'a' && c <= 'z') ||
                  (c >= 'A' && c <= 'Z');
         });
}

// The words of a value: white space separates, quotes of either kind hold together, and a backslash
// takes the next character as it is.
class Words {
 public:
  void add(char c) { word_ = word_.value_or("") + c; }
  // What is not behind a backslash.
  void take(char c) {
    if (quote_ == '\0' ? c == '"' || c == '\'' : c == quote_) {
      quote_ = quote_ == '\0' ? c : '\0';
      word_ = word_.value_or("");  // Two quotes are an empty word.
    } else if (quote_ == '\0' && is_space(c)) {
      end();
    } else {
      add(c);
    }
  }
  // nullopt if a quote is not closed.
  std::optional<std::vector<std::string>> done() {
    end();
    return quote_ == '\0' ? std::optional(words_) : std::nullopt;
  }

 private:
  void end() {
    if (word_) {
      words_.push_back(*word_);
      word_.reset();
    }
  }

  std::vector<std::string> words_;
  std::optional<std::string> word_;
  char quote_ = '\0';
};

std::optional<std::vector<std::string>> words_of(std::string_view value) {
  Words words;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      words.add(value[++i]);
    } else {
      words.take(value[i]);
    }
  }
  return words.done();
}

// A line with those that continue it.
struct Line {
  int number = 0;
  std::string text;
};

// Comments inside a continued line are passed over, as systemd does.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  bool continued = false;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('#') || line.starts_with(';')) {
      continue;
    }
    const bool more = line.ends_with('\\');
    line.remove_suffix(more ? 1 : 0);
    if (!continued) {
      lines.push_back({.number = number, .text = {}});
    }
    lines.back().text += std::string(line) + (more ? " " : "");
    continued = more;
  }
  return lines;
}

Status assign(std::map<std::string, std::string>& variables, const std::string& word,
              const std::string& where) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || !is_name(std::string_view(word).substr(0, equals))) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: '{}' sets no variable", where, printable(word)));
  }
  variables[word.substr(0, equals)] = word.substr(equals + 1);
  return {};
}

// What stands behind Environment=; nullopt where that is not assigned.
std::optional<std::string_view> environment_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  return equals != std::string_view::npos && trim(line.substr(0, equals)) == "Environment"
             ? std::optional(line.substr(equals + 1))
             : std::nullopt;
}

Status assign_all(std::map<std::string, std::string>& variables, std::string_view value,
                  const std::string& where) {
  const std::optional<std::vector<std::string>> words = words_of(value);
  if (!words) {
    return fail(ErrorCode::kInvalidArgument, where + ": a quote is not closed");
  }
  if (words->empty()) {
    variables.clear();
  }
  for (const std::string& word : *words) {
    if (const Status done = assign(variables, word, where); !done) {
      return done;
    }
  }
  return {};
}

Status read_file(const UnitFile& file, std::map<std::string, std::string>& variables) {
  if (file.text.size() > kMaxUnitBytes) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} has {} bytes, more than {}", file.name,
                                                         file.text.size(), kMaxUnitBytes));
  }
  bool service = false;
  for (const Line& line : lines_of(file.text)) {
    if (line.text.starts_with('[')) {
      service = trim(line.text) == "[Service]";
      continue;
    }
    const std::optional<std::string_view> value = environment_of(line.text);
    if (!service || !value) {
      continue;
    }
    if (const Status done =
            assign_all(variables, *value, fmt::format("{}:{}", file.name, line.number));
        !done) {
      return done;
    }
  }
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> unit_environment(std::span<const UnitFile> files) {
  std::map<std::string, std::string> variables;
  for (const UnitFile& file : files) {
    if (const Status done = read_file(file, variables); !done) {
      return fail(done);
    }
  }
  return variables;
}

}  // namespace sectile
