#!/usr/bin/env python3
"""Builds nvidia-mig-parted and runs checks.py with it on emulated nodes. Usage: run.py SECTILE CACHE"""
import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import support  # noqa: E402

HERE = pathlib.Path(__file__).parent
PACKAGE = "github.com/NVIDIA/mig-parted/cmd/nvidia-mig-parted"
NODES = ["3xa100-40gb"]  # mig-parted takes seconds for each change of a larger node.


def build_mig_parted(cache):
    program = pathlib.Path(cache) / "mig-parted" / "nvidia-mig-parted"
    if program.exists():
        return program
    go = support.go_toolchain(cache)
    program.parent.mkdir(parents=True, exist_ok=True)
    for name in ("go.mod", "go.sum"):
        shutil.copy(HERE / name, program.parent / name)
    built = support.run(go, "build", "-mod=mod", "-o", program, PACKAGE, cwd=program.parent,
                        env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""})
    if built.returncode != 0:
        support.skip(f"the Go module proxy did not give mig-parted: {built.stderr.strip()[-400:]}")
    return program


def main():
    sectile, cache = sys.argv[1:3]
    if os.geteuid() != 0 or support.run("unshare", "-m", "true").returncode != 0:
        support.skip("a mount namespace takes root")
    program = build_mig_parted(cache)
    python = support.python_with(cache, "PyYAML==6.0.2")
    # Where /proc is made of links (checks.py), the leak checker does not find itself in it.
    sane = {"ASAN_OPTIONS": f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0"}
    failed = 0
    for node in NODES:
        with tempfile.TemporaryDirectory() as state:
            done = support.emulate(sectile, node, "unshare", "-m", python,
                                   HERE / "checks.py", sectile, program, node,
                                   options=["--state", f"{state}/node"], env=sane)
        print(f"{node}: {done.stdout.strip().splitlines()[-1] if done.stdout else ''}")
        if done.returncode != 0:
            failed += 1
            print(done.stdout + done.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
