#!/usr/bin/env python3
"""Checks that libnvidia-ml.so.1 exports the functions of names.txt, and nothing else, and that it
needs no library but libc.

usage: check_exports.py names.txt libnvidia-ml.so.1
"""
import re
import subprocess
import sys

ALLOWED_LIBRARIES = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library):
    for line in output_of("nm", "--dynamic", "--defined-only", library).splitlines():
        _, kind, name = line.split()
        yield name if kind == "T" else f"{name} ({kind}, not a function)"


def main():
    names_path, library = sys.argv[1:]
    with open(names_path, encoding="utf-8") as lines:
        wanted = {line.split()[0] for line in lines if not line.startswith("#")}
    found = set(exported(library))
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "--dynamic", library)))

    problems = [f"missing: {name}" for name in sorted(wanted - found)]
    problems += [f"not in names.txt: {name}" for name in sorted(found - wanted)]
    problems += [f"needs {name}" for name in sorted(needed - ALLOWED_LIBRARIES)]
    print("\n".join(problems) or f"{len(found)} functions, as in {names_path}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
