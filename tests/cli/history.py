#!/usr/bin/env python3
"""log, undo and repair from outside: a change that is cut off, and state files that are not sound."""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time

from support import SECTILE, expect, expect_status, finish

OLD, NEW = "3g.40gb@4 2g.20gb@0", "7x1g.10gb"
# The third instance that is created never comes.
HANGS = "call=nvmlDeviceCreateGpuInstanceWithPlacement occurrence=3 hang\n"


class Machine:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.state = str(self.folder / "node")
        self.faults = self.folder / "faults"
        self.faults.write_text(HANGS)
        expect_status(0, "emulate", "h100-80gb-sxm5", "--state", self.state, "--", "true")

    def words(self, *arguments, first=()):
        return ["emulate", *first, "--state", self.state, "--", "sectile", *arguments]

    def sectile(self, *arguments, status=0):
        return expect_status(status, *self.words(*arguments))

    def apply(self, layout, status=0, *more):
        return self.sectile("apply", "--layout", layout, "--gpu-index", "0", "--yes", *more,
                            status=status)

    def layout(self):
        return json.loads(self.sectile("export", "-o", "json").stdout)["gpus"][0]["layout"]

    def log(self):
        return json.loads(self.sectile("log", "-o", "json").stdout)["changes"]

    def cut_off(self, layout):
        """Starts a change that comes to the call that hangs, and kills it there."""
        words = self.words("apply", "--layout", layout, "--gpu-index", "0", "--yes", "-q",
                           first=["--faults", self.faults])
        process = subprocess.Popen([SECTILE, *map(str, words)], start_new_session=True,
                                   env={**os.environ, "LC_ALL": "C.UTF-8"})
        # Looked at directly: another emulated session would take the fault away.
        path = pathlib.Path(self.state) / "sectile/state.db"
        begun = 0
        while begun < 3 and process.poll() is None:
            time.sleep(0.05)
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
            begun = connection.execute(
                "SELECT count(*) FROM step WHERE action = 'create-instance' AND change ="
                " (SELECT max(id) FROM change WHERE state = 'open')").fetchone()[0]
            connection.close()
        expect(begun == 3, f"the change came to creation {begun}")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


with tempfile.TemporaryDirectory() as folder:
    machine = Machine(folder)
    expect("nothing was changed yet" in machine.sectile("log").stderr, "log of nothing")
    expect("nothing to repair" in machine.sectile("repair").stdout, "repair of nothing")
    machine.sectile("undo", "--yes", status=2)
    machine.apply(OLD)

    # Cut off, nothing starts until it is repaired; and then the old layout is there.
    machine.cut_off(NEW)
    expect(machine.layout() not in (OLD, NEW), "it was cut off in the middle")
    said = machine.apply(NEW, status=8)
    expect("sectile repair" in said.stderr, f"the way out: {said.stderr}")
    looked = machine.sectile("repair", "--dry-run")
    expect("would be taken back" in looked.stdout, looked.stdout)
    expect(machine.layout() != OLD, "--dry-run changes nothing")
    repaired = json.loads(machine.sectile("repair", "-o", "json").stdout)
    expect(repaired["end"] == "taken-back" and repaired["steps"] > 0, f"repair: {repaired}")
    expect(machine.layout() == OLD, f"after repair: {machine.layout()}")
    expect(not json.loads(machine.sectile("repair", "-o", "json").stdout)["found"], "repair twice")
    expect(machine.log()[0]["state"] == "taken-back", f"log: {machine.log()[0]['state']}")

    # What was done is taken back, and that too.
    machine.apply(NEW)
    new = machine.layout()
    machine.sectile("undo", "--yes")
    expect(machine.layout() == OLD, f"after undo: {machine.layout()}")
    machine.sectile("undo", "--yes")
    expect(machine.layout() == new, f"after undo of undo: {machine.layout()}")
    states = [(change["kind"], change["state"]) for change in machine.log()]
    expect(states == [("undo", "done"), ("undo", "done"), ("apply", "done"),
                      ("apply", "taken-back"), ("apply", "done")], f"log: {states}")
    table = machine.sectile("log").stdout
    expect(max(map(len, table.splitlines())) <= 80, f"more than 80 columns:\n{table}")

    # A file that is not sound is refused before anything is touched, and left as it is.
    path = pathlib.Path(machine.state) / "sectile/state.db"
    whole = path.read_bytes()

    def refused(content, status, why):
        path.write_bytes(content)
        for done in (machine.apply(OLD, status=status), machine.sectile("log", status=status),
                     machine.sectile("repair", status=status)):
            expect(why in done.stderr, f"expected {why}: {done.stderr}")
        expect(path.read_bytes() == content, f"{why}: the file was changed")
        expect(machine.layout() == new, f"{why}: the GPU was changed")

    refused(b"", 1, "is damaged")
    refused(whole[:len(whole) // 2], 1, "is damaged")
    refused(b"garbage " * 2000, 1, "is damaged")
    path.write_bytes(whole)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    refused(path.read_bytes(), 1, "has schema 99")
    path.write_bytes(whole)
    os.chmod(path, 0o666)
    refused(whole, 7, "everybody may write")
    os.chmod(path, 0o644)
    expect(len(machine.log()) == 5, "nothing was lost")

finish()
