// Tree: a YAML or JSON document with the position of everything in it; and Reader, which takes
// values out of a tree strictly.
//
// Files are hostile: too large, too deep, with too many nodes, with NULs, not UTF-8, with anchors,
// aliases, tags or doubled keys, they are refused before anything is built from them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/base/result.h"
#include "sectile/text/position.h"

namespace sectile::internal {

inline constexpr int kMaxTreeDepth = 32;
inline constexpr int kMaxTreeNodes = 200'000;

struct Member;

struct Tree {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  bool quoted = false;  // A scalar in quotes is text whatever it looks like.
  Position position;
  std::string scalar;
  std::vector<Tree> items;      // Of a list.
  std::vector<Member> members;  // Of a map, in order; no key twice.

  const Member* find(std::string_view key) const;
  bool is_empty_map() const { return kind == Kind::kMap && members.empty(); }
};

struct Member {
  std::string key;
  Position position;
  Tree value;
};

// "file:line:column: message".
std::string at(std::string_view file, Position position, std::string_view message);

// Exactly one document; an empty text is kNull. Fails with kInvalidArgument.
Result<Tree> read_tree(std::string_view text, std::string_view file);

// Takes values out of a tree. The first thing that is wrong is kept and everything after it is
// ignored, so that a reading function need look only once, at the end: return reader.done(value).
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  // Each returns a default value if the tree is not of that kind. `what` names the value in the
  // message: "devices".
  std::string text(const Tree& tree, std::string_view what);  // A scalar, quoted or not.
  int integer(const Tree& tree, std::string_view what, int least, int most);
  bool boolean(const Tree& tree, std::string_view what);
  const std::vector<Tree>& list(const Tree& tree, std::string_view what);
  const std::vector<Member>& map(const Tree& tree, std::string_view what);
  std::vector<std::string> texts(const Tree& tree, std::string_view what);
  std::vector<int> integers(const Tree& tree, std::string_view what, int least, int most);

  void refuse(Position position, std::string_view message, std::string_view next = {});
  // Passes on an error that knows no position.
  void refuse(Position position, const Error& error);

  bool failed() const { return error_.has_value(); }

  template <typename T>
  Result<T> done(T value) const {
    if (error_) {
      return std::unexpected(*error_);
    }
    return value;
  }

 private:
  std::string file_;
  std::optional<Error> error_;
};

// The members of a map by name. Whoever reads one says so by asking for it; finish() refuses what
// nobody asked for.
class Fields {
 public:
  // `what` names the map in messages: "an entry".
  Fields(Reader& reader, const Tree& tree, std::string_view what);

  // nullptr if there is none.
  const Tree* find(std::string_view name);
  // An empty tree, and a failure of the reader, if there is none.
  const Tree& need(std::string_view name);
  void finish();

 private:
  Reader& reader_;
  const Tree& tree_;
  std::string what_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace sectile::internal
