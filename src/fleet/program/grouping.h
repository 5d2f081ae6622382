// Grouping: what has one key belongs together.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace sectile::fleet::program {

// The groups are in the order of their first members, so no order of keys decides anything.
template <typename Key>
class Grouping {
 public:
  void add(Key key, std::size_t member) {
    const auto [place, added] = found_.try_emplace(std::move(key), groups_.size());
    if (added) {
      groups_.emplace_back();
    }
    groups_[place->second].push_back(member);
  }

  std::vector<std::vector<std::size_t>> take() { return std::move(groups_); }

 private:
  std::map<Key, std::size_t> found_;
  std::vector<std::vector<std::size_t>> groups_;
};

}  // namespace sectile::fleet::program
