#!/usr/bin/env python3
"""Checks packaging/systemd/sectile-restore.service with systemd-analyze, among made-up units that are
ordered as those of a GPU server are. Usage: run.py SECTILE SOURCE."""
import configparser
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SECTILE = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(sys.argv[2]).resolve()
UNIT = "sectile-restore.service"
failures = []

# Name: what its [Unit] says, after the units that the packages install.
SERVER = {
    "nvidia-persistenced.service": "After=syslog.target",
    "nvidia-fabricmanager.service": "After=network-online.target\nRequires=network-online.target",
    "nvidia-cdi-refresh.service": "",
    "containerd.service": "After=network.target local-fs.target",
    "docker.service": "After=network-online.target containerd.service\nWants=network-online.target containerd.service",
    "crio.service": "After=network-online.target",
    "kubelet.service": "After=network-online.target containerd.service\nWants=network-online.target",
    "slurmd.service": "After=network-online.target remote-fs.target\nWants=network-online.target",
    "nvidia-dcgm.service": "After=network-online.target nvidia-fabricmanager.service",
    "dcgm-exporter.service": "After=nvidia-dcgm.service\nRequires=nvidia-dcgm.service",
    "nvsm-core.service": "After=nvidia-dcgm.service",
    "nvsm.service": "After=nvsm-core.service\nRequires=nvsm-core.service",
    "display-manager.service": "After=systemd-user-sessions.service",
}


def expect(condition, message):
    if not condition:
        failures.append(message)
        print(f"FAILED: {message}")


def unit_text():
    text = (ROOT / "packaging/systemd" / (UNIT + ".in")).read_text()
    return text.replace("@SECTILE_BINDIR@", str(SECTILE.parent))


def verify(directory, text, server=SERVER):
    """What systemd-analyze says when everything is started together."""
    directory.mkdir()
    (directory / UNIT).write_text(text)
    for name, ordering in server.items():
        (directory / name).write_text(
            f"[Unit]\nDescription={name}\n{ordering}\n[Service]\nExecStart=/bin/true\n")
    wants = directory / "multi-user.target.wants"
    wants.mkdir()
    for name in [UNIT, *server]:
        (wants / name).symlink_to(directory / name)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "multi-user.target", UNIT],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{directory}:", "LC_ALL": "C.UTF-8"})
    return done.returncode, done.stdout + done.stderr


def about_us(said):
    return [line for line in said.splitlines() if UNIT in line or "cycle" in line]


if shutil.which("systemd-analyze") is None:
    print("skipped: there is no systemd-analyze here (Debian: apt-get install systemd)")
    sys.exit(77)

with tempfile.TemporaryDirectory() as temporary:
    here = pathlib.Path(temporary)
    text = unit_text()

    status, said = verify(here / "sound", text)
    expect(not about_us(said), f"systemd-analyze: {said}")
    expect("Failed" not in said or not about_us(said), said)

    # The check would see what it looks for: a cycle, a word that systemd does not know, a program
    # that is not there.
    cycle = dict(SERVER, **{"nvidia-persistenced.service": "After=docker.service"})
    _, said = verify(here / "cycle", text, cycle)
    expect("cycle" in said, f"an ordering cycle is not seen: {said}")
    _, said = verify(here / "unknown", text.replace("RemainAfterExit", "RemainAfterExt"))
    expect(about_us(said), f"an unknown setting is not seen: {said}")
    _, said = verify(here / "missing", text.replace(str(SECTILE.parent), "/no/such/directory"))
    expect(about_us(said), f"a missing program is not seen: {said}")

    # What verify does not look at.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(text)
    service = parser["Service"]
    expect(service["Type"] == "oneshot", "the unit must be waited for")
    expect(re.fullmatch(r"\d+(min|s)", service["TimeoutStartSec"]), "no time limit")
    ordered = " ".join(re.findall(r"^Before=(.*)$", text, re.M)).split()
    for name in ["slurmd.service", "kubelet.service", "docker.service", "containerd.service",
                 "nvidia-dcgm.service", "dcgm.service", "nvidia-cdi-refresh.service"]:
        expect(name in ordered, f"{name} may start before the layout is there")
    expect("network" not in text, "the layout must not wait for a network")
    commands = re.findall(r"^Exec\w+=-?(.*)$", text, re.M)
    expect(len(commands) == 2, f"commands: {commands}")
    for command in commands:
        expect("systemctl" not in command, f"{command} may wait for itself")
        # The program takes the words that the unit gives it.
        done = subprocess.run([*command.split(), "--help"], capture_output=True, text=True, timeout=60)
        expect(done.returncode == 0, f"{command}: {done.stderr}")
        for option in re.findall(r"--[a-z-]+", command):
            expect(option in done.stdout, f"{command}: help does not name {option}")

print(f"{len(failures)} failures" if failures else "passed")
sys.exit(1 if failures else 0)
