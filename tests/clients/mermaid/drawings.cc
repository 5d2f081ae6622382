// Writes drawings into a folder, for parsers that others wrote: usage: drawings FOLDER
//
// Every model of the catalogue in several layouts, several GPUs at once, and names that try to
// break out of their labels.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/fit.h"
#include "sectile/text/draw.h"
#include "sectile/text/mermaid.h"

namespace sectile {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> names = {
      "alice",
      "",
      "pid 4711 python train.py --lr=0.1",
      "</title><script>alert(1)</script>",
      "\"] end %%{init: {\"theme\":\"dark\"}}%%",
      "\x1b[31m\nnew line\xff",
      "`**bold**` #quot; ; & ]]>",
      "end",
      "--> x",
      "\xe5\xbc\xa0\xe4\xb8\x89",
  };
  return names;
}

// As many of the profile as fit, from the lowest start upwards.
Layout filled_with(const Model& model, const Profile& profile, int most) {
  Layout layout;
  for (const int start : profile.starts) {
    if (layout.count(profile.id) < most && fits(model, layout, profile, start)) {
      layout = layout.with_unchecked(Slot(profile, start)).value_or(layout);
    }
  }
  return layout;
}

// The `number`th picture, with hostile names.
GpuPicture filled_picture(const Model& model, const Profile& profile, int most,
                          std::size_t number) {
  const std::string& name = names()[number % names().size()];
  GpuPicture picture{.title = name, .model = &model, .notes = {name}};
  picture.layout = filled_with(model, profile, most);
  while (picture.owners.size() < picture.layout.size()) {
    picture.owners.push_back(names()[(number + picture.owners.size()) % 10]);
  }
  return picture;
}

std::vector<GpuPicture> pictures() {
  std::vector<GpuPicture> result;
  for (const Model& model : catalogue()) {
    result.push_back({.title = model.key, .model = &model});
    result.push_back({.title = "off", .model = &model, .mig_enabled = false});
    for (const Profile& profile : model.profiles) {
      for (const int most : {1, profile.max_count}) {
        result.push_back(filled_picture(model, profile, most, result.size()));
      }
    }
  }
  return result;
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  return file.flush().good();
}

bool write_all(const std::string& folder, const std::string& name,
               const std::vector<GpuPicture>& gpus) {
  const std::string path = folder + "/" + name;
  const std::string& strategy = names()[gpus.front().title.size() % names().size()];
  return write(path + ".svg", draw_svg(gpus)) &&
         write(path + "-pie.mmd", mermaid_pie(gpus, strategy)) &&
         write(path + "-blocks.mmd", mermaid_blocks(gpus));
}

}  // namespace
}  // namespace sectile

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: drawings FOLDER\n", stderr);
    return 2;
  }
  const std::vector<sectile::GpuPicture> all = sectile::pictures();
  bool good = sectile::write_all(argv[1], "all", all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    good = good && sectile::write_all(argv[1], std::to_string(i), {all[i]});
  }
  std::printf("%zu drawings\n", all.size() + 1);
  return good ? 0 : 1;
}
