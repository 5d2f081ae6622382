#!/usr/bin/env python3
"""sectile who, apply --wait and apply --evict on emulated GPUs with real processes."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

from support import SECTILE, expect, finish, run

NODE = """apiVersion: sectile/v1
kind: EmulatedNode
gpus:
  - model: h100-80gb-sxm5
    layout: 3g.40gb@4 2g.20gb@0
    processes:
      - {on: 3g.40gb@4, command: python train.py, memory: 9GiB}
      - {on: 2g.20gb@0, command: python infer.py, memory: 1GiB}
      - {command: nv-hostengine -n, listed: false}
  - model: h100-80gb-sxm5
    layout: 1g.10gb@0 1g.10gb@1
    processes:
      - {on: 1g.10gb@1, command: leaky --handle, listed: false}
"""
MOVE_ONE = ["apply", "--layout", "2g.20gb@0 1g.10gb@4", "--gpu-index", "0"]  # 3g.40gb@4 must go.


class Machine:
    """An emulated machine with its processes, for as long as it is open."""

    def __init__(self, text=NODE):
        self.directory = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.directory.name)
        (root / "node.yaml").write_text(text)
        # The environment comes from inside, so that commands can run beside the machine's own.
        self.process = subprocess.Popen(
            [SECTILE, "emulate", "-f", root / "node.yaml", "--state", root / "state", "--", "sh", "-c",
             "env -0 && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        entries = b""
        while b"SECTILE_SYSROOT=" not in entries or not entries.endswith(b"\0"):
            entries += os.read(self.process.stdout.fileno(), 65536)
        self.environment = dict(
            entry.split("=", 1) for entry in entries.decode().split("\0") if "=" in entry)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.directory.cleanup()

    def run(self, status, *arguments):
        done = run(*arguments, environment=self.environment)
        expect(done.returncode == status, f"{arguments}: status {done.returncode}, not {status}\n"
                                          f"{done.stdout}{done.stderr}")
        return done

    def start(self, *arguments):
        return subprocess.Popen([SECTILE, *arguments], env={**os.environ, **self.environment},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def holders(self, *arguments):
        return json.loads(self.run(0, "who", "-o", "json", *arguments).stdout)["holders"]

    def pid(self, command):
        return next(h["pid"] for h in self.holders() if h["command"] == command)

    def layout(self, gpu=0):
        return json.loads(self.run(0, "show", "-o", "json").stdout)["gpus"][gpu]["layout"]


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


with Machine() as machine:
    # Everybody, each with what is held and what that blocks.
    holders = {h["command"]: h for h in machine.holders()}
    expect(set(holders) == {"python train.py", "python infer.py", "nv-hostengine -n",
                            "leaky --handle"}, f"holders: {list(holders)}")
    held = holders["python train.py"]["holds"]
    expect({"process", "instance-file", "device-file", "control-file"} == {h["kind"] for h in held},
           f"train.py holds {held}")
    expect(any(h["instance"] == "3g.40gb@4" and h["memory_mib"] == 9216 and "destroy" in h["blocks"]
               for h in held), f"train.py holds {held}")
    dcgm = holders["nv-hostengine -n"]
    expect(dcgm["client"] == "DCGM host engine" and dcgm["system"], f"dcgm: {dcgm}")
    expect(all("destroy" not in h["blocks"] for h in dcgm["holds"]), f"dcgm: {dcgm['holds']}")
    # NVML names nobody here, and the driver refuses all the same.
    leak = holders["leaky --handle"]["holds"]
    expect({h["instance"] for h in leak if h["kind"] == "instance-file"} == {"1g.10gb@1"},
           f"leaky holds {leak}")

    # By index, UUID and MIG device.
    shown = json.loads(machine.run(0, "show", "-o", "json").stdout)["gpus"]
    mig = shown[0]["instances"][1]["compute_instances"][0]["uuid"]
    for subject, expected in [("0", 3), (shown[0]["uuid"], 3), ("1", 1), (mig, 1)]:
        expect(len(machine.holders(subject)) == expected, f"who {subject}")
    machine.run(2, "who", "9")

    # The refusal names user, command and what to type.
    refused = machine.run(4, *MOVE_ONE, "--yes").stderr
    train = holders["python train.py"]["pid"]
    expect(f"pid {train}" in refused and "python train.py" in refused and "to free it: " in refused
           and "--evict" in refused, refused)
    expect("infer.py" not in refused, f"infer.py is in nobody's way: {refused}")
    refused = machine.run(4, "apply", "--layout", "1g.10gb@0", "--gpu-index", "1", "--yes").stderr
    expect("leaky --handle" in refused, f"a handle that leaked: {refused}")

    # Waiting ends with those who are left, and nothing changed.
    before = time.monotonic()
    refused = machine.run(4, *MOVE_ONE, "--yes", "--wait", "1s").stderr
    expect(1 <= time.monotonic() - before < 20, "--wait 1s")
    expect("waiting for a process, 1s left" in refused and f"pid {train}" in refused, refused)
    expect(machine.layout() == "3g.40gb@4 2g.20gb@0", machine.layout())
    machine.run(2, *MOVE_ONE, "--yes", "--wait", "30")
    machine.run(2, *MOVE_ONE, "--yes", "--grace", "1s")

    # Waiting goes on as soon as the last one has ended.
    waiting = machine.start(*MOVE_ONE, "--yes", "--wait", "5m")
    expect("waiting for" in waiting.stderr.readline(), "apply --wait says that it waits")
    os.kill(train, signal.SIGKILL)
    waiting.communicate(timeout=60)
    expect(waiting.returncode == 0, f"apply --wait: status {waiting.returncode}")
    expect(machine.layout() == "2g.20gb@0 1g.10gb@4", machine.layout())
    expect(alive(holders["python infer.py"]["pid"]), "infer.py was in nobody's way")

with Machine() as machine:
    pids = {h["command"]: h["pid"] for h in machine.holders()}
    # Looking ends nobody, and without a terminal --yes must be said.
    said = machine.run(0, *MOVE_ONE, "--evict", "--dry-run").stderr
    expect(f"end pid {pids['python train.py']}" in said and "infer.py" not in said, said)
    machine.run(2, *MOVE_ONE, "--evict")
    expect(all(map(alive, pids.values())), "nobody was to be ended yet")
    # Only those in the way end.
    machine.run(0, *MOVE_ONE, "--evict", "--yes", "--grace", "5s")
    expect(machine.layout() == "2g.20gb@0 1g.10gb@4", machine.layout())
    expect(not alive(pids.pop("python train.py")), "train.py was to end")
    expect(all(map(alive, pids.values())), "others were not to end")

# Two programs that set layouts would undo each other's work.
with Machine() as machine:
    owner = subprocess.Popen(["bash", "-c", "exec -a /usr/bin/gpu-kubelet-plugin sleep 600"])
    try:
        while "gpu-kubelet-plugin" not in pathlib.Path(f"/proc/{owner.pid}/cmdline").read_text():
            time.sleep(0.01)
        change = ["apply", "--layout", "3g.40gb@4", "--gpu-index", "1", "--evict", "--yes"]
        refused = machine.run(4, *change).stderr
        expect("DRA driver" in refused and f"pid {owner.pid}" in refused, refused)
        expect(machine.layout(1) == "1g.10gb@0 1g.10gb@1", machine.layout(1))
        machine.run(0, *change, "--take-over")
        expect(machine.layout(1) == "3g.40gb@4", machine.layout(1))
    finally:
        owner.kill()
        owner.wait()

# The driver says "in use" and not by whom: a monitor that runs nothing keeps the mode as it is.
with Machine("apiVersion: sectile/v1\nkind: EmulatedNode\ngpus:\n  - model: h100-80gb-sxm5\n"
             "    processes: [{command: nv-hostengine -n, listed: false}]\n") as machine:
    refused = machine.run(4, "apply", "--layout", "3g.40gb@4", "--gpu-index", "0", "--yes").stderr
    expect("nv-hostengine" in refused and "to free it: " in refused, refused)

# What serves the machine is never ended: it is named with its way, and nobody else ends either.
with Machine(NODE.replace("python infer.py", "/usr/bin/nv-hostengine --other")) as machine:
    pids = [h["pid"] for h in machine.holders()]
    refused = machine.run(4, "apply", "--layout", "empty", "--gpu-index", "0", "--evict",
                          "--yes").stderr
    expect("serves the machine" in refused, refused)
    expect(all(map(alive, pids)), "nobody was to be ended")

# 8 GPUs, 56 instances, hundreds of processes: at most two seconds.
with Machine("apiVersion: sectile/v1\nkind: EmulatedNode\ngpus:\n" + "".join(
        "  - model: h100-80gb-sxm5\n    layout: " + " ".join(f"1g.10gb@{i}" for i in range(7)) +
        "\n    processes:\n" + "".join(f"      - {{on: 1g.10gb@{i}, command: job {gpu} {i}}}\n"
                                       for i in range(7)) for gpu in range(8))) as machine:
    others = [subprocess.Popen(["sleep", "600"]) for _ in range(300)]
    try:
        before = time.monotonic()
        found = machine.holders()
        spent = time.monotonic() - before
    finally:
        for other in others:
            other.kill()
            other.wait()
    expect(len(found) == 56, f"{len(found)} holders of 56")
    print(f"who: 8 GPUs, 56 instances, 300 more processes: {spent:.2f} s")
    # Sanitizers and a loaded machine take their share of what is well below a second.
    expect(spent < float(os.environ.get("SECTILE_WHO_SECONDS", "10")), f"who took {spent:.2f} s")
finish()
