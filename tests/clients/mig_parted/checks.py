"""mig-parted and Sectile on one emulated node: each asserts what the other applied.

Runs inside `sectile emulate`, in a mount namespace of its own, where the emulator's sysroot stands for
the machine's /proc/modules and PCI devices. Usage: checks.py SECTILE MIG_PARTED SPEC
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

import sysroot

SECTILE, MIG_PARTED, SPEC = sys.argv[1:4]
MODEL = SPEC.split("x", 1)[1]
WORK = pathlib.Path(tempfile.mkdtemp())


def call(*words, expect=0):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300)
    if done.returncode != expect:
        sys.exit(f"{' '.join(map(str, words))}: exit {done.returncode}, not {expect}\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout


def mig_parted(*words, expect=0):
    return call(MIG_PARTED, *words, expect=expect)


def sectile(*words, expect=0):
    return call(SECTILE, *words, expect=expect)


def gpus():
    return json.loads(sectile("show", "-o", "json"))["gpus"]


def devices_by_gpu(exported):
    """{GPU index: {profile: count}} of an exported configuration; None where MIG is off."""
    (specs,) = yaml.safe_load(exported)["mig-configs"].values()
    found = {}
    for spec in specs:
        indices = range(len(gpus())) if spec["devices"] == "all" else spec["devices"]
        for index in indices:
            found[index] = dict(spec.get("mig-devices") or {}) if spec["mig-enabled"] else None
    return found


def both_export_the_same():
    theirs = devices_by_gpu(mig_parted("export", "-o", "json"))
    ours = devices_by_gpu(sectile("export", "-o", "mig-parted"))
    if theirs != ours:
        sys.exit(f"mig-parted exports {theirs}, sectile {ours}")
    return ours


def placements():
    return [[(each["profile_id"], each["start"]) for each in gpu["instances"]]
            for gpu in gpus()]


def labels_for_every_profile():
    """What later versions of mig-parted generate themselves; the one that the registry has cannot."""
    listed = json.loads(sectile("profiles", MODEL, "-o", "json"))["model"]["profiles"]
    on = {"devices": "all", "mig-enabled": True}
    configs = {"all-disabled": [{"devices": "all", "mig-enabled": False}],
               "all-enabled": [{**on, "mig-devices": {}}]}
    for each in listed:
        devices = {each["name"]: each["max_count"]}
        configs["all-" + each["name"].replace("+", ".")] = [{**on, "mig-devices": devices}]
    plain = {each["compute_slices"]: each["name"] for each in reversed(listed)
             if "+" not in each["name"]}
    balanced = {plain[1]: 2, plain[2]: 1, **({plain[3]: 1} if 3 in plain else {})}
    configs["all-balanced"] = [{**on, "mig-devices": balanced}]
    configs["two-kinds"] = [{**on, "devices": [0], "mig-devices": balanced},
                            {"devices": [1], "mig-enabled": False},
                            {**on, "devices": list(range(2, len(gpus()))),
                             "mig-devices": {plain[2]: 1}}]
    configs["compute-instances"] = [{**on, "mig-devices": {"1c." + plain[2]: 2, plain[1]: 1}}]
    return {"version": "v1", "mig-configs": configs}


def main():
    sysroot.mount(pathlib.Path(os.environ["SECTILE_SYSROOT"]), WORK)
    generated = WORK / "config.yaml"
    config = labels_for_every_profile()
    generated.write_text(json.dumps(config))
    sectile("lint", generated)

    labels = sorted(config["mig-configs"])
    for label in labels:  # They change, we look.
        mig_parted("apply", "-f", generated, "-c", label)
        sectile("assert", "-f", generated, "-c", label)
        both_export_the_same()
    for label in reversed(labels):  # We change, they look.
        sectile("apply", "-f", generated, "-c", label, "--yes", "--reset")
        mig_parted("assert", "-f", generated, "-c", label)
        both_export_the_same()
        other = labels[0] if label != labels[0] else labels[1]
        mig_parted("assert", "-f", generated, "-c", other, expect=1)
        sectile("assert", "-f", generated, "-c", other, expect=1)

    # A checkpoint of theirs brings back what we had made, placements and all.
    sectile("apply", "-f", generated, "-c", "all-balanced", "--yes", "--reset")
    before = placements()
    mig_parted("checkpoint", "-f", WORK / "checkpoint.json")
    mig_parted("apply", "-f", generated, "-c", "all-disabled")
    assert all(not gpu for gpu in placements())
    mig_parted("restore", "-f", WORK / "checkpoint.json")
    assert placements() == before, (before, placements())
    counts = collections.Counter(len(gpu) for gpu in before)
    print(f"{len(labels)} labels each way, checkpoint and restore of {dict(counts)} instances a GPU")


if __name__ == "__main__":
    main()
