#!/usr/bin/env python3
"""The state file in every bad condition: clear errors, nothing lost, and the GPUs old or new.

Usage: state_file.py SECTILE ROOT. Much of it takes root: owners, and small disks in a mount namespace.
$SECTILE_STATE_FLIPS: how many flipped bits to try.
"""
import contextlib
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from support import SECTILE, expect, failures, finish  # noqa: E402

OLD, NEW = "3g.40gb@4", "2g.20gb@0 3g.40gb@4"
FLIPS = int(os.environ.get("SECTILE_STATE_FLIPS", "16"))
REFUSED = (1, 7)  # Failed; permission.
cases = 0


class Machine:
    """An emulated machine with one H100 that has the layout OLD, and a state directory of its own."""

    def __init__(self, work):
        self.state = pathlib.Path(work, "state")
        self.file = self.state / "state.db"
        self.node = pathlib.Path(work, "node")
        shown = subprocess.run(
            [SECTILE, "emulate", "1xh100-80gb-sxm5", "--state", self.node, "--", "env"],
            capture_output=True, text=True, check=True).stdout
        self.environment = {
            **os.environ, "LC_ALL": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=0",
            **dict(line.split("=", 1) for line in shown.splitlines()
                   if line.startswith("SECTILE_")),
            "SECTILE_STATE_DIR": str(self.state),
            "SECTILE_EMULATOR_CAPABILITY": "config"}  # For those who are not root.
        self.apply(0, OLD)
        self.good = self.file.read_bytes()

    def run(self, *arguments, state=None, **how):
        environment = dict(self.environment)
        if state is not None:
            environment["SECTILE_STATE_DIR"] = str(state)
        return subprocess.run([SECTILE, *arguments], env=environment, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, **how)

    def apply(self, status, layout, **how):
        done = self.run("apply", "--yes", "--layout", layout, "--gpu-index", "0", **how)
        if status is not None:
            expect(done.returncode == status,
                   f"apply {layout}: status {done.returncode}, not {status}: {done.stderr}")
        return done

    def instances(self):
        """What is on the GPU as its emulated driver knows it."""
        dump = self.run("internal", "emulated").stdout
        found = re.findall(r"gpu instance \d+: (\S+) at (\d+):", dump)
        return " ".join(f"{name}@{start}" for name, start in sorted(found))

    def reset(self):
        """The good state file, and the layout that belongs to it."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir()
        self.file.write_bytes(self.good)
        if self.instances() != OLD:
            with tempfile.TemporaryDirectory() as other:
                self.apply(0, OLD, state=other)


def clear(done, *words):
    """The error says what is wrong, with the file's name, and what to do."""
    error = done.stderr
    for word in words:
        expect(word in error, f"'{word}' is not in: {error}")
    expect("next: " in error, f"nothing is said about what to do: {error}")
    expect("Sanitizer" not in error and "runtime error" not in error, error)


@contextlib.contextmanager
def case(machine, name):
    global cases
    cases += 1
    before = len(failures)
    machine.reset()
    yield
    if len(failures) > before:
        print(f"  in: {name}")


def refused(machine, name, spoil, *words):
    """With the file spoilt nothing is touched: neither the GPU nor the file."""
    with case(machine, name):
        spoil(machine.file)
        before = content(machine.state)
        done = machine.apply(None, NEW)
        expect(done.returncode in REFUSED, f"status {done.returncode}: {done.stderr}")
        clear(done, *words)
        expect(machine.instances() == OLD, f"the GPU has {machine.instances()}")
        expect(content(machine.state) == before, "the file was changed")
        for verb in (["log"], ["repair"], ["undo", "--yes"]):
            done = machine.run(*verb)
            expect(done.returncode in REFUSED, f"{verb}: status {done.returncode}: {done.stderr}")
            clear(done, *words)
        expect(content(machine.state) == before, "the file was changed")
        # Whoever only looks at the GPUs needs no state file.
        expect(machine.run("show").returncode == 0, "show needs the state file")


def content(folder):
    """All files but the lock, as they are."""
    return {path.name: path.read_bytes() if path.is_file() else path.stat().st_mode
            for path in sorted(folder.iterdir()) if path.suffix == ".db" or "journal" in path.name}


def write(data):
    return lambda file: file.write_bytes(data)


def other_program(file):
    file.unlink()
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE bookmark (url TEXT)")
        database.commit()


def pragma(text):
    def spoil(file):
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.execute(text)
            database.commit()
    return spoil


def replace_by(make):
    def spoil(file):
        file.unlink()
        make(file)
    return spoil


def damage(machine):
    good = machine.good
    for size in (0, 1, 99, 100, 512, 4096, len(good) // 2, len(good) - 1):
        refused(machine, f"truncated to {size}", write(good[:size]), "state.db", "damaged")
    refused(machine, "garbage", write(random.Random(1).randbytes(len(good))), "state.db")
    refused(machine, "text", write(b"#!/bin/sh\nexit 0\n" * 300), "state.db")
    refused(machine, "zeroes", write(bytes(len(good))), "state.db")
    refused(machine, "garbage in the middle",
            write(good[:4096] + random.Random(2).randbytes(4096) + good[8192:]), "damaged")
    refused(machine, "of another program", other_program, "another program")
    refused(machine, "newer", pragma("PRAGMA user_version = 99"), "99")
    refused(machine, "without a table", pragma("DROP TABLE planned"), "damaged")


def places(machine):
    refused(machine, "a directory", replace_by(lambda file: file.mkdir()), "state.db")
    refused(machine, "a pipe", replace_by(os.mkfifo), "state.db")
    refused(machine, "a link", replace_by(lambda file: file.symlink_to("/etc/hostname")),
            "state.db")
    refused(machine, "writable for everybody", lambda file: file.chmod(0o666), "state.db")
    with case(machine, "the state directory is a file"):
        shutil.rmtree(machine.state)
        machine.state.write_text("not a directory")
        clear(machine.apply(1, NEW), str(machine.state))
        expect(machine.instances() == OLD, "the GPU was changed")
        machine.state.unlink()
    if os.geteuid() != 0:
        print("SKIPPED: wrong owners take root")
        return
    refused(machine, "of another user", lambda file: os.chown(file, 12345, 12345), "12345")
    with case(machine, "not ours to write"):
        done = machine.apply(7, NEW, user=65534)
        clear(done, str(machine.state))
        expect(machine.instances() == OLD, "the GPU was changed")
        expect(machine.file.read_bytes() == machine.good, "the file was changed")


def flipped_bits(machine):
    """Whatever bit is wrong: an exit status of ours, and the GPU old or new."""
    chance = random.Random(20261128)
    for _ in range(FLIPS):
        at, bit = chance.randrange(len(machine.good)), chance.randrange(8)
        with case(machine, f"byte {at}, bit {bit}"):
            spoilt = bytearray(machine.good)
            spoilt[at] ^= 1 << bit
            machine.file.write_bytes(spoilt)
            listed = machine.run("log")
            done = machine.apply(None, NEW)
            repaired = machine.run("repair")
            for each in (listed, done, repaired):
                expect(each.returncode in (0, 1, 7, 8, 9), f"{each.returncode}: {each.stderr}")
                expect("Sanitizer" not in each.stderr, each.stderr)
            expect(machine.instances() == (NEW if done.returncode == 0 else OLD),
                   f"status {done.returncode}, but the GPU has {machine.instances()}")


def full_disk(machine):
    """With so many bytes free: the change is made, or refused, or taken back; and with space again
    everything goes on, with the history from before."""
    if os.geteuid() != 0:
        print("SKIPPED: small disks take root")
        return
    size = 256 * 1024
    outcomes = {}
    for free in (0, 4096, 8192, 12288, 20480, 28672, 40960, 65536):
        with case(machine, f"{free} bytes free"), small_disk(machine, size) as disk:
            shutil.copy(machine.file, disk / "state.db")
            filler = disk / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as stream:
                while True:
                    stream.write(bytes(4096))
            os.truncate(filler, max(0, filler.stat().st_size - free))
            done = machine.apply(None, NEW, state=disk)
            outcomes[free] = done.returncode
            expect(done.returncode in (0, 1, 9), f"status {done.returncode}: {done.stderr}")
            expect(machine.instances() == (NEW if done.returncode == 0 else OLD),
                   f"status {done.returncode}, but the GPU has {machine.instances()}")
            if done.returncode != 0:
                clear(done, "o space")  # "No space left on device", or in SQLite's words.
            filler.unlink()
            repaired = machine.run("repair", state=disk)
            expect(repaired.returncode == 0, f"repair: {repaired.stderr}")
            expect(machine.apply(None, NEW, state=disk).returncode == 0, "no change afterwards")
            listed = machine.run("log", "-o", "json", state=disk).stdout
            expect(listed.count('"rolled-back"') <= 1 and '"done"' in listed, listed)
    expect(any(outcomes.values()) and not all(outcomes.values()),
           f"no full disk was met, or always: {outcomes}")


@contextlib.contextmanager
def small_disk(machine, size):
    disk = machine.state.parent / "disk"
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", disk],
                   check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


def read_only_disk(machine):
    if os.geteuid() != 0:
        return
    with case(machine, "a read-only disk"), small_disk(machine, 1 << 20) as disk:
        shutil.copy(machine.file, disk / "state.db")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = machine.apply(7, NEW, state=disk)
        clear(done, str(disk))
        expect(machine.instances() == OLD, "the GPU was changed")
        expect(machine.run("log", state=disk).returncode == 0, "log only reads")


def main():
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=memory) as work:
        os.chmod(work, 0o755)
        machine = Machine(work)
        damage(machine)
        places(machine)
        flipped_bits(machine)
        full_disk(machine)
        read_only_disk(machine)
    print(f"{cases} conditions of the state file")
    finish()


if __name__ == "__main__":
    if os.geteuid() == 0 and "SECTILE_IN_NAMESPACE" not in os.environ:
        # Mounts of ours are nobody else's.
        os.environ["SECTILE_IN_NAMESPACE"] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    main()
