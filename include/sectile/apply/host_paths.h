// HostPaths: where the kernel, the driver and other programs keep files about this machine.
//
// A value, so that a test can make a machine up out of files, and so that an emulated machine can
// be looked at with the same code as a real one.
#pragma once

#include <string>

namespace sectile {

struct HostPaths {
  std::string processes = "/proc";  // Of the processes: PID/stat, PID/fd.
  std::string proc = "/proc";       // Of the kernel and the driver: modules, driver/nvidia-caps.
  std::string sys = "/sys";
  std::string dev = "/dev";
  std::string etc = "/etc";
  std::string run = "/run";
  std::string var = "/var";

  // All but the processes below `root`: an emulated machine has its own driver, but no processes of
  // its own.
  static HostPaths under(const std::string& root) {
    HostPaths paths;
    for (std::string* path :
         {&paths.proc, &paths.sys, &paths.dev, &paths.etc, &paths.run, &paths.var}) {
      *path = root + *path;
    }
    return paths;
  }
};

}  // namespace sectile
