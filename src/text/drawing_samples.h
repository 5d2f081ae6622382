// GPUs for the tests of drawings.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/text/draw.h"

namespace sectile::samples {

using Placed = std::pair<std::string_view, int>;  // A profile's name and its start.

inline GpuPicture gpu(std::string_view key, std::initializer_list<Placed> instances,
                      std::vector<std::string> owners = {}) {
  GpuPicture picture{.title = "gpu0", .model = *find_model(key), .owners = std::move(owners)};
  for (const auto& [name, start] : instances) {
    const Slot slot(*picture.model->find_by_name(name), start);
    picture.layout = picture.layout.with(*picture.model, slot).value();
  }
  return picture;
}

inline GpuPicture mixed() {
  return gpu("a100-80gb", {{"1g.10gb", 0}, {"1g.10gb", 1}, {"2g.20gb", 2}, {"3g.40gb", 4}},
             {"alice", "", "bob", "pid 4711 python train.py"});
}

// A whole H100 with two compute instances, 3c and 2c.
inline GpuPicture divided() {
  GpuPicture picture = gpu("h100-80gb-sxm5", {});
  const Profile& whole = picture.model->whole();
  Slot slot = Slot::bare(whole, 0);
  slot = slot.with_compute(whole, {.profile = {2}, .placement = {.start = 0, .size = 3}}).value();
  slot = slot.with_compute(whole, {.profile = {1}, .placement = {.start = 4, .size = 2}}).value();
  picture.layout = picture.layout.with_unchecked(slot).value();
  return picture;
}

// What a hostile user may call a job.
inline const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> names = {
      "\x1b[31mred\x1b[0m",
      "<script>alert(1)</script>",
      "\"quoted\" & 'quoted' ]]> <!--",
      "two\nlines\r\ttab",
      "broken \xff\xc3 utf-8 \xed\xa0\x80",
      std::string("nul\0byte", 8),
      "right-to-left \xe2\x80\xae override",
      "%%{init: {\"theme\": \"dark\"}}%%",
      "`**bold**` #quot; end",
      "\xe5\xbc\xa0\xe4\xb8\x89 wide \xf0\x9f\x9a\x80",
      "e\xcc\x81 combining",
      std::string(5000, 'x'),
      std::string(300, ' ') + "spaces",
      std::string("\xc2\x9b") + "31m csi",
      "subgraph end",
  };
  return names;
}

}  // namespace sectile::samples
