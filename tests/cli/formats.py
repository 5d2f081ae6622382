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
    profiles = json.loads(run("profiles", model, "-o", "json").stdout)["profiles"]
    plain = [p for p in profiles if "+" not in p["name"]] or profiles
    return max(plain, key=lambda p: (p["memory_slices"], p["compute_slices"]))["name"]


def check_json(model, strategy, text):
    plan = json.loads(text)
    where = f"{model} {strategy} json"
    expect(plan["schema"] == "sectile/plan/v1", f"{where}: schema {plan['schema']}")
    expect(len(plan["gpus"]) == 1, f"{where}: {len(plan['gpus'])} GPUs")
    expect(plan["gpus"][0]["model"] == model, f"{where}: {plan['gpus'][0]}")


def check_file(model, strategy, text, suffix):
    with tempfile.NamedTemporaryFile("w", suffix=suffix) as file:
        file.write(text)
        file.flush()
        expect_status(0, "lint", file.name, "--gpu", model)


def check_mermaid(model, strategy, text):
    title = " ".join(word.capitalize() for word in strategy.split("-")) + " Strategy"
    where = f"{model} {strategy} mermaid"
    expect(f"({title})" in text, f"{where}: no title with ({title}): {text[:200]}")
    expect(text.startswith("pie"), f"{where}: not one pie, and nothing else")


def check(case):
    model, strategy, name = case
    options = ["--layout", whole(model)] if strategy == "custom" else []
    done = expect_status(0, "plan", "--gpu", model, "--strategy", strategy, *options, "-o", name)
    if done.returncode:
        return
    if name == "json":
        check_json(model, strategy, done.stdout)
    elif name in ("yaml", "mig-parted"):
        check_file(model, strategy, done.stdout, ".yaml")
    elif name == "mermaid":
        check_mermaid(model, strategy, done.stdout)
    elif name == "mermaid-blocks":
        expect(done.stdout.startswith("block"), f"{model} {strategy}: not one block diagram")
    elif name == "svg":
        xml.dom.minidom.parseString(done.stdout)
    else:
        widest = max(map(len, done.stdout.splitlines()))
        expect(widest <= 80, f"{model} {strategy}: a line of {widest} columns\n{done.stdout}")


cases = [(m, s, f) for m in models() for s in STRATEGIES for f in FORMATS]
expect(len(cases) == 26 * 6 * 7, f"{len(cases)} cases")
with ThreadPoolExecutor(os.cpu_count()) as pool:
    list(pool.map(check, cases))
finish()
