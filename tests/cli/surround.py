#!/usr/bin/env python3
"""What surrounds a change, from outside: hooks, services and the names of devices."""
import json
import pathlib
import shutil
import tempfile

from support import Machine, expect, finish

SYSTEMCTL = """#!/bin/sh
cd "$SYSTEMCTL_UNITS" || exit 1
action=$1; shift
while :; do
  case ${1-} in
    --no-block) echo "no-block" >>log; shift ;;
    --*=*|--no-pager) shift ;;
    --) shift; break ;;
    *) break ;;
  esac
done
case $action in
  is-system-running) echo "${RUNNING:-running}"; exit ;;
  show)
    for unit in "$@"; do
      if [ -e "$unit" ]; then load=loaded state=$(cat "$unit"); else load=not-found state=inactive; fi
      printf 'Id=%s\\nLoadState=%s\\nActiveState=%s\\n\\n' "$unit" "$load" "$state"
    done ;;
  stop) echo "stop $1" >>log; printf inactive >"$1" ;;
  start) echo "start $1" >>log; printf active >"$1" ;;
esac
"""

# Ends sectile and the process that watches over it, as a power cut would.
KILL = "read -r _ _ _ parent _ </proc/$PPID/stat; kill -9 $parent $PPID; sleep 1"


def hook(point, script=""):
    return {"command": "/bin/sh", "args": ["-c", f"echo {point} >>log; {script}"]}


with tempfile.TemporaryDirectory() as directory:
    here = pathlib.Path(directory)
    units = here / "units"
    programs = here / "programs"
    units.mkdir()
    programs.mkdir()
    (programs / "systemctl").write_text(SYSTEMCTL)
    (programs / "systemctl").chmod(0o755)
    machine = Machine(here, "hopper", "2xh100-80gb-sxm5", {"SYSTEMCTL_UNITS": str(units)}, programs)
    on, layout = machine.on, machine.layout

    def hooks_file(**scripts):
        points = ["apply-start", "pre-apply-mode", "pre-apply-config", "apply-exit"]
        document = {"version": "v1", "hooks": {
            point: [{**hook(point, scripts.get(point.replace("-", "_"), "")), "workdir": directory}]
            for point in points}}
        (here / "hooks.yaml").write_text(json.dumps(document))

    def log():
        text = (here / "log").read_text().split() if (here / "log").exists() else []
        (here / "log").unlink(missing_ok=True)
        return text

    def services():
        """What was stopped and started since the last look."""
        text = (units / "log").read_text().splitlines() if (units / "log").exists() else []
        (units / "log").unlink(missing_ok=True)
        return text

    def activate(*names):
        for name in names:
            (units / name).write_text("active")

    apply = "sectile apply --gpu-index 0 --yes -k hooks.yaml --layout "

    # Hooks: each at its point, with the variables of mig-parted's, and the file of the names.
    hooks_file(apply_exit="test -s $SECTILE_UUIDS_FILE && echo $SECTILE_RESULT "
                          "$MIG_PARTED_SKIP_RESET $MIG_PARTED_MODE_CHANGE_ONLY >>log")
    on(0, apply + "'3g.40gb@4 2g.20gb@0'")
    expect(log() == ["apply-start", "pre-apply-mode", "pre-apply-config", "apply-exit", "success",
                     "false", "false"], "hooks of a change of mode and instances")
    on(0, apply + "'3g.40gb@4 2g.20gb@0'")
    expect(log()[:2] == ["apply-start", "apply-exit"], "hooks where nothing differs")
    before = layout()
    hooks_file(pre_apply_config="echo it is not ready; exit 7")
    done = on(1, apply + "7g.80gb@0")
    expect("pre-apply-config hook failed" in done.stderr and "it is not ready" in done.stderr,
           f"a hook that fails: {done.stderr}")
    expect(log() == ["apply-start", "pre-apply-config", "apply-exit"], "hooks after a failure")
    expect(layout() == before, "a hook that failed let the layout change")
    (here / "hooks.yaml").write_text("version: v1\nhooks:\n  pre-apply: []\n")
    done = on(2, apply + "7g.80gb@0")
    expect("hooks.yaml:3:3" in done.stderr, f"a wrong hooks file: {done.stderr}")
    hooks_file(apply_start="echo hello")
    expect("hello" not in on(0, apply + "7g.80gb@0").stderr, "output of hooks unasked")
    expect("hello" in on(0, apply + "'3g.40gb@4 2g.20gb@0' --hooks-output").stderr, "--hooks-output")
    log()

    # Services: those that are active, and exactly those again.
    activate("nvidia-dcgm.service", "kubelet.service", "nvsm.service")
    (units / "dcgm-exporter.service").write_text("inactive")
    plain = "sectile apply --gpu-index 0 --yes --layout "
    done = on(0, plain + "7g.80gb@0 --dry-run")
    expect("nvidia-dcgm.service" in done.stderr and "--stop-clients" in done.stderr,
           f"dry run without --stop-clients: {done.stderr}")
    done = on(0, plain + "7g.80gb@0 --dry-run --stop-clients --stop-service kubelet.service")
    expect("stopped, and started again afterwards: kubelet.service, nvidia-dcgm.service" in done.stderr,
           f"dry run: {done.stderr}")
    expect(services() == [], "a dry run stopped something")
    on(0, plain + "7g.80gb@0 --stop-clients")
    expect(services() == ["stop nvidia-dcgm.service", "start nvidia-dcgm.service"], "--stop-clients")
    on(0, plain + "3g.40gb@4 --stop-service kubelet.service")
    expect(services() == ["stop kubelet.service", "start kubelet.service"], "--stop-service")

    # A process that dies in the middle: repair does what apply-exit and the services need.
    hooks_file(pre_apply_config=KILL)
    before = layout()
    on(137, "exec " + apply + "7g.80gb@0 --stop-clients")
    expect(log() == ["apply-start", "pre-apply-config"], "hooks before the end")
    expect((units / "nvidia-dcgm.service").read_text() == "inactive", "DCGM was not stopped")
    on(8, plain + "7g.80gb@0")
    on(0, "sectile repair")
    expect(log() == ["apply-exit"], "repair and the last hooks")
    expect(services()[-1:] == ["start nvidia-dcgm.service"], "repair and the services")
    expect(layout() == before, "repair and the layout")
    on(0, "sectile repair")
    expect(log() == [] and services() == [], "repair twice")

    # Names of devices, in the file and in a CDI spec.
    expect(not (machine.sysroot / "etc/cdi").exists(), "a CDI spec unasked")
    if shutil.which("nvidia-ctk") is None:
        on(0, plain + "'3g.40gb@4 1g.10gb@0' --cdi")
        spec = json.loads((machine.sysroot / "etc/cdi/sectile.json").read_text())
        names = [device["name"] for device in spec["devices"]]
        expect({"0:0", "0:1", "1", "all"} <= set(names), f"CDI devices: {names}")
        shown = json.loads(on(0, "sectile show -o json").stdout)
        for instance in shown["gpus"][0]["instances"]:
            for compute in instance["compute_instances"]:
                expect(compute["uuid"] in names, f"{compute['uuid']} is not in the CDI spec")
                nodes = next(device for device in spec["devices"]
                             if device["name"] == compute["index"])["containerEdits"]["deviceNodes"]
                minors = (machine.sysroot / "proc/driver/nvidia-caps/mig-minors").read_text().split("\n")
                for line in [f"gpu0/gi{instance['id']}/access",
                             f"gpu0/gi{instance['id']}/ci{compute['id']}/access"]:
                    minor = next(entry for entry in minors if entry.startswith(line + " ")).split()[1]
                    expect({"path": f"/dev/nvidia-caps/nvidia-cap{minor}"} in nodes, f"{line}: {nodes}")
        on(0, plain + "7g.80gb@0")  # From now on unasked.
        spec = json.loads((machine.sysroot / "etc/cdi/sectile.json").read_text())
        expect("0:1" not in [device["name"] for device in spec["devices"]], "a stale CDI spec")
    else:
        print("skipped: nvidia-ctk is installed, so the CDI spec is not ours")
    uuids = json.loads((machine.state / "sectile/uuids.json").read_text())
    expect(uuids["schema"] == "sectile/uuids/v1", "schema of uuids.json")
    shown = json.loads(on(0, "sectile show -o json").stdout)["gpus"][0]["instances"]
    now = [compute["uuid"] for instance in shown for compute in instance["compute_instances"]]
    expect([device["uuid"] for device in uuids["devices"]] == now, f"uuids.json: {uuids['devices']}")

finish()
