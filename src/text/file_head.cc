#include "src/text/file_head.h"

#include <fmt/format.h>

#include "src/text/utf8.h"

namespace sectile::internal {

void read_head(Reader& reader, Fields& fields, std::string_view kind) {
  const Tree& version = fields.need("apiVersion");
  if (reader.text(version, "apiVersion") != "sectile/v1") {
    reader.refuse(version.position,
                  fmt::format("apiVersion '{}' is not known", printable(version.scalar)),
                  "this Sectile reads sectile/v1");
  }
  const Tree& found = fields.need("kind");
  if (reader.text(found, "kind") != kind) {
    reader.refuse(found.position,
                  fmt::format("kind '{}' is not {}", printable(found.scalar), kind));
  }
}

void read_version(Reader& reader, Fields& fields) {
  const Tree& version = fields.need("version");
  if (reader.text(version, "version") != "v1") {
    reader.refuse(version.position,
                  fmt::format("version '{}' is not known", printable(version.scalar)),
                  "Sectile reads version v1");
  }
}

}  // namespace sectile::internal
