#!/usr/bin/env python3
"""Sectile beside NVIDIA's mig-parted: the same transitions on the same emulated node of 8 GPUs.

Usage: run.py SECTILE CACHE [--check]
Prints rows for tools/bench. Fails if Sectile needs more calls, or destroys more, than the floor.
--check: a few transitions without delays, as a test.
"""
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests/clients"), str(ROOT / "tests/clients/mig_parted")]
import run as client  # noqa: E402
import support  # noqa: E402
import transitions  # noqa: E402

DELAYS = {
    "nvmlDeviceCreateGpuInstance": transitions.CREATE_SECONDS,
    "nvmlDeviceCreateGpuInstanceWithPlacement": transitions.CREATE_SECONDS,
    "nvmlGpuInstanceDestroy": transitions.DESTROY_SECONDS,
    "nvmlGpuInstanceCreateComputeInstance": transitions.OTHER_SECONDS,
    "nvmlGpuInstanceCreateComputeInstanceWithPlacement": transitions.OTHER_SECONDS,
    "nvmlComputeInstanceDestroy": transitions.OTHER_SECONDS,
    "nvmlDeviceSetMigMode": transitions.OTHER_SECONDS,
}
# Where the emulated machine is kept if possible. The emulator writes some forty files for each change,
# and on a slow disk that takes longer than the change itself, whoever makes it.
MEMORY = "/dev/shm"
CHECKED = ("split one of three", "one GPU of eight", "MIG off")


def node_file(start, hurry):
    gpus = {"model": transitions.NODE, "count": transitions.GPUS}
    gpus.update({"mig": False} if start is None else {"layout": start})
    rules = [f"call={name} delay={1 if hurry else round(seconds * 1000)}ms"
             for name, seconds in DELAYS.items()]
    return {"apiVersion": "sectile/v1", "kind": "EmulatedNode", "gpus": [gpus], "faults": rules}


def measure(sectile, tool, node, config, work):
    """Calls that change something, instances destroyed, seconds."""
    (work / "node.yaml").write_text(json.dumps(node))
    (work / "config.yaml").write_text(json.dumps(config))
    done = support.run(sectile, "emulate", "-f", work / "node.yaml", "--", "unshare", "-m",
                       sys.executable, ROOT / "bench/beside_mig_parted/inside.py", sectile, tool,
                       work / "config.yaml")
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    seen = json.loads(done.stdout)
    return sum(seen["calls"].values()), seen["calls"]["nvmlGpuInstanceDestroy"], seen["seconds"]


def row(what, unit, sectile, floor, other):
    ratio = f"{other / sectile:.2f}" if sectile else "1.00" if other == sectile else "inf"
    form = "{:.1f}" if unit == "s" else "{}"
    cells = [what, unit, *(form.format(value) for value in (sectile, floor, other)), ratio]
    print("\t".join(cells), flush=True)


def main():
    sectile, cache = sys.argv[1:3]
    if os.access(MEMORY, os.W_OK):
        os.environ["TMPDIR"] = MEMORY
    check = "--check" in sys.argv
    program = client.build_mig_parted(cache)
    described = support.run(sectile, "profiles", transitions.NODE, "-o", "json")
    model = transitions.Model(json.loads(described.stdout)["model"])
    above, totals = [], {"calls": [0, 0, 0], "destroyed": [0, 0, 0], "s": [0, 0, 0]}
    for name, start, wanted in transitions.TRANSITIONS:
        if check and name not in CHECKED:
            continue
        config = transitions.config(name, wanted, start)
        node = node_file(start, check)
        seconds = [transitions.OTHER_SECONDS] * 2 if check else [transitions.CREATE_SECONDS,
                                                                 transitions.DESTROY_SECONDS]
        floor = transitions.floor(model, start, wanted, *seconds)
        with tempfile.TemporaryDirectory() as work:
            ours = measure(sectile, "sectile", node, config, pathlib.Path(work))
            theirs = measure(sectile, program, node, config, pathlib.Path(work))
        for i, unit in enumerate(totals):
            row(name, unit, ours[i], floor[i], theirs[i])
            for at, value in enumerate((ours[i], floor[i], theirs[i])):
                totals[unit][at] += value
        if ours[:2] != floor[:2]:
            above.append(f"{name}: {ours[:2]} instead of {floor[:2]}")
    for unit, (ours, floor, theirs) in totals.items():
        row("all transitions", unit, ours, floor, theirs)
    print("# calls: NVML calls that change something; destroyed: GPU instances. Floor: what must go and\n"
          "# what must come, by search. Other: nvidia-mig-parted. Creating a GPU instance takes "
          f"{transitions.CREATE_SECONDS} s\n# here, destroying one {transitions.DESTROY_SECONDS} s. "
          "The machine and Sectile's journal are in memory.")
    if above:
        sys.exit("above the floor: " + "; ".join(above))


if __name__ == "__main__":
    main()
