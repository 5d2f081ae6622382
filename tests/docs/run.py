#!/usr/bin/env python3
"""Runs what the documents show and compares. Usage: run.py SECTILE ROOT

In a ```console block, a line that starts with "$ " is a command and what follows up to the next one is
its whole output, both streams. A comment <!-- node: SPEC --> puts the commands after it on one emulated
node, whose state lasts until the next such comment. A comment <!-- picture: COMMAND --> before an
image says how it is drawn. Commands run in a folder with a copy of examples/.
"""
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MARK = re.compile(r"^<!-- (node|picture): (.*?) -->$")
IMAGE = re.compile(r"!\[.*?\]\((\S+?)\)")


class Session:
    """Commands one after the other in one folder, on an emulated node if there is one."""

    def __init__(self, sectile, root, folder):
        self.sectile, self.folder, self.node, self.count = sectile, folder, None, 0
        shutil.copytree(root / "examples", folder / "examples")
        self.env = {**os.environ, "PATH": f"{pathlib.Path(sectile).parent}:{os.environ['PATH']}",
                    "NO_COLOR": "1", "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
        # Documents are about the emulated machine or none, never about the one that runs the test.
        self.env["SECTILE_NVML"] = str(folder / "no-nvml.so")

    def start_node(self, spec):
        self.count += 1
        self.node = (spec, self.folder / f"node{self.count}")

    def run(self, command):
        words, env = ["sh", "-c", command], dict(self.env)
        if self.node:
            spec, state = self.node
            del env["SECTILE_NVML"]
            words = [self.sectile, "emulate", spec, "--state", str(state), "--", *words]
        done = subprocess.run(words, cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        return done.stdout.decode("utf-8")


def redraw(root, command, image, session, problems, update):
    path = root / image
    drawn = session.run(command)
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn)
    elif not path.exists() or path.read_text() != drawn:
        problems.append(f"{image} is not what `{command}` draws")


def rerun(root, path, sectile, problems, update):
    lines, out, block, picture = path.read_text().splitlines(), [], None, None
    with tempfile.TemporaryDirectory() as folder:
        session = Session(sectile, root, pathlib.Path(folder))
        for line in lines:
            if block is None or line == "```" or line.startswith("$ "):
                out.append(line)
            if mark := MARK.match(line):
                if mark[1] == "node":
                    session.start_node(mark[2])
                else:
                    picture = mark[2]
            if picture and (image := IMAGE.search(line)):
                redraw(root, picture, image[1], session, problems, update)
                picture = None
            if line == "```console":
                block = []
            elif line == "```":
                block = None
            elif block is not None and line.startswith("$ "):
                out += session.run(line[2:]).rstrip("\n").splitlines()
    text = "\n".join(out) + "\n"
    if update:
        path.write_text(text)
    elif text != path.read_text():
        problems.append("\n".join(difflib.unified_diff(
            lines, out, f"{path.relative_to(root)} (shown)", "(printed)", lineterm="")))


def main():
    sectile, root = sys.argv[1], pathlib.Path(sys.argv[2])
    update = os.environ.get("SECTILE_UPDATE_GOLDEN") == "1"
    documents = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    problems = []
    for document in documents:
        if "```console" in document.read_text() or "<!-- picture:" in document.read_text():
            rerun(root, document, sectile, problems, update)
    print("\n".join(problems) or f"{len(documents)} documents read; what they show is true")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
