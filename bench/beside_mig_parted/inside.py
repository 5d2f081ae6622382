#!/usr/bin/env python3
"""Applies one configuration with one tool on the emulated node around it, and prints what that took.

Usage, in a mount namespace: inside.py SECTILE TOOL FILE, where TOOL is "sectile" or the path of
nvidia-mig-parted.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests/clients/mig_parted"))
import sysroot  # noqa: E402


def main():
    sectile, tool, file = sys.argv[1:4]
    sysroot.mount(pathlib.Path(os.environ["SECTILE_SYSROOT"]), pathlib.Path(tempfile.mkdtemp()))
    command = ([sectile, "apply", "-f", file, "-c", "wanted", "--yes", "--reset"]
               if tool == "sectile" else [tool, "apply", "-f", file, "-c", "wanted"])
    # In a sanitizer build: the /proc that was mounted here may lack what the search for leaks reads.
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    begin = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}")
    subprocess.run([sectile, "assert", "-f", file, "-c", "wanted"], check=True,
                   stdout=subprocess.DEVNULL)
    node = subprocess.run([sectile, "internal", "emulated"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    calls = dict(re.findall(r"^fault (\w+): called (\d+) times$", node, re.MULTILINE))
    print(json.dumps({"seconds": seconds, "calls": {name: int(n) for name, n in calls.items()}}))


if __name__ == "__main__":
    main()
