#!/usr/bin/env python3
"""Every exit status of docs/errors.md, provoked."""
import os
import tempfile

from support import expect, expect_status, finish, ROOT

GOLDEN = ROOT / "tests/golden"
HERE = {"SECTILE_NVML": "/no/such/library.so"}

# 0: done. 1: the answer cannot be written (program.py), and differs (below).
expect_status(0, "gpus")
expect_status(0, "plan", "--gpu", "a100-80gb", "--want", "1x7g.80gb")

# 2: usage, malformed input.
for words in [[], ["nonsense"], ["plan"], ["plan", "--nonsense"], ["profiles"],
              ["plan", "--gpu", "a30", "--want", "1x9GB"],
              ["plan", "--gpu", "a30", "--strategy", "nonsense"],
              ["plan", "--gpu", "a30", "--strategy", "mixed", "--want", "1x1g.6gb"],
              ["plan", "--gpu", "a30", "--want", "1x1g.6gb", "--profile", "1g.6gb"],
              ["plan", "--gpu", "a30", "--want", "1x7g.80gb"],
              ["plan", "--gpu", "a30", "--strategy", "custom"],
              ["apply", "--gpu-index", "0"], ["apply"], ["apply", "--layout", "1g.6gb"],
              ["apply", "-f", "x", "-k", "hooks.yaml"], ["assert"],
              ["apply", "-f", "/no/such/file"], ["lint", "/no/such/file"], ["lint", "/"],
              ["emulate"], ["emulate", "17xa30"], ["emulate", "a30", "--", "/no/such/program"],
              ["assert", "-f", GOLDEN / "config.yaml"],
              ["assert", "-f", GOLDEN / "config.yaml", "-c", "teching", "-a"]]:
    done = expect_status(2, *words)
    expect(done.stderr.startswith("sectile: "), f"{words}: no message: {done.stderr}")
    expect("\n  next: " in done.stderr,
           f"{words}: no next step: {done.stderr}")

expect_status(2, "plan", "--gpu", "0xa30", "--want", "1x1g.6gb")

# 3: unsatisfiable.
expect_status(3, "plan", "--gpu", "a100-80gb", "--want", "2x3g.40gb,1x1g.10gb")
expect_status(3, "plan", "--gpu", "a100-80gb", "--layout", "4g.40gb 4g.40gb")

# 6: unavailable.
for verb in ["show", "export"]:
    expect_status(6, verb, environment=HERE)
expect_status(6, "plan", "--want", "1x1g.10gb", environment=HERE)
expect_status(6, "plan", "--gpu", "h1000", "--want", "1x1g.10gb")
expect_status(6, "assert", "-f", GOLDEN / "config.yaml", "-c", "teaching", environment=HERE)
expect_status(6, "internal", "smi", "--", "-L")

# On emulated GPUs: 0 same, 1 differs, 4 busy, 7 permission.
with tempfile.TemporaryDirectory() as state:
    def on(status, *words, spec=()):
        return expect_status(status, "emulate", *spec, "--state", state, "--", "sectile", *words)

    config = ("-f", GOLDEN / "config.yaml", "-c", "teaching")
    on(1, "assert", *config, spec=["2xh100-80gb-sxm5"])
    on(1, "diff", *config)
    on(2, "apply", *config)  # Nobody to ask.
    on(0, "apply", *config, "--yes")
    on(0, "assert", *config)
    on(0, "diff", *config)
    on(0, "apply", *config, "--yes")
    on(2, "apply", "--layout", "7g.80gb", "--gpu-index", "9", "--yes")
    on(3, "apply", "--layout", "7g.80gb 1g.10gb", "--gpu-index", "0", "--yes")
    on(3, "plan", "--want", "1x7g.80gb")

busy = GOLDEN / "busy.yaml"
done = expect_status(4, "emulate", "-f", busy, "--", "sectile", "apply", "-f",
                     GOLDEN / "config.yaml", "-c", "teaching", "--yes")
expect("python train.py" in done.stderr, f"the holder is not named: {done.stderr}")

# 7: without root's rights. 9: a step fails and is taken back. 1 to 9 never become anything else.
fault = "call=nvmlDeviceCreateGpuInstanceWithPlacement occurrence=2 return=UNKNOWN persistent\n"
with tempfile.NamedTemporaryFile("w", suffix=".faults") as file:
    file.write(fault)
    file.flush()
    expect_status(9, "emulate", "h100-80gb-sxm5", "--faults", file.name, "--", "sectile", "apply",
                  "-f", GOLDEN / "config.yaml", "-c", "teaching", "--yes")
fault = "call=nvmlDeviceSetMigMode return=NO_PERMISSION persistent\n"
with tempfile.NamedTemporaryFile("w", suffix=".faults") as file:
    file.write(fault)
    file.flush()
    expect_status(7, "emulate", "h100-80gb-sxm5", "--faults", file.name, "--", "sectile", "apply",
                  "-f", GOLDEN / "config.yaml", "-c", "teaching", "--yes")

# The command's own status, and its signal.
expect_status(42, "emulate", "a30", "--", "sh", "-c", "exit 42")
expect_status(128 + 9, "emulate", "a30", "--", "sh", "-c", "kill -9 $$")
expect(os.path.exists("/proc/self"), "this test needs /proc")
finish()
