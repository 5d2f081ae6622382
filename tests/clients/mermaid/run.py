"""Parses our Mermaid diagrams with Mermaid itself. usage: run.py DRAWINGS CACHE"""
import pathlib
import shutil
import sys
import tarfile
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402

MERMAID = "mermaid@11.17.2"  # As old as what most pages render with; the syntax has not changed.
JSDOM = "jsdom@26.1.0"
HERE = pathlib.Path(__file__).resolve().parent


def fetch(home):
    """Mermaid's bundle (without the hundred packages it was built from) and jsdom, in `home`."""
    library = home / "package" / "dist" / "mermaid.esm.min.mjs"
    marker = home / f"have-{MERMAID}-{JSDOM}"
    if marker.exists():
        return library
    if not shutil.which("npm") or not shutil.which("node"):
        support.skip("npm and node are not installed")
    home.mkdir(parents=True, exist_ok=True)
    (home / "package.json").write_text('{"name": "parse", "private": true}\n')
    for command in (["pack", MERMAID], ["install", "--no-audit", "--no-fund", JSDOM]):
        got = support.run("npm", *command, cwd=home)
        if got.returncode != 0:
            support.skip(f"npm {' '.join(command)}: {got.stderr.strip()[-300:]}")
    with tarfile.open(next(home.glob("mermaid-*.tgz"))) as archive:
        wanted = [m for m in archive.getmembers()
                  if m.isfile() and m.name.startswith("package/dist/") and "esm.min" in m.name
                  and not m.name.endswith(".map") and ".." not in m.name]
        archive.extractall(home, wanted)
    marker.touch()
    return library


def main():
    drawings, cache = sys.argv[1:]
    home = pathlib.Path(cache) / "mermaid"
    library = fetch(home)
    shutil.copy(HERE / "parse.mjs", home)  # Beside node_modules, where node looks for jsdom.
    with tempfile.TemporaryDirectory() as folder:
        support.run(drawings, folder).check_returncode()
        diagrams = sorted(pathlib.Path(folder).glob("*.mmd"))
        parsed = support.run("node", home / "parse.mjs", library, *diagrams)
    print(parsed.stdout + parsed.stderr[-2000:])
    return parsed.returncode


if __name__ == "__main__":
    sys.exit(main())
