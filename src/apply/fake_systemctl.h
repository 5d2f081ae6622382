// FakeSystemctl: a systemctl in PATH that keeps its units in a directory, for tests.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "src/apply/test_variable.h"

namespace sectile {

class FakeSystemctl {
 public:
  FakeSystemctl() {
    std::string path = (std::filesystem::temp_directory_path() / "systemctl-XXXXXX").string();
    directory_ = ::mkdtemp(path.data());
    for (const char* const name : {"units", "alias", "fail", "needs", "bin"}) {
      std::filesystem::create_directory(directory_ / name);
    }
    write("running", "running");
    write("log", "");
    write("bin/systemctl", "#!/bin/sh\ncd " + directory_.string() + "\n" + kScript);
    std::filesystem::permissions(directory_ / "bin/systemctl", std::filesystem::perms::owner_all);
    path_.emplace("PATH",
                  (directory_ / "bin").string() + ":" + TestVariable::now("PATH").value_or(""));
  }
  FakeSystemctl(const FakeSystemctl&) = delete;
  FakeSystemctl& operator=(const FakeSystemctl&) = delete;
  FakeSystemctl(FakeSystemctl&&) = delete;
  FakeSystemctl& operator=(FakeSystemctl&&) = delete;
  ~FakeSystemctl() { std::filesystem::remove_all(directory_); }

  // "active", "inactive", "failed".
  void set(const std::string& unit, const std::string& state) { write("units/" + unit, state); }
  std::string state(const std::string& unit) const { return read("units/" + unit); }
  // `unit` cannot run without `needed`: stopping that stops it too.
  void needs(const std::string& unit, const std::string& needed) { write("needs/" + needed, unit); }
  void alias(const std::string& name, const std::string& unit) { write("alias/" + name, unit); }
  // What is-system-running says.
  void set_running(const std::string& state) { write("running", state); }
  // `action`: "start" or "stop"; from now on it fails, or succeeds again.
  void set_failing(const std::string& action, const std::string& unit, bool failing = true) {
    if (failing) {
      write("fail/" + action + "-" + unit, "");
    } else {
      std::filesystem::remove(directory_ / "fail" / (action + "-" + unit));
    }
  }
  // The calls that change something, a line each: "stop nvsm.service".
  std::string log() const { return read("log"); }
  void clear_log() { write("log", ""); }

 private:
  static constexpr const char* kScript = R"sh(
action=$1
shift
block=
while :; do
  case ${1-} in
    --no-block) block=' --no-block'; shift ;;
    --*=*|--no-pager) shift ;;
    --) shift; break ;;
    *) break ;;
  esac
done
case $action in
  is-system-running) cat running; echo; [ "$(cat running)" = running ]; exit ;;
  show)
    for unit in "$@"; do
      [ ! -e "alias/$unit" ] || unit=$(cat "alias/$unit")
      load=not-found state=inactive
      [ ! -e "units/$unit" ] || load=loaded state=$(cat "units/$unit")
      printf 'Id=%s\nLoadState=%s\nActiveState=%s\n\n' "$unit" "$load" "$state"
    done
    exit ;;
esac
echo "$action$block $1" >>log
if [ -e "fail/$action-$1" ]; then echo "Job for $1 failed."; exit 1; fi
case $action in
  stop)
    printf inactive >"units/$1"
    [ ! -e "needs/$1" ] || printf inactive >"units/$(cat "needs/$1")" ;;
  start) printf active >"units/$1" ;;
  *) echo "Unknown command verb $action."; exit 1 ;;
esac
)sh";

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path directory_;
  std::optional<TestVariable> path_;
};

}  // namespace sectile
