#!/usr/bin/env python3
"""Turns data/gpus/*.json into C++ tables, or into the page docs/gpus.md.

    embed_gpus.py --cpp OUT FILE...        writes the tables that catalogue.cc reads
    embed_gpus.py --markdown OUT FILE...   writes the page
    embed_gpus.py --check OUT FILE...      fails if the page is not what --markdown would write

The files are the source of truth. Whatever is unknown, missing, of the wrong type or
doubled is refused as "FILE: FIELD: what". Whether the figures contradict each other is for
validate() in the library to say, and a test asks it for every model.
"""
import json
import pathlib
import re
import sys

MEDIA = {"plain": "kPlain", "extended": "kExtended", "all": "kAll", "none": "kNone"}
ARCHITECTURES = {"Ampere": "kAmpere", "Hopper": "kHopper", "Blackwell": "kBlackwell"}
PROVENANCES = {"derived": "kDerived", "unsure": "kUnsure"}


class Refused(Exception):
    """A file that is not what this tool reads."""


# Kinds of a field. Each returns what is wrong with the value, or None.
def count(value):
    if type(value) is not int or not 0 <= value < 2**31:
        return f"{value!r} is not a count"


def text(value):
    if type(value) is not str or not value.isprintable():
        return f"{value!r} is not a line of text"


def yes_or_no(value):
    if type(value) is not bool:
        return f"{value!r} is not true or false"


def one_of(table):
    return lambda value: None if value in table else f"{value!r} is none of {', '.join(table)}"


def pci_device(value):
    if type(value) is not str or not re.fullmatch("[0-9A-F]{4}", value):
        return f"{value!r} is not four upper-case hexadecimal digits"


def list_of(kind):
    def check(value):
        if type(value) is not list:
            return f"{value!r} is not a list"
        return next(filter(None, map(kind, value)), None)
    return check


class Fields:
    """An object with exactly these fields; `optional` ones take their default."""

    def __init__(self, optional=None, **kinds):
        self.kinds, self.optional = kinds, optional or {}

    def read(self, value, path):
        if type(value) is not dict:
            raise Refused(f"{path or 'the file'}: is not an object")
        at = path + "." if path else ""
        for name in value:
            if name not in self.kinds:
                raise Refused(f"{at}{name}: unknown field")
        result = {}
        for name, kind in self.kinds.items():
            if name in value:
                result[name] = read(kind, value[name], at + name)
            elif name in self.optional:
                result[name] = self.optional[name]
            else:
                raise Refused(f"{at}{name}: missing")
        return result


class Many:
    """A list of objects, named by their id in error messages: profiles[19]."""

    def __init__(self, fields):
        self.fields = fields

    def read(self, value, path):
        if type(value) is not list:
            raise Refused(f"{path}: is not a list")
        return [self.fields.read(item, f"{path}[{item_id(item, number)}]")
                for number, item in enumerate(value)]


def item_id(item, number):
    return item.get("id", f"#{number}") if type(item) is dict else f"#{number}"


def read(kind, value, path):
    if hasattr(kind, "read"):
        return kind.read(value, path)
    if wrong := kind(value):
        raise Refused(f"{path}: {wrong}")
    return value


COMPUTE = Fields(
    id=count, name=text, compute_slices=count, sm_count=count, max_count=count,
    starts=list_of(count), fills=yes_or_no, optional={"fills": False})
ENGINES = Fields(copy=count, decode=count, encode=count, jpeg=count, ofa=count)
PROFILE = Fields(
    id=count, nvml_index=count, name=text, compute_slices=count, memory_slices=count,
    memory_mib=count, sm_count=count, engines=ENGINES, media=one_of(MEDIA), graphics=yes_or_no,
    starts=list_of(count), max_count=count, aliases=list_of(text), driver_min=text,
    memory_mib_seen=list_of(count), compute_profiles=Many(COMPUTE),
    optional={"aliases": [], "driver_min": "", "memory_mib_seen": []})
MODEL = Fields(
    key=text, product_names=list_of(text), pci_devices=list_of(pci_device),
    architecture=one_of(ARCHITECTURES), chip=text, compute_capability=text, driver_min=text,
    memory_mib=count, memory_slices=count, compute_slices=count, max_instances=count,
    mode_needs_reset=yes_or_no, mode_persists=yes_or_no, max_compute_only=count,
    max_graphics=count, needs=Many(Fields(profile=count, needed=count)),
    profiles=Many(PROFILE), provenance=lambda value: None, sources=list_of(text),
    optional={"max_compute_only": 0, "max_graphics": 0, "needs": []})


def resolve(pattern):
    """Makes a function that finds what a provenance path names in a model: a list of
    concrete paths. profiles[*] is every profile, profiles[9,5] those with these ids."""
    steps = [re.fullmatch(r"(\w+)(?:\[([\d,]+|\*)\])?", step) for step in pattern.split(".")]
    if not all(steps):
        raise Refused(f"provenance: {pattern!r} is not a path, as in profiles[9,5].sm_count")

    def walk(value, rest, path):
        if not rest:
            return [path]
        name, wanted = rest[0].groups()
        if type(value) is not dict or name not in value or (wanted and type(value[name]) is not list):
            raise Refused(f"provenance: {pattern!r} names no field")
        at = f"{path}.{name}" if path else name
        if not wanted:
            return walk(value[name], rest[1:], at)
        by_id = {item["id"]: item for item in value[name]}
        ids = list(by_id) if wanted == "*" else [int(i) for i in wanted.split(",")]
        if unknown := [i for i in ids if i not in by_id]:
            raise Refused(f"provenance: {pattern!r} names no {name}[{unknown[0]}]")
        return [found for i in ids for found in walk(by_id[i], rest[1:], f"{at}[{i}]")]

    return lambda model: walk(model, steps, "")


def provenance(model):
    """Yields (concrete field, provenance, note), each field once."""
    seen = set()
    if type(model["provenance"]) is not dict:
        raise Refused("provenance: is not an object")
    for pattern, value in model["provenance"].items():
        status, _, note = value.partition(": ") if type(value) is str else (value, "", "")
        if status not in PROVENANCES:
            raise Refused(f"provenance: {pattern!r}: {status!r} is none of {', '.join(PROVENANCES)}")
        for field in resolve(pattern)(model):
            if field in seen:
                raise Refused(f"provenance: {pattern!r} names {field} a second time")
            seen.add(field)
            yield field, status, note


def once(pairs):
    """json.load() keeps the last of two fields with one name; this refuses them."""
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise Refused(f"{twice[0]}: stands there twice")
    return dict(pairs)


def load(path):
    try:
        model = MODEL.read(json.loads(path.read_text(), object_pairs_hook=once), "")
        if model["key"] != path.stem:
            raise Refused(f"key: {model['key']!r} is not the name of the file")
        model["notes"] = list(provenance(model))
        return model
    except (Refused, ValueError) as error:
        sys.exit(f"{path}: {error}")


# C++.

def cpp(value):
    if type(value) is bool:
        return "true" if value else "false"
    # JSON's escapes are C++'s too, as long as nothing but ASCII is escaped.
    return json.dumps(value, ensure_ascii=False) if type(value) is str else str(value)


class Tables:
    """Named constant arrays, each distinct content once."""

    def __init__(self):
        self.lines, self.names = [], {}

    def add(self, kind, rows):
        """Returns an expression for a span of the rows."""
        if not rows:
            return "{}"
        body = (kind, *rows)
        if body not in self.names:
            name = self.names[body] = f"kTable{len(self.names)}"
            self.lines.append(f"constexpr {kind} {name}[] = {{\n    " + ",\n    ".join(rows) + "};")
        return self.names[body]


def fill(**fields):
    return "{" + ", ".join(f".{name} = {value}" for name, value in fields.items()) + "}"


def plain(source, *names):
    return {name: cpp(source[name]) for name in names}


def ints(tables, values):
    return tables.add("int", [str(value) for value in values])


def texts(tables, values):
    return tables.add("std::string_view", [cpp(value) for value in values])


def compute_row(tables, compute):
    return fill(**plain(compute, "id", "name", "compute_slices", "sm_count", "max_count", "fills"),
                starts=ints(tables, compute["starts"]))


def profile_row(tables, profile):
    return fill(
        **plain(profile, "id", "nvml_index", "name", "compute_slices", "memory_slices",
                "memory_mib", "sm_count"),
        engines=fill(**plain(profile["engines"], *ENGINES.kinds)),
        media="Media::" + MEDIA[profile["media"]],
        **plain(profile, "graphics", "max_count"),
        starts=ints(tables, profile["starts"]), aliases=texts(tables, profile["aliases"]),
        compute_profiles=tables.add(
            "ComputeRow", [compute_row(tables, compute) for compute in profile["compute_profiles"]]))


def model_row(tables, model):
    notes = [fill(field=cpp(field), provenance="Provenance::" + PROVENANCES[status], note=cpp(note))
             for field, status, note in model["notes"]]
    return fill(
        key=cpp(model["key"]), product_names=texts(tables, model["product_names"]),
        pci_devices=tables.add("std::uint16_t", ["0x" + pci for pci in model["pci_devices"]]),
        architecture="Architecture::" + ARCHITECTURES[model["architecture"]],
        **plain(model, "chip", "compute_capability", "driver_min", "memory_mib", "memory_slices",
                "compute_slices", "max_instances", "mode_needs_reset", "mode_persists",
                "max_compute_only", "max_graphics"),
        needs=tables.add("Needs", [
            fill(profile=f"{{{needs['profile']}}}", needed=f"{{{needs['needed']}}}")
            for needs in model["needs"]]),
        profiles=tables.add("ProfileRow", [profile_row(tables, p) for p in model["profiles"]]),
        provenance=tables.add("ProvenanceRow", notes), sources=texts(tables, model["sources"]))


def source(models):
    tables = Tables()
    rows = [model_row(tables, model) for model in models]
    return "\n".join([
        "// Written by tools/embed_gpus.py from data/gpus/*.json: edit those.",
        '#include "src/geometry/catalogue_data.h"', "",
        "namespace sectile::internal {", "namespace {", "", *tables.lines, "",
        "constexpr ModelRow kModels[] = {", *(f"    {row}," for row in rows), "};", "",
        "}  // namespace", "",
        "std::span<const ModelRow> model_rows() { return kModels; }", "",
        "}  // namespace sectile::internal", ""])


# The page.

INTRODUCTION = """\
<!-- Written by tools/embed_gpus.py from data/gpus/*.json: edit those, then run
     tools/embed_gpus.py --markdown docs/gpus.md data/gpus/*.json -->
# GPUs that Sectile knows

Every figure below was read in NVIDIA's documents or in what real GPUs printed, unless it is marked:
`~` was worked out from figures that were read, `?` is a guess by analogy or the sources disagree;
`-` is not known. What each mark rests on is listed under the table. `sectile profiles MODEL`
prints the same; on a machine with GPUs the driver's figures come before these.

Engines are copy, decode, encode, JPEG and optical flow. Starts are in memory slices. The last
column has what other drivers or boards print, and the driver branch that brought the profile.
"""
MARKS = {"derived": "~", "unsure": "?"}


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def marker(model):
    """Makes a function that writes a value with the mark of its field."""
    marks = {field: MARKS[status] for field, status, _ in model["notes"]}

    def mark(value, *fields):
        return str(value) + max((marks.get(field, "") for field in fields), key=" ~?".find)
    return mark


def profile_line(mark, profile):
    at = f"profiles[{profile['id']}]."
    engines = " ".join(mark(number, f"{at}engines.{name}", f"{at}engines")
                       for name, number in profile["engines"].items())
    starts = ", ".join(map(str, profile["starts"]))
    return [
        mark(profile["id"], at + "id"), mark(f"`{profile['name']}`", at + "name"),
        mark(profile["memory_mib"], at + "memory_mib"), str(profile["compute_slices"]),
        mark(f"{{{starts}}}:{profile['memory_slices']}", at + "starts"),
        mark(profile["max_count"], at + "max_count"),
        mark(profile["sm_count"], at + "sm_count") if profile["sm_count"] else "-", engines,
        "; ".join(filter(None, [
            ", ".join(f"`{name}`" for name in profile["aliases"]),
            ", ".join(f"{mib} MiB" for mib in profile["memory_mib_seen"]
                      if mib != profile["memory_mib"]),
            profile["driver_min"] and f"from driver {profile['driver_min']}"]))]


def section(model):
    mark = marker(model)
    reset = "takes a reset" if model["mode_needs_reset"] else "takes no reset"
    persists = "survives" if model["mode_persists"] else "does not survive"
    driver = f", from driver {model['driver_min']}" if model["driver_min"] else ""
    return [
        f"## {model['key']}", "", ", ".join(model["product_names"]) + ".", "",
        f"{model['architecture']} ({mark(model['chip'], 'chip')}, compute capability "
        f"{model['compute_capability']}){driver}. {mark(model['memory_mib'], 'memory_mib')} MiB, "
        f"{mark(model['memory_slices'], 'memory_slices')} memory slices, "
        f"{mark(model['compute_slices'], 'compute_slices')} compute slices, at most "
        f"{mark(model['max_instances'], 'max_instances')} instances. Changing the MIG mode {reset}; "
        f"the mode {persists} a reboot.", "",
        *table(["id", "profile", "MiB", "compute slices", "starts:size", "most", "SMs", "engines",
                "apart from that"], [profile_line(mark, profile) for profile in model["profiles"]]), "",
        *(f"- `{field}` {why}" for field, why in model["provenance"].items()),
        *([""] if model["provenance"] else []),
        "Sources: " + "; ".join(model["sources"]) + ".", ""]


def page(models):
    overview = [[f"[{model['key']}](#{model['key']})", model["architecture"],
                 marker(model)(model["memory_mib"], "memory_mib"), str(len(model["profiles"])),
                 " ".join(model["pci_devices"])] for model in models]
    return "\n".join([
        INTRODUCTION, *table(["model", "architecture", "MiB", "profiles", "PCI ids"], overview), "",
        *(line for model in models for line in section(model))])


def main(arguments):
    if len(arguments) < 3 or arguments[0] not in ("--cpp", "--markdown", "--check"):
        sys.exit(__doc__)
    out, *files = map(pathlib.Path, arguments[1:])
    models = [load(file) for file in sorted(files)]
    text = source(models) if arguments[0] == "--cpp" else page(models)
    if arguments[0] != "--check":
        out.write_text(text)
    elif not out.exists() or out.read_text() != text:
        sys.exit(f"{out} is not current: run tools/embed_gpus.py --markdown {out} FILE...")


if __name__ == "__main__":
    main(sys.argv[1:])
