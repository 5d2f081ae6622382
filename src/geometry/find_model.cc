#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sectile/geometry/catalogue.h"

namespace sectile {
namespace {

constexpr std::size_t kNameLengthMax = 128;  // Longer than any name; bounds the work on bad input.
constexpr std::size_t kSuggestions = 3;

using Words = std::vector<std::string>;

// Not those of <cctype>: keys and product names are ASCII, and no locale has a say in them.
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool in_word(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

// The runs of letters and digits, in lower case, without the "NVIDIA" that all products share.
Words words(std::string_view text) {
  Words words;
  std::string word;
  for (const char c : std::string(text) + ' ') {
    if (in_word(c)) {
      word += lower(c);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  std::erase(words, "nvidia");
  return words;
}

// Whether `asked` means `word`: the same, or without the number at its end, as in "sxm" for "sxm5".
bool means(std::string_view asked, std::string_view word) {
  return word == asked || (word.starts_with(asked) && !is_digit(asked.back()) &&
                           std::ranges::all_of(word.substr(asked.size()), is_digit));
}

bool all_in(const Words& asked, const Words& known) {
  return std::ranges::all_of(asked, [&known](const std::string& word) {
    return std::ranges::any_of(known,
                               [&word](const std::string& each) { return means(word, each); });
  });
}

// Whether the key, alone or with one of the product names, has every word that was asked for.
bool has_words(const Model& model, const Words& asked) {
  const Words key = words(model.key);
  const auto product_has = [&](const std::string& product) {
    Words known = words(product);
    known.insert(known.end(), key.begin(), key.end());
    return all_in(asked, known);
  };
  return all_in(asked, key) || std::ranges::any_of(model.product_names, product_has);
}

bool names_product(const Model& model, const Words& asked) {
  return std::ranges::find(model.product_names, asked, words) != model.product_names.end();
}

// For each beginning of `to`, from none of it to all of it: the fewest letters to insert, delete or
// replace to make it of `from`.
std::vector<std::size_t> edit_distances(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char letter : from) {
    std::size_t diagonal = row.front()++;
    std::size_t left = row.front();
    auto cell = row.begin();
    for (const char other : to) {
      const std::size_t replaced = diagonal + (letter == other ? 0 : 1);
      diagonal = *++cell;
      left = std::min(replaced, std::min(diagonal, left) + 1);
      *cell = left;
    }
  }
  return row;
}

std::string keys(std::span<const Model* const> models) {
  std::string list;
  for (const Model* const model : models) {
    list += (list.empty() ? "" : ", ") + model->key;
  }
  return list;
}

// The models with the keys that look most like `name`, best first: how the key begins counts, and
// only then how it goes on.
std::vector<const Model*> nearest(std::string_view name) {
  struct Rank {
    std::size_t beginning;
    std::size_t all;
    const Model* model;
  };
  std::vector<Rank> ranks;
  for (const Model& model : catalogue()) {
    const std::vector<std::size_t> distances = edit_distances(name, model.key);
    ranks.push_back({.beginning = distances.at(std::min(name.size(), model.key.size())),
                     .all = distances.back(),
                     .model = &model});
  }
  std::ranges::stable_sort(ranks, {},
                           [](const Rank& rank) { return std::pair(rank.beginning, rank.all); });
  std::vector<const Model*> best;
  for (const Rank& rank : std::span(ranks).first(std::min(kSuggestions, ranks.size()))) {
    best.push_back(rank.model);
  }
  return best;
}

// The one of `candidates` that is nearest in memory and near enough; 0 on either side is unknown.
const Model* by_memory(const std::vector<const Model*>& candidates, MiB memory) {
  const auto off = [memory](const Model* model) {
    return std::abs(memory.value - model->memory.value);
  };
  const auto best = std::ranges::min_element(candidates, {}, off);
  if (best == candidates.end()) {
    return nullptr;
  }
  const bool unknown = memory.value == 0 || (*best)->memory.value == 0;
  const bool sound = unknown ? candidates.size() == 1 : off(*best) <= (*best)->memory.value / 20;
  return sound ? *best : nullptr;
}

template <typename Predicate>
std::vector<const Model*> select(Predicate predicate) {
  std::vector<const Model*> selected;
  for (const Model& model : catalogue()) {
    if (predicate(model)) {
      selected.push_back(&model);
    }
  }
  return selected;
}

}  // namespace

Result<const Model*> find_model(std::string_view name) {
  if (name.size() > kNameLengthMax) {
    return fail(ErrorCode::kUnavailable,
                "a name of " + std::to_string(name.size()) + " characters is no GPU model's");
  }
  const Words asked = words(name);
  const auto has_key = [&asked](const Model& model) { return words(model.key) == asked; };
  const auto is_product = [&asked](const Model& model) { return names_product(model, asked); };
  const auto has_all = [&asked](const Model& model) { return has_words(model, asked); };
  for (const auto& found : {select(has_key), select(is_product), select(has_all)}) {
    if (found.size() == 1) {
      return found.front();
    }
    if (found.size() > 1 && !asked.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "'" + std::string(name) + "' could be any of " + keys(found), "name one of them");
    }
  }
  return fail(ErrorCode::kUnavailable, "no GPU model is named '" + std::string(name) + "'",
              "nearest are " + keys(nearest(name)));
}

const Model* match_model(std::string_view product_name, std::uint16_t pci_device, MiB memory) {
  const Words name = words(product_name.substr(0, kNameLengthMax));
  const auto is_product = [&name](const Model& model) { return names_product(model, name); };
  const auto has_device = [pci_device](const Model& model) {
    return std::ranges::find(model.pci_devices, pci_device) != model.pci_devices.end();
  };
  const auto has_all = [&name](const Model& model) {
    return !name.empty() && has_words(model, name);
  };
  for (const auto& found : {select(is_product), select(has_device), select(has_all)}) {
    if (const Model* const model = by_memory(found, memory)) {
      return model;
    }
  }
  return nullptr;
}

}  // namespace sectile
