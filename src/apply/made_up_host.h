// MadeUpHost: a machine made of files, for tests of what is read from /proc, /sys and /dev.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sectile/apply/host_paths.h"
#include "src/base/scratch_folder.h"

namespace sectile {

class MadeUpHost {
 public:
  MadeUpHost() {
    std::filesystem::permissions(root(), std::filesystem::perms(0755));  // As a real machine's.
    std::filesystem::create_directory(root() / "proc");
  }

  // With processes of its own.
  HostPaths paths() const {
    HostPaths paths = HostPaths::under(root());
    paths.processes = paths.proc;
    paths.dev = "/dev";
    return paths;
  }
  const std::filesystem::path& root() const { return folder_.path(); }

  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }

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
    std::filesystem::create_directories(root() / (folder + "fd"));
    int number = 3;
    for (const std::string& file : process.open) {
      std::filesystem::create_symlink(file, root() / (folder + "fd") / std::to_string(number++));
    }
  }

 private:
  ScratchFolder folder_;
};

}  // namespace sectile
