"""The transitions of the comparison, and of each its floor: what must go and what must come.

The floor is found by trying every set of instances that could stay, largest first, and placing the
rest by search; it shares no code with Sectile's planner.
"""
import collections
import itertools

NODE = "a100-40gb"
GPUS = 8
CREATE_SECONDS = 0.15
DESTROY_SECONDS = 0.10
OTHER_SECONDS = 0.001

SEVEN = " ".join(f"1g.5gb@{start}" for start in range(7))
BALANCED = {"1g.5gb": 2, "2g.10gb": 1, "3g.20gb": 1}

# Name, what every GPU has (None: MIG is off), what each GPU shall have: by index, or all alike.
TRANSITIONS = [
    ("nothing to do", "3g.20gb@4 2g.10gb@0 2g.10gb@2", {"3g.20gb": 1, "2g.10gb": 2}),
    ("one more on each GPU", "3g.20gb@4 2g.10gb@0", {"3g.20gb": 1, "2g.10gb": 1, "1g.5gb": 1}),
    ("split one of three", "3g.20gb@4 2g.10gb@0 2g.10gb@2",
     {"3g.20gb": 1, "2g.10gb": 1, "1g.5gb": 2}),
    ("merge two of four", "3g.20gb@4 2g.10gb@0 1g.5gb@2 1g.5gb@3", {"3g.20gb": 1, "2g.10gb": 2}),
    ("exchange the half in the way", "3g.20gb@0 2g.10gb@4 1g.5gb@6", {"4g.20gb": 1, "2g.10gb": 1}),
    ("one GPU of eight", "4g.20gb@0 3g.20gb@4", {0: {"1g.5gb": 7}}),
    ("seven to balanced", SEVEN, BALANCED),
    ("whole to seven", "7g.40gb@0", {"1g.5gb": 7}),
    ("MIG on, balanced", None, BALANCED),
    ("MIG off", "3g.20gb@4 2g.10gb@0 1g.5gb@2 1g.5gb@3", None),
]


def targets(wanted, start):
    """{GPU index: {profile: count}, or None for MIG off}."""
    if wanted is not None and wanted and isinstance(next(iter(wanted)), int):
        unchanged = collections.Counter(each.split("@")[0] for each in start.split())
        return {gpu: wanted.get(gpu, unchanged) for gpu in range(GPUS)}
    return {gpu: wanted for gpu in range(GPUS)}


def config(name, wanted, start):
    """A mig-parted file with the target under the label "wanted"."""
    specs = []
    for gpu, devices in targets(wanted, start).items():
        specs.append({"devices": [gpu], "mig-enabled": devices is not None,
                      "mig-devices": dict(devices or {})})
    return {"version": "v1", "mig-configs": {"wanted": specs, name: specs}}


class Model:
    """What may lie where, as `sectile profiles -o json` tells it."""

    def __init__(self, described):
        self.profiles = {each["name"]: each for each in described["profiles"]}
        self.compute_slices = described["compute_slices"]

    def can_place(self, kept, rest):
        """Whether the profiles in `rest` fit beside the (profile, start) pairs in `kept`."""
        if sum(self.profiles[name]["compute_slices"] for name, _ in kept) + sum(
                self.profiles[name]["compute_slices"] for name in rest) > self.compute_slices:
            return False
        used = set()
        for name, start in kept:
            used |= self.span(name, start)
        return self.place(used, sorted(rest))

    def span(self, name, start):
        return set(range(start, start + self.profiles[name]["memory_slices"]))

    def place(self, used, rest):
        if not rest:
            return True
        return any(not used & self.span(rest[0], start) and
                   self.place(used | self.span(rest[0], start), rest[1:])
                   for start in self.profiles[rest[0]]["starts"])

    def most_kept(self, start, wanted):
        """How many instances can stay at most."""
        for size in range(len(start), -1, -1):
            for kept in itertools.combinations(start, size):
                rest = collections.Counter(wanted)
                rest.subtract(name for name, _ in kept)
                if min(rest.values(), default=0) >= 0 and self.can_place(kept, rest.elements()):
                    return size
        raise ValueError(f"{wanted} fits on no GPU")


def floor(model, start, wanted, create_seconds, destroy_seconds):
    """What no tool can do without: calls that change something, instances destroyed, seconds."""
    calls, gone, seconds = 0, 0, 0.0
    for devices in targets(wanted, start).values():
        old = [(each.split("@")[0], int(each.split("@")[1])) for each in (start or "").split()]
        stay = model.most_kept(old, devices) if start and devices else 0
        destroyed, created = len(old) - stay, sum((devices or {}).values()) - stay
        mode = 1 if (start is None) != (devices is None) else 0
        # Each GPU instance has one compute instance.
        calls += 2 * destroyed + 2 * created + mode
        gone += destroyed
        seconds += (destroyed * destroy_seconds + created * create_seconds +
                    (destroyed + created + mode) * OTHER_SECONDS)
    return calls, gone, seconds
