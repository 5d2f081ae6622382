#!/usr/bin/env python3
"""Runs the checks of this folder with nvidia-ml-py on emulated nodes. Usage: run.py SECTILE CACHE"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import support  # noqa: E402

HERE = pathlib.Path(__file__).parent
NODES = ["2xh100-80gb-sxm5", "2xa100-80gb", "2xa30-24gb", "2xrtx-pro-6000-bw"]


def main():
    sectile, cache = sys.argv[1:3]
    python = support.python_with(cache, "nvidia-ml-py==13.615.71")
    failed = 0
    for node in NODES:
        done = support.emulate(sectile, node, python, HERE / "checks.py", sectile)
        print(f"{node}: {'ok' if done.returncode == 0 else 'FAILED'}")
        if done.returncode != 0:
            failed += 1
            print(done.stdout + done.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
