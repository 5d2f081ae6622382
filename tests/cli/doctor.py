#!/usr/bin/env python3
"""sectile doctor on emulated GPUs, well and not, and on a machine without a driver."""
import json
import pathlib
import tempfile

from support import expect, expect_status, finish, run


def examine(node, script="", status=0):
    """What doctor finds on the machine after the script, by check."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "node.yaml"
        path.write_text("apiVersion: sectile/v1\nkind: EmulatedNode\n" + node)
        done = expect_status(status, "emulate", "-f", path, "--", "sh", "-c",
                             f"{script}\nsectile doctor -o json")
    document = json.loads(done.stdout)
    expect(document["schema"] == "sectile/doctor/v1", f"schema {document['schema']}")
    found = {}
    for finding in document["findings"]:
        found.setdefault(finding["check"], []).append(finding)
        expect((finding["verdict"] == "ok") == (finding["fix"] == ""), f"a fix or none: {finding}")
    return found


def verdicts(found, check):
    return [finding["verdict"] for finding in found[check]]


WELL = "gpus:\n  - {model: h100-80gb-sxm5, layout: 3g.40gb@4 2g.20gb@0}\n"
found = examine(WELL)
for check in ("driver", "mode", "instances", "display", "owner", "cdi"):
    expect(verdicts(found, check) == ["ok"], f"a machine that is well: {found[check]}")

found = examine("driver: 535\ngpus: [{model: b200-180gb, mig: true}]\n", status=1)
expect(verdicts(found, "driver") == ["fail"], f"driver: {found['driver']}")
expect(verdicts(found, "instances") == ["warn"], f"instances: {found['instances']}")

# A mode that waits for a reset, as somebody left it.
found = examine("gpus:\n  - model: a100-80gb-sxm4\n    processes: [{command: nv-hostengine -n, listed: false}]\n",
                "sectile apply --layout 7g.80gb --gpu-index 0 --yes 2>/dev/null", status=1)
expect(verdicts(found, "mode") == ["fail"], f"mode: {found['mode']}")

# A CDI specification that was right before the layout changed.
found = examine(WELL, """
mkdir -p $SECTILE_SYSROOT/etc/cdi
{ echo 'kind: nvidia.com/gpu'; sectile show -o json | grep -o 'MIG-[0-9a-f-]*'
  find $SECTILE_SYSROOT/dev/nvidia-caps -name 'nvidia-cap*' -printf '/dev/nvidia-caps/%f\\n'
} > $SECTILE_SYSROOT/etc/cdi/nvidia.yaml""")
expect(verdicts(found, "cdi") == ["ok"], f"cdi: {found['cdi']}")
found = examine(WELL, """
mkdir -p $SECTILE_SYSROOT/etc/cdi
{ echo 'kind: nvidia.com/gpu'; sectile show -o json | grep -o 'MIG-[0-9a-f-]*'
} > $SECTILE_SYSROOT/etc/cdi/nvidia.yaml
sectile apply --layout 1g.10gb@0 --gpu-index 0 --yes --quiet >/dev/null""", status=1)
expect("fail" in verdicts(found, "cdi"), f"cdi: {found['cdi']}")

# What nobody sees in a list of processes.
found = examine(WELL, """
echo 'nvidia_drm 77824 4 - Live 0x0' >> $SECTILE_SYSROOT/proc/modules
mkdir -p $SECTILE_SYSROOT/sys/module/nvidia_drm/parameters
echo Y > $SECTILE_SYSROOT/sys/module/nvidia_drm/parameters/modeset""")
expect(verdicts(found, "display") == ["warn"], f"display: {found['display']}")

# Without a driver, without a GPU: that is said, and it is no failure of ours.
with tempfile.TemporaryDirectory() as directory:
    nothing = {"SECTILE_NVML": "/nonexistent", "SECTILE_SYSROOT": directory}
    done = run("doctor", environment=nothing)
    expect(done.returncode == 6 and "fail" in done.stdout and "no GPU" in done.stdout,
           f"no GPU: {done.returncode} {done.stdout}{done.stderr}")
    device = pathlib.Path(directory) / "sys/bus/pci/devices/0000:07:00.0"
    device.mkdir(parents=True)
    (device / "vendor").write_text("0x10de\n")
    (device / "class").write_text("0x030200\n")
    done = run("doctor", environment=nothing)
    expect(done.returncode == 1 and "modprobe nvidia" in done.stdout,
           f"no driver: {done.returncode} {done.stdout}{done.stderr}")
finish()
