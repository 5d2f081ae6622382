"""The emulated kernel's files where mig-parted looks for them. Takes a mount namespace of one's own."""
import os
import pathlib
import subprocess


def mount(sysroot, work):
    """Makes the files of `sysroot` visible; `work` is an empty folder for what that takes."""
    def call(*words):
        subprocess.run([str(word) for word in words], check=True)

    if not pathlib.Path("/proc/modules").exists():
        # This kernel has no modules: a /proc of links to the real one, with that file added.
        (work / "real").mkdir()
        (work / "proc").mkdir()
        call("mount", "--bind", "/proc", work / "real")
        for entry in os.listdir("/proc"):
            os.symlink(work / "real" / entry, work / "proc" / entry)
        (work / "proc/modules").write_text((sysroot / "proc/modules").read_text())
        call("mount", "--bind", work / "proc", "/proc")
    else:
        call("mount", "--bind", sysroot / "proc/modules", "/proc/modules")
    call("mount", "--bind", sysroot / "sys/bus/pci/devices", "/sys/bus/pci/devices")
