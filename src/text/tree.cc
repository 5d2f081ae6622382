#include "src/text/tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <span>
#include <sstream>
#include <system_error>
#include <utility>

#include "src/text/utf8.h"

namespace sectile::internal {
namespace {

// YAML 1.1's words for true and false, which nvidia-mig-parted reads too.
constexpr std::array<std::string_view, 9> kYes = {"true", "True", "TRUE", "yes", "Yes",
                                                  "YES",  "on",   "On",   "ON"};
constexpr std::array<std::string_view, 9> kNo = {"false", "False", "FALSE", "no", "No",
                                                 "NO",    "off",   "Off",   "OFF"};

Position position_of(const YAML::Mark& mark) {
  return {.line = mark.line + 1, .column = mark.column + 1};
}

[[noreturn]] void stop(const YAML::Mark& mark, const std::string& message) {
  throw YAML::ParserException(mark, message);
}

// Builds a tree from yaml-cpp's events. Leaves by exception, as yaml-cpp itself does.
class Builder : public YAML::EventHandler {
 public:
  Tree take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(mark, Tree{});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    stop(mark, "aliases are not read here: write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    if (tag != "?" && tag != "!") {
      refuse_tag(mark, tag);
    }
    // Escapes in quotes can make what the text itself must not hold.
    if (first_invalid_utf8(value) != std::string::npos || value.find('\0') != std::string::npos) {
      stop(mark, "an escape makes what is no text");
    }
    Tree scalar;
    scalar.kind = Tree::Kind::kScalar;
    scalar.quoted = tag == "!";
    scalar.scalar = value;
    add(mark, std::move(scalar));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Tree::Kind::kList);
  }
  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Tree::Kind::kMap);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // A list or map that is being read, and for a map the key that waits for its value.
  struct Open {
    Tree* tree = nullptr;
    std::set<std::string> keys;
    std::optional<std::pair<std::string, Position>> key;
  };

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) {
      stop(mark, "anchors are not read here: write the value out");
    }
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    stop(mark, fmt::format("tags are not read here, as '{}' is", printable(tag)));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Tree::Kind kind) {
    refuse_anchor(mark, anchor);
    if (tag != "?" && !tag.empty()) {
      refuse_tag(mark, tag);
    }
    if (open_.size() >= kMaxTreeDepth) {
      stop(mark, fmt::format("nested more than {} deep", kMaxTreeDepth));
    }
    Tree tree;
    tree.kind = kind;
    open_.push_back({.tree = add(mark, std::move(tree)), .keys = {}, .key = {}});
  }

  // Puts the tree where it belongs, and returns its place; nullptr if it became a key.
  Tree* add(const YAML::Mark& mark, Tree tree) {
    if (++nodes_ > kMaxTreeNodes) {
      stop(mark, fmt::format("more than {} values", kMaxTreeNodes));
    }
    tree.position = position_of(mark);
    if (open_.empty()) {
      root_ = std::move(tree);
      return &root_;
    }
    Open& parent = open_.back();
    if (parent.tree->kind == Tree::Kind::kList) {
      return &parent.tree->items.emplace_back(std::move(tree));
    }
    if (!parent.key) {
      add_key(mark, parent, tree);
      return nullptr;
    }
    auto [key, position] = *std::exchange(parent.key, std::nullopt);
    return &parent.tree->members.emplace_back(Member{std::move(key), position, std::move(tree)})
                .value;
  }

  static void add_key(const YAML::Mark& mark, Open& parent, const Tree& tree) {
    if (tree.kind != Tree::Kind::kScalar) {
      stop(mark, "a key must be text");
    }
    if (!parent.keys.insert(tree.scalar).second) {
      stop(mark, fmt::format("'{}' stands here twice", printable(tree.scalar)));
    }
    parent.key = {tree.scalar, tree.position};
  }

  Tree root_;
  std::vector<Open> open_;
  int nodes_ = 0;
};

// Beyond the tree itself nothing may follow.
void parse(std::istream& stream, Builder& builder) {
  YAML::Parser parser(stream);
  if (!parser.HandleNextDocument(builder)) {
    return;
  }
  Builder second;
  if (parser.HandleNextDocument(second)) {
    const Position where = second.take().position;
    stop(YAML::Mark::null_mark(),
         fmt::format("a second document begins at line {}: one file holds one", where.line));
  }
}

std::optional<std::string> refuse_bytes(std::string_view text) {
  if (text.size() > kMaxConfigBytes) {
    return fmt::format("{} bytes are more than the {} that are read", text.size(), kMaxConfigBytes);
  }
  if (text.find('\0') != std::string_view::npos) {
    return fmt::format("a zero byte at offset {}: this is no text", text.find('\0'));
  }
  if (const std::size_t bad = first_invalid_utf8(text); bad != std::string_view::npos) {
    return fmt::format("byte {} is not UTF-8", bad);
  }
  return std::nullopt;
}

const Tree& empty_tree() {
  static const Tree empty;
  return empty;
}

std::string_view kind_of(const Tree& tree) {
  switch (tree.kind) {
    case Tree::Kind::kNull:
      return "nothing";
    case Tree::Kind::kScalar:
      return "a single value";
    case Tree::Kind::kList:
      return "a list";
    case Tree::Kind::kMap:
      return "a map";
  }
  return "";
}

// For messages: 'x', "x" if it is in quotes, or what kind of thing it is.
std::string shown(const Tree& tree) {
  if (tree.kind != Tree::Kind::kScalar) {
    return std::string(kind_of(tree));
  }
  const char quote = tree.quoted ? '"' : '\'';
  return fmt::format("{}{}{}", quote, printable(tree.scalar), quote);
}

}  // namespace

const Member* Tree::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &*found;
}

std::string at(std::string_view file, Position position, std::string_view message) {
  if (position.line == 0) {
    return fmt::format("{}: {}", file, message);
  }
  return fmt::format("{}:{}:{}: {}", file, position.line, position.column, message);
}

Result<Tree> read_tree(std::string_view text, std::string_view file) {
  if (const std::optional<std::string> wrong = refuse_bytes(text)) {
    return fail(ErrorCode::kInvalidArgument, at(file, {}, *wrong));
  }
  std::istringstream stream{std::string(text)};
  Builder builder;
  try {
    parse(stream, builder);
  } catch (const YAML::Exception& error) {
    const Position where = error.mark.is_null() ? Position{} : position_of(error.mark);
    return fail(ErrorCode::kInvalidArgument, at(file, where, printable(error.msg)));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInvalidArgument, at(file, {}, printable(error.what())));
  }
  return builder.take();
}

std::string Reader::text(const Tree& tree, std::string_view what) {
  if (tree.kind != Tree::Kind::kScalar) {
    refuse(tree.position, fmt::format("{} must be text, and is {}", what, kind_of(tree)));
  }
  return tree.scalar;
}

int Reader::integer(const Tree& tree, std::string_view what, int least, int most) {
  const std::string& digits = tree.scalar;
  const char* const end = digits.data() + digits.size();
  int value = least;
  const auto [rest, status] = std::from_chars(digits.data(), end, value);
  const bool canonical = digits.size() == 1 || !(digits.starts_with('0') || digits == "-0");
  if (tree.kind != Tree::Kind::kScalar || tree.quoted || rest != end || !canonical ||
      status == std::errc::invalid_argument) {
    refuse(tree.position, fmt::format("{} must be a whole number, and is {}", what, shown(tree)));
    return least;
  }
  if (status != std::errc{} || value < least || value > most) {
    refuse(tree.position, fmt::format("{} must be from {} to {}, and is {}", what, least, most,
                                      printable(digits)));
    return least;
  }
  return value;
}

bool Reader::boolean(const Tree& tree, std::string_view what) {
  const auto is_one_of = [&](std::span<const std::string_view> words) {
    return tree.kind == Tree::Kind::kScalar && !tree.quoted &&
           std::ranges::find(words, tree.scalar) != words.end();
  };
  const bool yes = is_one_of(kYes);
  if (!yes && !is_one_of(kNo)) {
    refuse(tree.position, fmt::format("{} must be true or false, and is {}", what, shown(tree)));
  }
  return yes;
}

const std::vector<Tree>& Reader::list(const Tree& tree, std::string_view what) {
  if (tree.kind != Tree::Kind::kList) {
    refuse(tree.position, fmt::format("{} must be a list, and is {}", what, kind_of(tree)));
  }
  return tree.items;
}

const std::vector<Member>& Reader::map(const Tree& tree, std::string_view what) {
  if (tree.kind != Tree::Kind::kMap) {
    refuse(tree.position, fmt::format("{} must be a map, and is {}", what, kind_of(tree)));
  }
  return tree.members;
}

std::vector<std::string> Reader::texts(const Tree& tree, std::string_view what) {
  std::vector<std::string> result;
  result.reserve(tree.items.size());
  for (const Tree& item : list(tree, what)) {
    result.push_back(text(item, fmt::format("an item of {}", what)));
  }
  return result;
}

std::vector<int> Reader::integers(const Tree& tree, std::string_view what, int least, int most) {
  std::vector<int> result;
  result.reserve(tree.items.size());
  for (const Tree& item : list(tree, what)) {
    result.push_back(integer(item, fmt::format("an item of {}", what), least, most));
  }
  return result;
}

void Reader::refuse(Position position, std::string_view message, std::string_view next) {
  refuse(position, Error{ErrorCode::kInvalidArgument, std::string(message), std::string(next)});
}

void Reader::refuse(Position position, const Error& error) {
  if (!error_) {
    error_ = Error{error.code, at(file_, position, error.message), error.next};
  }
}

Fields::Fields(Reader& reader, const Tree& tree, std::string_view what)
    : reader_(reader), tree_(tree), what_(what) {
  static_cast<void>(reader_.map(tree, what));
}

const Tree* Fields::find(std::string_view name) {
  asked_.emplace(name);
  const Member* const member = tree_.find(name);
  return member == nullptr ? nullptr : &member->value;
}

const Tree& Fields::need(std::string_view name) {
  if (const Tree* const found = find(name)) {
    return *found;
  }
  reader_.refuse(tree_.position, fmt::format("{} lacks the field '{}'", what_, name));
  return empty_tree();
}

void Fields::finish() {
  const auto unknown = std::ranges::find_if(
      tree_.members, [&](const Member& member) { return !asked_.contains(member.key); });
  if (unknown == tree_.members.end()) {
    return;
  }
  std::string known;
  for (const std::string& name : asked_) {
    known += (known.empty() ? "" : ", ") + name;
  }
  reader_.refuse(unknown->position,
                 fmt::format("{} has no field '{}'", what_, printable(unknown->key)),
                 fmt::format("the fields are {}", known));
}

}  // namespace sectile::internal
