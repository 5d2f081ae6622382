// Files of measurements, for plan and whoever else needs them.
#pragma once

#include <string>

#include "sectile/base/result.h"
#include "sectile/text/measurements.h"

namespace sectile::cli {

// Reads a file, or every .csv file of a folder and of the folders in it, in order of name. Tables
// of services among them are left out. Fails as read_input() and Measurements::add() do, and with
// kInvalidArgument if there is nothing to read.
Result<Measurements> read_measurements(const std::string& path);

}  // namespace sectile::cli
