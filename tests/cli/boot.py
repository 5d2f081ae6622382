#!/usr/bin/env python3
"""The saved layout, from outside: saved, lost as at a restart of the machine, and restored."""
import json
import pathlib
import shutil
import tempfile
import time

from support import Machine, expect, finish


def first_gpu(machine):
    return json.loads(machine.on(0, "sectile show -o json").stdout)["gpus"][0]["layout"]


with tempfile.TemporaryDirectory() as directory:
    here = pathlib.Path(directory)
    plain = "sectile apply --gpu-index 0 --yes --layout "
    hopper = Machine(here, "hopper", "2xh100-80gb-sxm5")
    on, layout = hopper.on, hopper.layout

    # Saved, lost as at a restart of the machine, and restored.
    on(0, "sectile restore --yes")  # Nothing is saved.
    on(0, plain + "'3g.40gb@4 2g.20gb@0[1c] 1g.10gb@3[]'")
    before = layout()
    done = on(0, "sectile save")
    expect("saved the layout of 2 GPUs" in done.stdout, f"save: {done.stdout}")
    expect("systemctl enable sectile-restore.service" in done.stderr, f"save: {done.stderr}")
    (here / "off.yaml").write_text("version: v1\nmig-configs:\n  off:\n    - devices: all\n"
                                   "      mig-enabled: false\n")
    on(0, "sectile apply -f off.yaml --yes")
    expect(layout() != before, "the layout is not lost")
    done = on(0, "sectile restore --dry-run")
    expect("3g.40gb@4" in done.stdout and layout() != before, f"restore --dry-run: {done.stdout}")
    on(2, "sectile restore")  # Nobody to ask.
    on(0, "sectile restore --yes")
    expect(layout() == before, "restore")
    expect("nothing differs" in on(0, "sectile restore --yes").stderr, "restore twice")
    on(0, "sectile save --show >saved.yaml && sectile diff -f saved.yaml")

    # A GPU that was saved is gone, as when it breaks: the other one is as it was all the same, and the
    # one that is missing is named. The first GPU of each of these machines is the same.
    left = Machine(here, "left", "h100-80gb-sxm5", {"OTHER": str(hopper.state / "sectile")})
    expect(first_gpu(left) != first_gpu(hopper), "the layout is there before it is restored")
    gpus = [gpu["uuid"] for gpu in json.loads(on(0, "sectile show -o json").stdout)["gpus"]]
    begin = time.monotonic()
    done = left.on(6, "SECTILE_STATE_DIR=$OTHER sectile restore --yes --timeout 1s")
    expect(time.monotonic() - begin < 30, "restore waited too long for a GPU")
    expect("waiting for 1 of the saved GPUs" in done.stderr, f"a GPU is awaited: {done.stderr}")
    expect(f"not there: {gpus[1]}" in done.stderr and gpus[0] not in done.stderr,
           f"a missing GPU: {done.stderr}")
    expect(first_gpu(left) == first_gpu(hopper), "the GPU that is left is not as saved")
    left.on(6, "SECTILE_STATE_DIR=$OTHER sectile restore --yes")  # Nothing differs, but one is missing.

    # Without a driver it waits, but not longer than it may.
    begin = time.monotonic()
    on(6, "sectile restore --yes --timeout 1s --nvml /no/such/library")
    expect(time.monotonic() - begin < 30, "restore waited too long")

    # A configuration instead of what there is.
    (here / "mixed.yaml").write_text("version: v1\nmig-configs:\n  a:\n    - devices: all\n"
                                     "      mig-enabled: true\n      mig-devices: {1g.10gb: 7}\n")
    on(0, "sectile save -f mixed.yaml -c a")
    expect(layout() == before, "save changed the GPUs")
    on(0, "sectile restore --yes && sectile assert -f mixed.yaml -c a")
    on(2, "sectile save -f mixed.yaml --show")
    on(0, "sectile save --forget")
    expect("nothing is saved" in on(0, "sectile restore --yes").stderr, "forgotten")

    # nvidia-mig-manager: not beside it, but in its place.
    managed = Machine(here, "managed", "h100-80gb-sxm5")
    on = managed.on
    on(2, "sectile save --from-mig-manager")
    system = managed.sysroot / "etc/systemd/system"
    (system / "nvidia-mig-manager.service.d").mkdir(parents=True)
    (system / "nvidia-mig-manager.service.d/override.conf").write_text(
        '[Service]\nEnvironment="MIG_PARTED_SELECTED_CONFIG=a"\n')
    (managed.sysroot / "etc/nvidia-mig-manager").mkdir()
    shutil.copy(here / "mixed.yaml", managed.sysroot / "etc/nvidia-mig-manager/config.yaml")
    link = system / "multi-user.target.wants/nvidia-mig-manager.service"
    link.parent.mkdir()
    link.symlink_to("/lib/systemd/system/nvidia-mig-manager.service")
    done = on(0, "sectile save --from-mig-manager")
    expect("disable --now nvidia-mig-manager.service" in done.stderr, f"save: {done.stderr}")
    done = on(1, "sectile restore --yes")
    expect("nvidia-mig-manager.service is enabled" in done.stderr, f"restore: {done.stderr}")
    link.unlink()
    on(0, "sectile restore --yes && sectile assert -f mixed.yaml -c a")

    # Ampere: a mode that is off comes on, and the instances with it.
    ampere = Machine(here, "ampere", "a100-40gb")
    on, layout = ampere.on, ampere.layout
    on(0, "sectile apply --gpu-index 0 --yes --reset --layout '3g.20gb@4' && sectile save")
    before = layout()
    on(0, "sectile apply -f off.yaml --yes --reset && sectile restore --yes --reset")
    expect(layout() == before, "restore on Ampere")

finish()
