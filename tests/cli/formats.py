#!/usr/bin/env python3
"""All strategies on all models in all formats; what is printed is read again by its own reader."""
import json
import os
import tempfile
import xml.dom.minidom
from concurrent.futures import ThreadPoolExecutor

from support import expect, expect_status, finish, models, run

STRATEGIES = ["mixed", "all-balanced", "high-performance", "memory-balanced", "compute-balanced",
              "custom"]
FORMATS = ["text", "json", "yaml", "mig-parted", "mermaid", "mermaid-blocks", "svg"]


def whole(model):
    """The profile that takes the whole GPU: the one with the most memory slices."""
    profiles = json.loads(run("profiles", model, "-o", "json").stdout)["model"]["profiles"]
    plain = [p for p in profiles if p["media"] == "plain" and not p["graphics"]] or profiles
    return max(plain, key=lambda p: (p["memory_slices"], p["compute_slices"]))["name"]


def check_json(spec, strategy, text):
    plan = json.loads(text)
    where = f"{spec} {strategy} json"
    expect(plan["schema"] == "sectile/plan/v1", f"{where}: schema {plan['schema']}")
    expect([gpu["model"] for gpu in plan["gpus"]] == spec.split(","), f"{where}: other GPUs")
    expect(all(gpu["instances"] for gpu in plan["gpus"]), f"{where}: an empty GPU")


def check_file(spec, text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        expect_status(0, "lint", file.name, "--gpu", spec)


def check(case):
    """`spec`: models, with commas between."""
    spec, strategy, name = case
    options = ["--layout", WHOLE[spec]] if strategy == "custom" else []
    done = expect_status(0, "plan", "--gpu", spec, "--strategy", strategy, *options, "-o", name)
    if done.returncode:
        return
    where = f"{spec} {strategy} {name}"
    if name == "json":
        check_json(spec, strategy, done.stdout)
    elif name in ("yaml", "mig-parted"):
        check_file(spec, done.stdout)
    elif name == "mermaid":
        title = "-".join(word.capitalize() for word in strategy.split("-")) + " Strategy"
        expect(done.stdout.startswith(f"pie title MIG Allocation ({title})"),
               f"{where}: {done.stdout[:100]}")
    elif name == "mermaid-blocks":
        expect(done.stdout.startswith("block"), f"{where}: not one block diagram")
    elif name == "svg":
        xml.dom.minidom.parseString(done.stdout)
    else:
        widest = max(map(len, done.stdout.splitlines()))
        expect(widest <= 80, f"{where}: a line of {widest} columns\n{done.stdout}")


def cases():
    """Strategies need no other words for other models, so those are planned for together; but a
    layout is for one model, and so is a device filter of mig-parted."""
    for strategy in STRATEGIES:
        for name in FORMATS:
            alone = strategy == "custom" or name == "mig-parted"
            for spec in MODELS if alone else [",".join(MODELS)]:
                yield spec, strategy, name


MODELS = models()
expect(len(MODELS) == 26, f"{len(MODELS)} models")
with ThreadPoolExecutor(os.cpu_count()) as pool:
    WHOLE = dict(zip(MODELS, pool.map(whole, MODELS)))
    list(pool.map(check, cases()))
finish()
