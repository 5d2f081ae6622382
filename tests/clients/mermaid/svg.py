"""Checks that every SVG drawing is well-formed, stands alone and uses no id twice.

usage: svg.py DRAWINGS
"""
import collections
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

SVG = "{http://www.w3.org/2000/svg}"
KNOWN = {SVG + name for name in ("svg", "title", "desc", "style", "g", "rect", "path", "text")}


def problems(path):
    """Yields what is wrong with one drawing."""
    root = tree.parse(path).getroot()
    elements = list(root.iter())
    ids = collections.Counter(e.get("id") for e in elements if e.get("id"))
    yield from (f"id {name} is used {count} times" for name, count in ids.items() if count > 1)
    yield from (f"element {e.tag}" for e in elements if e.tag not in KNOWN)
    yield from (f"attribute {name}" for e in elements for name in e.attrib
                if name.startswith("on") or "href" in name)
    labels = root.get("aria-labelledby", "").split()
    yield from (f"label {name} does not exist" for name in labels if name not in ids)
    width, height = (float(root.get(name)) for name in ("width", "height"))
    for e in elements:
        right = float(e.get("x", 0)) + float(e.get("width", 0))
        bottom = float(e.get("y", 0)) + float(e.get("height", 0))
        if e is not root and (right > width or bottom > height):
            yield f"{e.tag} leaves the paper at {right},{bottom}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        drawings = sorted(pathlib.Path(folder).glob("*.svg"))
        found = [f"{path.name}: {problem}" for path in drawings for problem in problems(path)]
    print("\n".join(found[:20]) or f"{len(drawings)} SVG drawings: no problem")
    return 1 if found or not drawings else 0


if __name__ == "__main__":
    sys.exit(main())
