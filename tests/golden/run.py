#!/usr/bin/env python3
"""Runs the commands of a golden test and compares everything they print.

usage: run.py SECTILE FILE.test

A .test file is a list of commands, each with what it must print:

    # A comment.
    $ sectile plan --gpu a30 --want 2x2g.12gb
    expected standard output
    [stderr]
    expected standard error
    [exit 3]

Commands run in one shell each, in an empty directory, with sectile in PATH and the folder of the
tests in $GOLDEN. SECTILE_UPDATE_GOLDEN=1 rewrites the file instead; look at the difference then.
"""
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile


def read(path):
    """Returns the comments before each command, and the commands."""
    commands, comments = [], []
    for line in path.read_text().splitlines():
        if line.startswith("$ "):
            commands.append((comments, line[2:]))
            comments = []
        elif line.startswith("#") or (not line and not commands):
            comments.append(line)
    return commands


def run(sectile, folder, command, directory):
    environment = {
        "PATH": f"{sectile.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": directory,
        "GOLDEN": str(folder),
        "LC_ALL": "C.UTF-8",
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
        "TMPDIR": directory,
    }
    done = subprocess.run(["sh", "-c", command], cwd=directory, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    out = done.stdout.decode()
    text = out + ("\n" if out and not out.endswith("\n") else "")
    if done.stderr:
        text += "[stderr]\n" + done.stderr.decode()
    if done.returncode:
        text += f"[exit {done.returncode}]\n"
    return text


def main():
    sectile, path = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    actual = ""
    with tempfile.TemporaryDirectory() as directory:
        for comments, command in read(path):
            actual += "".join(line + "\n" for line in comments)
            actual += f"$ {command}\n" + run(sectile, path.parent, command, directory)
    expected = path.read_text()
    if actual == expected:
        return 0
    if os.environ.get("SECTILE_UPDATE_GOLDEN") == "1":
        path.write_text(actual)
        print(f"rewrote {path}")
        return 0
    sys.stdout.writelines(difflib.unified_diff(
        expected.splitlines(True), actual.splitlines(True), "expected", "actual"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
