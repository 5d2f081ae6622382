// MadeUpHost: a machine made of files, for tests of what is read from /proc, /sys and /dev.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sectile/apply/host_paths.h"

namespace sectile {

class MadeUpHost {
 public:
  explicit MadeUpHost(const std::string& name)
      : root_(std::filesystem::path(testing::TempDir()) /
              ("sectile-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "proc");
  }
  ~MadeUpHost() { std::filesystem::remove_all(root_); }
  MadeUpHost(const MadeUpHost&) = delete;
  MadeUpHost& operator=(const MadeUpHost&) = delete;

  // With processes of its own.
  HostPaths paths() const {
    HostPaths paths = HostPaths::under(root_.string());
    paths.processes = paths.proc;
    paths.dev = "/dev";
    return paths;
  }
  const std::filesystem::path& root() const { return root_; }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << text;
  }

  struct Process {
    std::uint32_t pid = 0;
    std::string command;  // Words separated by spaces.
    std::vector<std::string> open = {};
    std::string cgroup = "0::/user.slice/user-1000.slice/session-3.scope\n";
    std::uint32_t uid = 0;
    std::uint64_t start = 1000;
    char state = 'S';
  };
  void add(const Process& process) const {
    const std::string folder = "proc/" + std::to_string(process.pid) + "/";
    std::string words = process.command + ' ';
    for (char& c : words) {
      c = c == ' ' ? '\0' : c;
    }
    const std::string name = process.command.substr(0, process.command.find(' ')).substr(0, 15);
    write(folder + "cmdline", words);
    write(folder + "status", "Name:\tx\nUid:\t" + std::to_string(process.uid) + "\t0\t0\t0\n");
    write(folder + "cgroup", process.cgroup);
    write(folder + "stat", std::to_string(process.pid) + " (" + name + ") " + process.state +
                               " 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " +
                               std::to_string(process.start) + " 0 0\n");
    std::filesystem::create_directories(root_ / (folder + "fd"));
    int number = 3;
    for (const std::string& file : process.open) {
      std::filesystem::create_symlink(file, root_ / (folder + "fd") / std::to_string(number++));
    }
  }

 private:
  std::filesystem::path root_;
};

}  // namespace sectile
