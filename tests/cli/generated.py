#!/usr/bin/env python3
"""The manual page, completions and reference are current and well-formed."""
import filecmp
import pathlib
import shutil
import subprocess
import tempfile

from support import ROOT, SECTILE, expect, expect_status, finish

with tempfile.TemporaryDirectory() as directory:
    expect_status(0, "internal", "generate-docs", directory)
    made = [path.relative_to(directory) for path in pathlib.Path(directory).rglob("*")
            if path.is_file()]
    expect(len(made) == 5, f"made {made}")
    for path in made:
        committed = ROOT / path
        expect(committed.exists() and filecmp.cmp(committed, pathlib.Path(directory) / path, False),
               f"{path} is not current: sectile internal generate-docs {ROOT}")


def check(tool, *words):
    """Runs a checker that prints nothing if all is well."""
    if shutil.which(tool) is None:
        print(f"skipped: {tool} is not installed")
        return
    done = subprocess.run([tool, *map(str, words)], capture_output=True, text=True)
    expect(done.returncode == 0 and not done.stdout, f"{tool}: {done.stdout}{done.stderr}")


packaging = ROOT / "packaging"
check("mandoc", "-T", "lint", packaging / "man/sectile.1")
check("bash", "-n", packaging / "completion/sectile.bash")
check("zsh", "-n", packaging / "completion/_sectile")
check("fish", "-n", packaging / "completion/sectile.fish")


# zsh: what stands for the completion system lists the verbs that the script describes.
if shutil.which("zsh") is not None:
    done = subprocess.run(
        ["zsh", "-fc", f"_arguments() {{ state=verb }}; _describe() {{ print -l -- $verbs }}; "
                       f". {packaging}/completion/_sectile"], capture_output=True, text=True)
    expect("plan:find the best layout" in done.stdout and "internal" not in done.stdout,
           f"zsh lists {done.stdout}{done.stderr}")


def bash_completes(line, expected):
    """What bash offers at the end of the line."""
    words = line.split(" ")
    script = f"""
        PATH={SECTILE.parent}:$PATH
        . {packaging}/completion/sectile.bash
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        COMP_CWORD={len(words) - 1}
        _sectile
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    expect(expected in done.stdout.split(), f"'{line}' completes to {done.stdout}{done.stderr}")


config = ROOT / "tests/golden/config.yaml"
for line, expected in [("sectile pl", "plan"), ("sectile plan --str", "--strategy"),
                       ("sectile plan --strategy mem", "memory-balanced"),
                       ("sectile plan -o mig", "mig-parted"),
                       ("sectile plan --gpu h100-80gb-s", "h100-80gb-sxm5"),
                       ("sectile plan --profile 1g.1", "1g.10gb"),
                       ("sectile profiles a30", "a30-24gb"),
                       (f"sectile apply -f {config} -c tea", "teaching"),
                       (f"sectile assert --config-file {config} -c all", "all-disabled")]:
    bash_completes(line, expected)


def fish_completes(line, expected):
    if shutil.which("fish") is None:
        return
    script = (f"set -x PATH {SECTILE.parent} $PATH; source {packaging}/completion/sectile.fish; "
              f"complete -C '{line}'")
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True)
    offered = [line.split("\t")[0] for line in done.stdout.splitlines()]
    expect(expected in offered, f"fish: '{line}' completes to {offered} {done.stderr}")


for line, expected in [("sectile pl", "plan"), ("sectile plan --strategy mem", "memory-balanced"),
                       ("sectile plan --gpu h100-80gb-s", "h100-80gb-sxm5"),
                       (f"sectile apply -f {config} -c tea", "teaching")]:
    fish_completes(line, expected)
finish()
