#!/bin/sh
# Usage: run.sh BUILD [SANITIZERS]
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$build/install-test
rm -rf "$root"
cmake --install "$build" --prefix "$root/prefix" >/dev/null

cmake -G Ninja -S "$here/foreign" -B "$root/foreign" -DCMAKE_PREFIX_PATH="$root/prefix" \
  -DCMAKE_CXX_FLAGS="${2:+-fsanitize=$2}" >/dev/null
cmake --build "$root/foreign" >/dev/null
"$root/foreign/foreign" | grep -q '^3g.40gb@4' || { echo "the foreign project printed something else"; exit 1; }

# The installed program finds its installed emulator.
"$root/prefix/bin/sectile" emulate 2xa30-24gb -- sectile show -o json | grep -q '"uuid"'
test -s "$root/prefix/share/man/man1/sectile.1"
test -s "$root/prefix/lib/systemd/system/sectile-restore.service"
echo "installed, found and run"
