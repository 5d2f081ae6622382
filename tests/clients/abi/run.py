#!/usr/bin/env python3
"""Compares include/sectile/nvml_abi with NVIDIA's nvml.h, and runs a C program compiled with it.

usage: run.py SECTILE LIBNVIDIA_ML CACHE

Every struct, member and constant that our headers declare and nvml.h knows is printed by two
programs, ours and theirs; the lines must be equal. names.txt must list nvml.h's functions.
"""
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import support  # noqa: E402

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent.parent
HEADERS = ROOT / "include" / "sectile" / "nvml_abi"
NAMES = ROOT / "src" / "emulator" / "surface" / "names.txt"
PACKAGE = "nvidia-nvml-dev==13.5.37"
NODE = "2xh100-80gb-sxm5,a30-24gb"

# Layouts that old functions take and nvml.h no longer declares, and names of our own.
OURS_ALONE = {"nvmlPciInfo_v1_t", "nvmlPciInfo_v2_t", "nvmlEventData_v1_t",
              "nvmlDeviceAttributes_v1_t", "nvmlComputeInstanceInfo_v1_t",
              "NVML_INVALID_INSTANCE_ID"}


def without_comments(source):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)


def fetch_header(cache):
    """nvml.h of the pinned package, kept in `cache` between runs."""
    home = pathlib.Path(cache) / PACKAGE.replace("==", "-")
    if not list(home.rglob("nvml.h")):
        got = support.run(sys.executable, "-m", "pip", "install", "--disable-pip-version-check",
                          "--no-deps", "--target", home, PACKAGE)
        if got.returncode != 0:
            support.skip(f"PyPI did not give {PACKAGE}: {got.stderr.strip()[-300:]}")
    return next(home.rglob("nvml.h"))


def declared():
    """What our headers declare, as lines of the probe."""
    for path in sorted(HEADERS.glob("*.h")):
        source = without_comments(path.read_text(encoding="utf-8"))
        for name, body in re.findall(r"\b(?:struct|union) (nvml\w+_t) \{(.*?)\n\};", source, re.S):
            yield name, f"SECTILE_SIZE({name})"
            body = re.sub(r"struct \{.*?\} (\w+)\[", r"int \1[", body, flags=re.S)
            for member in re.findall(r"(\w+)(?:\[[^\]]*\])?;", body):
                yield name, f"SECTILE_MEMBER({name}, {member})"
        for name in re.findall(r"\benum (nvml\w+_t) :", source):
            yield name, f"SECTILE_SIZE({name})"
        for name in re.findall(r"inline constexpr [\w ]+ (\w+)\s*=|^\s*(NVML_\w+) = ", source, re.M):
            name = "".join(name)
            yield name, f"SECTILE_VALUE({name})"


def compile_and_run(compiler, source, build, *flags):
    program = build / source.stem
    made = support.run(*compiler, "-o", program, source, f"-I{build}", *flags)
    if made.returncode != 0:
        sys.exit(f"{source.name} does not compile:\n{made.stderr}")
    return support.run(program).stdout.splitlines()


def compare_layouts(header, build):
    lines = [line for name, line in declared() if name not in OURS_ALONE]
    (build / "probe.inc").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ours = compile_and_run(["c++", "-std=c++23"], HERE / "ours.cc", build, f"-I{ROOT / 'include'}")
    theirs = compile_and_run(["cc", "-w"], HERE / "theirs.c", build, f"-I{header.parent}")
    if len(ours) != len(lines) or len(ours) < 500:
        return [f"the probe printed {len(ours)} of {len(lines)} lines"]
    return [f"ours: {one}; nvml.h: {other}" for one, other in zip(ours, theirs, strict=True)
            if one != other]


def compare_names(header):
    source = without_comments(header.read_text(encoding="utf-8"))
    theirs = {name: 0 if arguments.strip() == "void" else arguments.count(",") + 1
              for name, arguments in re.findall(r"(?:DECLDIR|char\*)\s+(nvml\w+)\s*\(([^)]*)\)",
                                                source)}
    ours = {words[0]: int(words[1]) for words in
            (line.split() for line in NAMES.read_text(encoding="utf-8").splitlines())
            if words[0] != "#"}
    return [f"{name}: names.txt says {ours.get(name)} arguments, nvml.h {theirs.get(name)}"
            for name in sorted(ours.keys() | theirs.keys()) if ours.get(name) != theirs.get(name)]


def run_client(header, build, sectile, library):
    client = build / "client"
    made = support.run("cc", "-Wall", "-Werror", "-Wno-deprecated-declarations", "-o", client,
                       HERE / "client.c", f"-I{header.parent}", library)
    if made.returncode != 0:
        return [f"client.c does not compile:\n{made.stderr}"]
    done = support.emulate(sectile, NODE, client)
    expected = (HERE / "client.expected").read_text(encoding="utf-8")
    if done.returncode == 0 and done.stdout == expected:
        return []
    return [f"client.c on {NODE}: exit {done.returncode}, printed\n{done.stdout}{done.stderr}"
            f"expected\n{expected}"]


def main():
    sectile, library, cache = sys.argv[1:]
    header = fetch_header(cache)
    build = pathlib.Path(cache) / "abi"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    problems = compare_layouts(header, build) + compare_names(header)
    problems += run_client(header, build, sectile, library)
    print("\n".join(problems) or "nvml.h and our declarations agree; its client works")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
