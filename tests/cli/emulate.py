#!/usr/bin/env python3
"""sectile emulate from outside: the whole way from a file to GPUs and back, and its own manners."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile

from support import ROOT, SECTILE, expect, expect_status, finish, run

CONFIG = ROOT / "tests/golden/config.yaml"

# The way of mig-parted's users, in one line.
done = expect_status(0, "emulate", "8xh100-80gb-sxm5", "--", "sh", "-c",
                     f"sectile apply -f {CONFIG} -c teaching --yes && "
                     f"sectile assert -f {CONFIG} -c teaching && sectile export -o mig-parted")
expect("1g.10gb: 7" in done.stdout.replace('"', ""), f"export: {done.stdout}")

with tempfile.TemporaryDirectory() as directory:
    temporary = {"TMPDIR": directory}
    # What is temporary is gone afterwards, whatever the command did.
    expect_status(0, "emulate", "a30", "--", "true", environment=temporary)
    expect_status(3, "emulate", "a30", "--", "sh", "-c", "exit 3", environment=temporary)
    process = subprocess.Popen([SECTILE, "emulate", "a30", "--", "sh", "-c", "echo up; exec sleep 60"],
                               env={**os.environ, **temporary}, stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    expect(process.wait(timeout=60) == 128 + signal.SIGTERM, f"SIGTERM: {process.returncode}")
    expect(not os.listdir(directory), f"left behind: {os.listdir(directory)}")

    # What is kept is kept; another machine in the same place is refused.
    state = os.path.join(directory, "state")
    expect_status(0, "emulate", "2xa30", "--state", state, "--", "true")
    done = expect_status(0, "emulate", "--state", state, "--", "nvidia-smi", "-L")
    expect(done.stdout.count("NVIDIA A30") == 2, f"nvidia-smi -L: {done.stdout}")
    expect_status(0, "emulate", "2xa30", "--state", state, "--", "true")
    expect_status(2, "emulate", "3xa30", "--state", state, "--", "true")
    expect_status(2, "emulate", "--state", os.path.join(directory, "none"), "--", "true")

    # Faults are those of the command: what an earlier one broke works again.
    with tempfile.NamedTemporaryFile("w", suffix=".faults") as file:
        file.write("call=nvmlDeviceGetCount_v2 return=UNKNOWN persistent\n")
        file.flush()
        emulated = ["emulate", "--state", state]
        expect_status(1, *emulated, "--faults", file.name, "--", "sectile", "show")
    expect_status(0, *emulated, "--", "sectile", "show")

    # A plan goes through a pipe, and gives back what it says.
    def on(status, script):
        return expect_status(status, "emulate", "--state", state, "--", "sh", "-c", script,
                             directory=directory)

    on(0, "sectile plan --want 3x2g.12gb -o json > plan.json && "
          "sectile apply -f - --yes --reset < plan.json && sectile assert -f plan.json")
    shown = json.loads(on(0, "sectile show -o json").stdout)
    expect(shown["schema"] == "sectile/show/v1", f"schema {shown['schema']}")
    instances = [i["profile"] for gpu in shown["gpus"] for i in gpu["instances"]]
    expect(instances == ["2g.12gb"] * 3, f"instances: {instances}")

    # What export writes, apply brings back.
    on(0, "sectile export > saved.yaml && sectile apply --layout empty --gpu-index all --yes && "
          "sectile apply -f saved.yaml --yes && sectile assert -f saved.yaml")

    # The environment that clients need.
    names = ["SECTILE_EMULATOR_STATE", "SECTILE_SYSROOT", "SECTILE_STATE_DIR", "SECTILE_NVML"]
    done = on(0, " && ".join(f'test -n "${name}" && echo "${name}"' for name in names))
    for value in done.stdout.split():
        expect(value.startswith(state) or value.endswith(".so.1"), f"environment: {value}")
    on(0, "test -e $SECTILE_SYSROOT/proc/driver/nvidia-caps/mig-minors")

    # nvidia-smi: what it does not know it says.
    done = on(2, "nvidia-smi")
    expect("-L or -r" in done.stderr, f"nvidia-smi: {done.stderr}")
    on(2, "nvidia-smi -q")
    on(2, "nvidia-smi -r -i 7")
    on(0, "nvidia-smi -r -i 0,1")

    # The services of the machine around it are left alone, and are not even asked about.
    around = pathlib.Path(directory, "around")
    around.mkdir()
    (around / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{around}/log\nexit 1\n')
    (around / "systemctl").chmod(0o755)

    def surrounded(status, script):
        return expect_status(status, "emulate", "--state", state, "--", "sh", "-c", script,
                             environment={"PATH": f"{around}:{os.environ['PATH']}"})

    change = "sectile apply --gpu-index 0 --layout 4g.24gb@0"
    surrounded(0, f"{change} --dry-run && {change} --dry-run --stop-clients")
    surrounded(0, f"{change} --yes --stop-clients --stop-service kubelet.service")
    surrounded(1, "systemctl stop kubelet.service")
    expect(not (around / "log").exists(), "an emulated machine used systemctl of the one around it")
finish()
