#!/usr/bin/env python3
"""How the program behaves to whoever runs it: help, width, colour, broken outputs, hostile words."""
import os
import pty
import subprocess

from support import SECTILE, expect, expect_status, finish, run

# Every verb of the option table, from which the overview is made.
OVERVIEW = run("--help").stdout.split("\nVerbs:\n")[1].split("\n\n")[0]
VERBS = [line.split()[0] for line in OVERVIEW.splitlines() if line[2] != " "]
expect({"plan", "fleet", "emulate"} <= set(VERBS), f"verbs: {VERBS}")

# Help: on standard output, at most 80 columns, with examples.
for words in [["--help"], ["-h"], ["help"], *[[verb, "--help"] for verb in VERBS],
              *[["help", verb] for verb in VERBS]]:
    done = expect_status(0, *words)
    widest = max(map(len, done.stdout.splitlines()))
    expect(widest <= 80, f"{words}: a line of {widest} columns")
    expect(not done.stderr, f"{words}: {done.stderr}")
for verb in VERBS:
    expect("Examples:" in run(verb, "--help").stdout, f"{verb}: help without examples")

# What is no option of a verb is refused before anything else is looked at, and named.
for verb in [*VERBS, "internal"]:
    done = expect_status(2, verb, "--nonsense")
    expect(not done.stdout, f"{verb} --nonsense: {done.stdout}")
    expect("--nonsense" in done.stderr and "\n  next: " in done.stderr,
           f"{verb} --nonsense: {done.stderr}")
expect(run("--version").stdout.startswith("sectile "), "--version")

# Text for people fits a terminal.
for words in [["gpus"], *[["profiles", m] for m in run("internal", "list", "models").stdout.split()]]:
    done = expect_status(0, *words)
    widest = max(map(len, done.stdout.splitlines()))
    expect(widest <= 80, f"{words}: a line of {widest} columns")

# A full disk and a closed pipe: status 1 and a reason, no crash.
with open("/dev/full", "wb") as full:
    done = subprocess.run([SECTILE, "gpus"], stdout=full, stderr=subprocess.PIPE, text=True)
expect(done.returncode == 1 and "No space left" in done.stderr, f"full disk: {done}")
reading, writing = os.pipe()
os.close(reading)
done = subprocess.run([SECTILE, "gpus"], stdout=writing, stderr=subprocess.PIPE, text=True)
os.close(writing)
expect(done.returncode == 1 and "Broken pipe" in done.stderr, f"closed pipe: {done}")
done = subprocess.run([SECTILE, "gpus"], stderr=subprocess.PIPE, text=True,
                      preexec_fn=lambda: os.close(1))
expect(done.returncode == 1, f"no standard output: {done}")


def in_terminal(words, environment):
    """What the program prints to a terminal."""
    parent, child = pty.openpty()
    process = subprocess.Popen([SECTILE, *words], stdin=child, stdout=child, stderr=child,
                               env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
    os.close(child)
    text = b""
    while True:
        try:
            chunk = os.read(parent, 65536)
        except OSError:
            break
        if not chunk:
            break
        text += chunk
    process.wait()
    os.close(parent)
    return text


# Colour: on a terminal only, and not if it is refused.
plan = ["plan", "--gpu", "a100-80gb", "--strategy", "mixed"]
expect(b"\x1b[" in in_terminal(plan, {"NO_COLOR": ""}), "no colour on a terminal")
expect(b"\x1b[" not in in_terminal(plan, {"NO_COLOR": "1"}), "NO_COLOR is not obeyed")
expect(b"\x1b[" not in in_terminal([*plan, "--no-colour"], {"NO_COLOR": ""}), "--no-colour")
expect("\x1b[" not in run(*plan, environment={"NO_COLOR": ""}).stdout, "colour into a pipe")
ascii_only = run(*plan, environment={"LC_ALL": "C"}).stdout
expect(ascii_only.isascii(), "more than ASCII in the C locale")

# Words that could steer a terminal come back defused; long and strange ones do no harm.
done = expect_status(2, "pl\x1b[31man")
expect("\x1b" not in done.stderr, f"an escape came through: {done.stderr!r}")
for word in ["x" * 100_000, "\udcff\udcfe", "-" * 1000, "--=", "-", "--", "=", "--gpu=", "-o"]:
    for words in [[word], ["plan", word], ["plan", "--gpu", word],
                  ["plan", "--gpu", "a30", "--want", word],
                  ["plan", "--gpu", "a30", "--layout", word], ["profiles", word], ["emulate", word]]:
        done = subprocess.run([SECTILE, *words], capture_output=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "SECTILE_NVML": "/no/such/library.so"})
        # "-" is the notation of an empty layout.
        allowed = (0,) if words[-2:] == ["--layout", "-"] else (2, 3, 6)
        expect(done.returncode in allowed,
               f"{[w[:40] for w in words]}: status {done.returncode}: {done.stderr[-300:]}")
finish()
