#!/usr/bin/env python3
"""What people are told about the MIG mode, by architecture and place."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from support import SECTILE, expect, finish  # noqa: E402


def on(directory, name, gpus, status, script):
    """Runs the script on an emulated machine; keeps the machine for the next script."""
    node = pathlib.Path(directory, name + ".yaml")
    node.write_text("apiVersion: sectile/v1\nkind: EmulatedNode\ngpus:\n" + gpus)
    done = subprocess.run(
        [SECTILE, "emulate", "-f", node, "--state", pathlib.Path(directory, name), "--", "sh", "-c",
         script], capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    expect(done.returncode == status, f"{name}: {script}: status {done.returncode}, not {status}\n"
           f"{done.stdout}{done.stderr}")
    return done


def says(text, *words):
    for word in words:
        expect(word in text, f"'{word}' is not in: {text}")


APPLY = "sectile apply --layout '1g.10gb@0' --gpu-index 0 --yes"
with tempfile.TemporaryDirectory() as directory:
    # In a virtual machine an A100 takes the mode at the next reboot, and says so everywhere.
    guest = "  - {model: a100-80gb, place: passthrough}\n"
    said = on(directory, "guest", guest, 6, APPLY).stderr
    says(said, "stays pending until this virtual machine is rebooted")
    shown = on(directory, "guest", guest, 0, "sectile show; sectile show -o json >&2")
    says(shown.stdout, "MIG is off now and goes on when this virtual machine is rebooted")
    gpu = json.loads(shown.stderr)["gpus"][0]
    expect((gpu["mig"], gpu["mig_pending"], gpu["virtualization"], gpu["mig_commit"]) ==
           ("off", "on", "passthrough", "reboot"), f"JSON: {gpu}")
    # A reset that the host refuses is no success, and nothing is created on a GPU without MIG.
    said = on(directory, "guest2", guest, 1, APPLY + " --reset").stderr
    says(said, "cannot be reset from within a virtual machine")
    # --skip-reset leaves it pending, as mig-parted does.
    on(directory, "guest3", guest, 0, APPLY + " --skip-reset")

    # A virtual GPU is its host's.
    vgpu = "  - {model: h100-80gb-sxm5, place: vgpu}\n"
    says(on(directory, "vgpu", vgpu, 2, APPLY).stderr, "its host decides")
    says(on(directory, "vgpu", vgpu, 0, "sectile show").stdout, "is a virtual GPU")
    says(on(directory, "vgpu", vgpu, 6, "sectile plan --want 1x1g.10gb").stderr, "its host decides")

    # A reset on a board with NVLink names whom it reaches; only the GPU that needs it is reset.
    board = "  - {model: a100-80gb, count: 3}\n"
    said = on(directory, "board", board, 0, APPLY + " --reset").stderr
    says(said, "gpu 0 is reset", "no other GPU is", "over NVLink with gpu 1, 2")

    # Hopper forgets.
    said = on(directory, "hopper", "  - {model: h100-80gb-sxm5}\n", 0, APPLY).stderr
    says(said, "the MIG mode of gpu 0 is lost when the driver is reloaded")
    # MIG on and nothing in it is flagged.
    empty = "  - {model: h100-80gb-sxm5, mig: true}\n"
    says(on(directory, "empty", empty, 0, "sectile show").stdout, "MIG is on without an instance")
finish()
