#!/usr/bin/env python3
"""The program beside drivers that hang or crash, and when it is interrupted."""
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from support import ROOT, SECTILE, expect, finish  # noqa: E402

CRASHING = sys.argv[3]
CONFIG = ROOT / "tests/golden/config.yaml"
OLD = "3g.40gb@4"


class Machine:
    """An emulated machine with one H100 that has the layout OLD and a driver with these faults."""

    def __init__(self, directory, name, faults):
        node = pathlib.Path(directory, name + ".yaml")
        node.write_text("apiVersion: sectile/v1\nkind: EmulatedNode\ngpus:\n"
                        f"  - {{model: h100-80gb-sxm5, layout: {OLD}}}\n"
                        f"faults: {faults!r}\n")
        state = pathlib.Path(directory, name)
        # To begin with the driver is asked some things: faults count from here on.
        shown = subprocess.run([SECTILE, "emulate", "-f", node, "--state", state, "--", "env"],
                               capture_output=True, text=True, check=True).stdout
        self.environment = {
            **os.environ, "LC_ALL": "C.UTF-8",
            **dict(line.split("=", 1) for line in shown.splitlines() if line.startswith("SECTILE_"))}

    def start(self, *arguments, **environment):
        return subprocess.Popen([SECTILE, *arguments], text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**self.environment, **environment})

    def run(self, status, *arguments, **environment):
        process = self.start(*arguments, **environment)
        out, error = process.communicate(timeout=300)
        expect(process.returncode == status,
               f"sectile {' '.join(map(str, arguments))}: status {process.returncode}, "
               f"not {status}\n{out}{error}")
        return out, error

    def layout(self):
        return self.run(0, "export", "-o", "json")[0]


def says(text, *words):
    for word in words:
        expect(word in text, f"'{word}' is not in: {text}")


def reads(directory):
    """Whatever a verb reads may hang: no verb does."""
    machine = Machine(directory, "reads", ["call=nvmlDeviceGetMigMode hang"])
    layout = ["--layout", "2g.20gb@0", "--gpu-index", "0"]
    for verb in (["show"], ["export"], ["plan", "--want", "1x1g.10gb"],
                 ["diff", "-f", CONFIG, "-c", "teaching"],
                 ["assert", "-f", CONFIG, "-c", "teaching"], ["apply", *layout, "--yes"]):
        out, error = machine.run(6, *verb, "--driver-timeout", "1s")
        expect(not out, f"{verb[0]} answered: {out}")
        says(error, "nvmlDeviceGetMigMode on gpu 0 (GPU-", "did not return within 1s",
             "nothing was changed", "--driver-timeout")
    machine.run(6, "show", SECTILE_DRIVER_TIMEOUT="1s")
    for wrong in ("0s", "x", "5", "-1s"):
        says(machine.run(2, "show", "--driver-timeout", wrong)[1], "driver-timeout")
        machine.run(2, "show", SECTILE_DRIVER_TIMEOUT=wrong)


NEW = ["apply", "--layout", "7g.80gb@0", "--gpu-index", "0", "--yes", "--driver-timeout", "1s"]


def changes(directory):
    """A step that hangs: the call is named, and what was begun is taken back in a new process."""
    destroy = Machine(directory, "destroy", ["call=nvmlGpuInstanceDestroy hang"])
    before = destroy.layout()
    _, error = destroy.run(9, *NEW)
    says(error, "nvmlGpuInstanceDestroy on gpu 0 (GPU-", "did not return within 1s", "taken-back")
    expect(destroy.layout() == before, "the old layout is not back after a hang in destroy")
    create = Machine(directory, "create",
                     ["call=nvmlDeviceCreateGpuInstanceWithPlacement occurrence=1 hang"])
    says(create.run(9, *NEW)[1], "nvmlDeviceCreateGpuInstanceWithPlacement on gpu 0 (GPU-")
    expect(create.layout() == before, "the old layout is not back after a hang in create")
    # Where the way back hangs too, that is said, and nothing pretends to be well.
    never = Machine(directory, "never", ["call=nvmlDeviceCreateGpuInstanceWithPlacement hang"])
    says(never.run(8, *NEW)[1], "sectile repair did not come to an end",
         "nvmlDeviceCreateGpuInstanceWithPlacement", "next: sectile repair")
    says(never.run(8, *NEW)[1], "repair")  # The next change waits for the repair.


def worker_of(process):
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return int(children.read_text().split()[0])


def killed(directory):
    """The process for the driver is killed, or the program itself: neither leaves a mixture."""
    slow = ["call=nvmlDeviceCreateGpuInstanceWithPlacement delay=800ms"]
    for victim in ("worker", "program"):
        machine = Machine(directory, victim, slow)
        before = machine.layout()
        process = machine.start("apply", "--layout", "1g.10gb@0 1g.10gb@1 1g.10gb@2",
                                "--gpu-index", "0", "--yes")
        line = ""
        while "create 1g.10gb@0" not in line:
            line = process.stderr.readline()
        worker = worker_of(process)
        os.kill(worker if victim == "worker" else process.pid, signal.SIGKILL)
        _, error = process.communicate(timeout=300)
        if victim == "worker":
            expect(process.returncode == 9, f"worker: status {process.returncode}\n{error}")
            says(error, "signal 9", "taken-back")
        else:
            says(machine.run(0, "repair")[0], "change 1")
        expect(machine.layout() == before, f"{victim}: the old layout is not back")
        says(machine.run(0, "repair")[0], "nothing to repair")


def crashes(directory):
    """A crash in the driver's library is no crash of the program."""
    machine = Machine(directory, "crashes", [])
    _, error = machine.run(6, "show", "--nvml", CRASHING, ASAN_OPTIONS="handle_segv=0")
    says(error, "crashed in nvmlDeviceGetCount_v2", "signal 11", "nothing was changed")


def interrupted(directory):
    """A change that is interrupted takes itself back; anything else just ends."""
    machine = Machine(directory, "interrupted",
                      ["call=nvmlDeviceCreateGpuInstanceWithPlacement delay=800ms"])
    before = machine.layout()
    arguments = ["apply", "--layout", "1g.10gb@0 1g.10gb@1 1g.10gb@2 1g.10gb@3 3g.40gb@4",
                 "--gpu-index", "0", "--yes"]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = machine.start(*arguments)
        line = ""
        while "create compute instance 1g.10gb@0" not in line:  # One step is done.
            line = process.stderr.readline()
        process.send_signal(number)
        out, error = process.communicate(timeout=300)
        expect(process.returncode == 9, f"{number}: status {process.returncode}\n{error}")
        says(error, f"signal {int(number)}, ", "the change is taken back", "the old layout is back")
        expect(machine.layout() == before, f"{number}: the old layout is not back")
    hanging = Machine(directory, "hanging", ["call=nvmlDeviceGetCount_v2 occurrence=2 hang"])
    process = hanging.start("show")
    process.send_signal(signal.SIGINT) if process.poll() is None else None
    process.communicate(timeout=300)
    expect(process.returncode == -signal.SIGINT, f"show: {process.returncode}")


def on_a_terminal(directory):
    """People see what is waited for; the line is gone afterwards."""
    machine = Machine(directory, "terminal", ["call=nvmlDeviceGetMigMode hang"])
    leader, follower = pty.openpty()
    process = subprocess.Popen([SECTILE, "show", "--driver-timeout", "4s"], stdin=follower,
                               stdout=follower, stderr=follower, env=machine.environment)
    os.close(follower)
    said = b""
    while True:
        try:
            some = os.read(leader, 4096)
        except OSError:  # The other end is closed.
            break
        if not some:
            break
        said += some
    os.close(leader)
    expect(process.wait(timeout=300) == 6, f"on a terminal: {process.returncode}")
    text = said.decode()
    says(text, "waiting for nvmlDeviceGetMigMode on gpu 0 (GPU-")
    last = text.rfind("waiting for")
    expect("\r\x1b[K" in text[last:], f"the line stays: {text!r}")


with tempfile.TemporaryDirectory() as temporary:
    for test in (reads, changes, killed, crashes, interrupted, on_a_terminal):
        test(temporary)
finish()
