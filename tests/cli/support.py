"""What the tests of the program share: running it, and telling what went wrong."""
import os
import pathlib
import subprocess
import sys

SECTILE = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()
failures = []


def run(*arguments, input=None, environment=None, directory=None):
    """Runs sectile with the arguments; returns the finished process, with text."""
    return subprocess.run(
        [SECTILE, *map(str, arguments)], input=input, capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL if input is None else None, cwd=directory,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})})


def expect(condition, message):
    if not condition:
        failures.append(message)
        print(f"FAILED: {message}")


def expect_status(status, *arguments, **how):
    """Runs, expects the status, and returns the finished process."""
    done = run(*arguments, **how)
    said = (done.stdout + done.stderr)[-1500:]
    expect(done.returncode == status,
           f"sectile {' '.join(map(str, arguments))}: status {done.returncode}, not {status}\n{said}")
    return done


class Machine:
    """An emulated machine that is kept in DIRECTORY/NAME. What runs on it runs in DIRECTORY, and
    finds PROGRAMS before the machine's own."""

    def __init__(self, directory, name, spec, environment=None, programs=None):
        self.directory = pathlib.Path(directory)
        self.state = self.directory / name
        self.sysroot = self.state / "sysroot"
        self.environment = environment or {}
        self.before = f"PATH={programs}:$PATH; " if programs else ""
        expect_status(0, "emulate", spec, "--state", self.state, "--", "true")

    def on(self, status, script, **more):
        return expect_status(status, "emulate", "--state", self.state, "--", "sh", "-c",
                             self.before + script, directory=self.directory,
                             environment={**self.environment, **more})

    def layout(self):
        return self.on(0, "sectile export").stdout


def models():
    return run("internal", "list", "models").stdout.split()


def finish():
    print(f"{len(failures)} failures" if failures else "passed")
    sys.exit(1 if failures else 0)
