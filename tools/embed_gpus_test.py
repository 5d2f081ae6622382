#!/usr/bin/env python3
"""Tests embed_gpus.py: what it refuses, and that it names the file and the field."""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).parent
H100 = json.loads((TOOLS.parent / "data/gpus/h100-80gb-sxm5.json").read_text())


def run(mode, out, text, name="h100-80gb-sxm5.json"):
    """Returns (exit status, standard error) of embed_gpus.py on one file."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / name
        file.write_text(text)
        done = subprocess.run([sys.executable, TOOLS / "embed_gpus.py", mode, out, file],
                              capture_output=True, text=True)
        return done.returncode, done.stderr.replace(folder + "/", "")


def changed(change):
    model = copy.deepcopy(H100)
    change(model)
    return json.dumps(model)


def put(*path):
    """A change that puts the last of `path` where the rest of it leads."""
    def change(model):
        *way, last, value = path
        for step in way:
            model = model[step]
        model[last] = value
    return change


def drop(*path):
    def change(model):
        *way, last = path
        for step in way:
            model = model[step]
        del model[last]
    return change


def note(path, why="derived"):
    return put("provenance", path, why)


REFUSED = [
    (put("colour", "green"), "colour: unknown field"),
    (drop("chip"), "chip: missing"),
    (put("memory_mib", "81559"), "memory_mib: '81559' is not a count"),
    (put("memory_mib", -1), "memory_mib: -1 is not a count"),
    (put("memory_mib", 1.5), "memory_mib: 1.5 is not a count"),
    (put("memory_mib", 2**31), "memory_mib: 2147483648 is not a count"),
    (put("mode_persists", 0), "mode_persists: 0 is not true or false"),
    (put("max_instances", True), "max_instances: True is not a count"),
    (put("chip", None), "chip: None is not a line of text"),
    (put("chip", "GH\n100"), "chip: 'GH\\n100' is not a line of text"),
    (put("pci_devices", ["2330", "233g"]),
     "pci_devices: '233g' is not four upper-case hexadecimal digits"),
    (put("pci_devices", "2330"), "pci_devices: '2330' is not a list"),
    (put("architecture", "Ada"), "architecture: 'Ada' is none of Ampere, Hopper, Blackwell"),
    (put("key", "h100"), "key: 'h100' is not the name of the file"),
    (put("profiles", {}), "profiles: is not a list"),
    (put("profiles", 0, []), "profiles[#0]: is not an object"),
    (drop("profiles", 0, "id"), "profiles[#0].id: missing"),
    (drop("profiles", 1, "starts"), "profiles[5].starts: missing"),
    (put("profiles", 1, "size", 4), "profiles[5].size: unknown field"),
    (put("profiles", 1, "media", "some"),
     "profiles[5].media: 'some' is none of plain, extended, all, none"),
    (drop("profiles", 1, "engines", "ofa"), "profiles[5].engines.ofa: missing"),
    (drop("profiles", 1, "compute_profiles", 0, "name"),
     "profiles[5].compute_profiles[0].name: missing"),
    (put("needs", [{"profile": 19}]), "needs[#0].needed: missing"),
    (put("provenance", []), "provenance: is not an object"),
    (note("memory_mib", "read"), "provenance: 'memory_mib': 'read' is none of derived, unsure"),
    (note("memory"), "provenance: 'memory' names no field"),
    (note("profiles[19]..starts"),
     "provenance: 'profiles[19]..starts' is not a path, as in profiles[9,5].sm_count"),
    (note("profiles[19].colour"), "provenance: 'profiles[19].colour' names no field"),
    (note("profiles[19,47].starts"), "provenance: 'profiles[19,47].starts' names no profiles[47]"),
    (note("chip[1]"), "provenance: 'chip[1]' names no field"),
    (note("profiles[9].compute_profiles[7].fills"),
     "provenance: 'profiles[9].compute_profiles[7].fills' names no compute_profiles[7]"),
    (note("profiles[9].compute_profiles[*].starts"),
     "provenance: 'profiles[9].compute_profiles[*].starts' names "
     "profiles[9].compute_profiles[1].starts a second time"),
]


class EmbedTest(unittest.TestCase):
    def test_refuses_and_names_file_and_field(self):
        for change, wrong in REFUSED:
            with self.subTest(wrong):
                status, error = run("--cpp", "/dev/null", changed(change))
                self.assertEqual((status, error), (1, f"h100-80gb-sxm5.json: {wrong}\n"))

    def test_refuses_a_field_that_stands_there_twice(self):
        text = json.dumps(H100).replace('"chip":', '"chip": "GH100", "chip":')
        self.assertEqual(run("--cpp", "/dev/null", text),
                         (1, "h100-80gb-sxm5.json: chip: stands there twice\n"))

    def test_refuses_what_is_not_json(self):
        status, error = run("--cpp", "/dev/null", "{")
        self.assertEqual(status, 1)
        self.assertIn("h100-80gb-sxm5.json: Expecting", error)

    def test_check_tells_a_current_page_from_an_old_one(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "gpus.md"
            text = json.dumps(H100)
            self.assertEqual(run("--check", page, text)[0], 1)
            self.assertEqual(run("--markdown", page, text)[0], 0)
            self.assertEqual(run("--check", page, text)[0], 0)
            self.assertEqual(run("--check", page, changed(put("chip", "GH101")))[0], 1)

    def test_escapes_what_cpp_would_take_for_syntax(self):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "out.cc"
            run("--cpp", out, changed(put("sources", ['a "quoted" \\ path'])))
            self.assertIn(r'"a \"quoted\" \\ path"', out.read_text())


if __name__ == "__main__":
    unittest.main()
