#include "src/text/svg_canvas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sectile/geometry/enumerate.h"
#include "src/text/drawing_samples.h"

namespace sectile {
namespace {

using samples::gpu;
using samples::mixed;
using ::testing::HasSubstr;
using ::testing::Not;

std::string draw_one(const GpuPicture& picture) {
  return draw_svg(std::vector{picture});
}

// As much of an XML parser as this needs: tags nest, attributes are quoted and not repeated, text
// holds no bare "<" or "&". Gives what is wrong, or nothing; collects the ids.
class XmlCheck {
 public:
  explicit XmlCheck(std::string_view text) : rest_(text) {
    while (error_.empty() && !rest_.empty()) {
      const std::size_t tag = std::min(rest_.find('<'), rest_.size());
      check_text(rest_.substr(0, tag));
      rest_.remove_prefix(tag);
      if (!rest_.empty()) {
        check_tag();
      }
    }
    if (error_.empty() && !open_.empty()) {
      error_ = "not closed: " + open_.back();
    }
  }

  const std::string& error() const { return error_; }
  const std::set<std::string>& ids() const { return ids_; }

 private:
  void check_text(std::string_view text) {
    for (std::size_t at = text.find('&'); at != std::string_view::npos;
         at = text.find('&', at + 1)) {
      const std::string_view entity = text.substr(at, text.find(';', at) - at + 1);
      const std::set<std::string_view> known = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
      error_ = known.contains(entity) ? error_ : "entity " + std::string(entity);
    }
    if (std::ranges::any_of(text, [](char c) { return c >= 0 && c < ' ' && c != '\n'; })) {
      error_ = "control character in " + std::string(text);
    }
  }

  void check_tag() {
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) {
      error_ = "tag without end";
      return;
    }
    std::string_view tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (tag.starts_with('/')) {
      if (open_.empty() || open_.back() != tag.substr(1)) {
        error_ = "closes " + std::string(tag);
        return;
      }
      open_.pop_back();
      return;
    }
    const bool alone = tag.ends_with('/');
    tag = tag.substr(0, tag.size() - (alone ? 1 : 0));
    const std::size_t name = std::min(tag.find(' '), tag.size());
    if (!alone) {
      open_.emplace_back(tag.substr(0, name));
    }
    check_attributes(tag.substr(name));
  }

  void check_attributes(std::string_view text) {
    std::set<std::string_view> names;
    while (text.starts_with(' ')) {
      const std::size_t equals = text.find("=\"");
      const std::size_t quote = text.find('"', equals + 2);
      if (equals == std::string_view::npos || quote == std::string_view::npos) {
        break;
      }
      const std::string_view name = text.substr(1, equals - 1);
      const std::string_view value = text.substr(equals + 2, quote - equals - 2);
      check_text(value);
      const bool fresh =
          names.insert(name).second && (name != "id" || ids_.insert(std::string(value)).second);
      error_ = fresh ? error_ : "twice: " + std::string(text.substr(0, quote));
      text.remove_prefix(quote + 1);
    }
    if (!text.empty()) {
      error_ = "attribute " + std::string(text);
    }
  }

  std::string_view rest_;
  std::string error_;
  std::vector<std::string> open_;
  std::set<std::string> ids_;
};

TEST(XmlCheckTest, SeesWhatIsWrong) {
  EXPECT_EQ(XmlCheck("<a id=\"x\"><b/>t &amp; u</a>").error(), "");
  for (const char* wrong :
       {"<a>", "</a>", "<a></b>", "<a>&</a>", "<a>&nbsp;</a>", "<a b=\"1\" b=\"2\"/>", "<a b=c/>",
        "<a><b id=\"x\"/><b id=\"x\"/></a>", "<a \"", "<a>\x1b</a>", "<a b=\"&\"/>"}) {
    EXPECT_NE(XmlCheck(wrong).error(), "") << wrong;
  }
}

TEST(DrawSvgTest, InstancesAndFreeRunsHaveStableIdsAndClasses) {
  GpuPicture second = gpu("a100-80gb", {{"1g.10gb", 1}, {"3g.40gb", 4}});
  const std::string svg = draw_svg(std::vector{mixed(), second});
  for (const char* group :
       {"<g id=\"gpu-0\" class=\"gpu\">", "<g id=\"gpu-0-slot-0\" class=\"slot compute-1\">",
        "<g id=\"gpu-0-slot-1\" class=\"slot compute-1 idle\">",
        "<g id=\"gpu-0-slot-4\" class=\"slot compute-3\">", "<g id=\"gpu-1\" class=\"gpu\">",
        "<g id=\"gpu-1-free-0\" class=\"free\">", "<g id=\"gpu-1-free-2\" class=\"free\">",
        "<g id=\"gpu-1-slot-4\" class=\"slot compute-3\">", "<g id=\"legend\" class=\"legend\">"}) {
    EXPECT_THAT(svg, HasSubstr(group));
  }
}

TEST(DrawSvgTest, PointingAtAnInstanceTellsAllAboutIt) {
  EXPECT_THAT(
      draw_one(mixed()),
      HasSubstr("<title>3g.40gb at memory slices 4-7, 3 compute slices, 40192 MiB, pid 4711 "
                "python train.py</title>"));
}

TEST(DrawSvgTest, ScreenReadersHearTheLayout) {
  const std::string svg = draw_one(gpu("a30-24gb", {{"2g.12gb", 2}}));
  EXPECT_THAT(svg, HasSubstr("role=\"img\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"sectile-title\">MIG layout of 1 GPU</title>"));
  EXPECT_THAT(svg, HasSubstr("gpu0 (a30-24gb): 2g.12gb@2.</desc>"));
}

TEST(DrawSvgTest, NothingComesFromElsewhere) {
  const std::string svg = draw_one(mixed());
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme: dark"));
  for (const char* foreign : {"<script", "href", "url(", "@import", "<image", "<foreignObject"}) {
    EXPECT_THAT(svg, Not(HasSubstr(foreign)));
  }
}

TEST(DrawSvgTest, LegendNamesTheColoursThatOccur) {
  const std::string svg = draw_one(gpu("a100-80gb", {{"3g.40gb", 0}}));
  EXPECT_THAT(svg, HasSubstr(">3 compute slices</text>"));
  EXPECT_THAT(svg, HasSubstr(">free</text>"));
  EXPECT_THAT(svg, Not(HasSubstr(">2 compute slices</text>")));
}

TEST(DrawSvgTest, TwoGpusStandSideBySide) {
  const std::string one = draw_one(mixed());
  const std::string two = draw_svg(std::vector{mixed(), mixed()});
  const std::string three = draw_svg(std::vector{mixed(), mixed(), mixed()});
  const auto size = [](const std::string& svg, const char* name) {
    return std::stoi(svg.substr(svg.find(name) + std::string_view(name).size()));
  };
  EXPECT_GT(size(two, " width=\""), 2 * size(one, " width=\"") - 100);
  EXPECT_EQ(size(two, " height=\""), size(one, " height=\""));
  EXPECT_EQ(size(three, " width=\""), size(two, " width=\""));
  EXPECT_GT(size(three, " height=\""), size(two, " height=\"") + 100);
}

TEST(DrawSvgTest, EveryLayoutIsWellFormed) {
  for (const char* key : {"a30-24gb", "jetson-thor", "rtx-pro-5000-bw-48gb"}) {
    const Model& model = **find_model(key);
    for (const Layout& layout : all_layouts(model)) {
      const std::string svg = draw_one({.title = key, .model = &model, .layout = layout});
      ASSERT_EQ(XmlCheck(svg).error(), "") << svg;
    }
  }
  EXPECT_EQ(XmlCheck(draw_svg({})).error(), "");
}

TEST(DrawSvgTest, HostileNamesStayText) {
  for (const std::string& name : samples::hostile_names()) {
    GpuPicture picture = gpu("a100-80gb", {{"7g.80gb", 0}}, {name});
    picture.title = name;
    picture.notes = {name};
    const std::string svg = draw_one(picture);
    const XmlCheck check(svg);
    EXPECT_EQ(check.error(), "") << svg;
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
  }
}

TEST(DrawSvgTest, IdsAreUniqueWhereGpusAreAlike) {
  const XmlCheck check(draw_svg(std::vector(9, mixed())));
  EXPECT_EQ(check.error(), "");
  EXPECT_EQ(check.ids().size(), 9U * 5 + 3);  // And the legend, the title, the description.
}

}  // namespace
}  // namespace sectile
