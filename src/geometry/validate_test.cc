#include <gtest/gtest.h>

#include "sectile/geometry/catalogue.h"
#include "sectile/geometry/model.h"

namespace sectile {
namespace {

TEST(ValidateTest, EveryModelOfTheCatalogueIsSound) {
  for (const Model& model : catalogue()) {
    const Status status = validate(model);
    EXPECT_TRUE(status) << status.error().message;
  }
}

}  // namespace
}  // namespace sectile
