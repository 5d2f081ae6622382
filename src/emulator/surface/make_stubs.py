#!/usr/bin/env python3
"""Writes the functions of libnvidia-ml.so.1 that nobody defines, from names.txt.

usage: make_stubs.py names.txt stubs.cc

A stub takes pointer-sized arguments, which is what the calling conventions of x86-64 and aarch64
pass for every argument of these functions, and looks at none of them.
"""
import sys


def read_names(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            name, arguments, kind = line.split()
            if kind not in ("own", "stub"):
                sys.exit(f"{path}: {name} is '{kind}', neither 'own' nor 'stub'")
            yield name, int(arguments), kind


def main():
    names_path, stubs_path = sys.argv[1:]
    lines = [
        "// Generated from names.txt by make_stubs.py.",
        '#include "src/emulator/surface/entry.h"',
        "",
        "using sectile::emulator::entry;",
        "",
        "namespace {",
        "nvmlReturn_t not_supported() { return NVML_ERROR_NOT_SUPPORTED; }",
        "}  // namespace",
        "",
        'extern "C" {',
    ]
    for name, arguments, kind in read_names(names_path):
        if kind == "stub":
            parameters = ", ".join(["const void*"] * arguments)
            lines.append(f"SECTILE_NVML_API nvmlReturn_t {name}({parameters}) noexcept;")
            lines.append(
                f"nvmlReturn_t {name}({parameters}) noexcept"
                " { return entry(__func__, not_supported); }"
            )
    lines.append('}  // extern "C"')
    with open(stubs_path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
