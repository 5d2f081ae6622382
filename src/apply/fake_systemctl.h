// FakeSystemctl: a systemctl in PATH that keeps its units in a directory, for tests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "src/apply/test_variable.h"
#include "src/base/scratch_folder.h"

namespace sectile {

class FakeSystemctl {
 public:
  FakeSystemctl() {
    for (const char* const name : {"units", "alias", "fail", "needs", "bin"}) {
      std::filesystem::create_directory(folder_.path() / name);
    }
    folder_.write("running", "running");
    folder_.write("log", "");
    folder_.write("bin/systemctl", "#!/bin/sh\ncd " + folder_.path().string() + "\n" + kScript);
    std::filesystem::permissions(folder_.path() / "bin/systemctl",
                                 std::filesystem::perms::owner_all);
    path_.emplace("PATH",
                  (folder_.path() / "bin").string() + ":" + TestVariable::now("PATH").value_or(""));
  }

  // "active", "inactive", "failed".
  void set(const std::string& unit, const std::string& state) {
    folder_.write("units/" + unit, state);
  }
  std::string state(const std::string& unit) const { return folder_.read("units/" + unit); }
  // `unit` cannot run without `needed`: stopping that stops it too.
  void needs(const std::string& unit, const std::string& needed) {
    folder_.write("needs/" + needed, unit);
  }
  void alias(const std::string& name, const std::string& unit) {
    folder_.write("alias/" + name, unit);
  }
  // What is-system-running says.
  void set_running(const std::string& state) { folder_.write("running", state); }
  // `action`: "start" or "stop"; from now on it fails, or succeeds again.
  void set_failing(const std::string& action, const std::string& unit, bool failing = true) {
    if (failing) {
      folder_.write("fail/" + action + "-" + unit, "");
    } else {
      std::filesystem::remove(folder_.path() / "fail" / (action + "-" + unit));
    }
  }
  // The calls that change something, a line each: "stop nvsm.service".
  std::string log() const { return folder_.read("log"); }
  void clear_log() { folder_.write("log", ""); }

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

  ScratchFolder folder_;
  std::optional<TestVariable> path_;
};

}  // namespace sectile
