#!/usr/bin/env python3
"""Checks that after a regional day each home holds exactly what its agreements give it, and nothing else.

It shares no code with the program. What must be where it computes from three texts: the generator's ledger, the agreements
that the delegations signed, and the definitions' own TOML (which fields are groups). What is there it asks each home for with
`istmo query` and `istmo status`, as an officer would. It runs each home's node meanwhile, unless that runs already.

    check.py --istmo PROGRAM --homes demo-homes --day demo-homes/files/day [--only CC]

Exit status: 0 all is as it must be; 1 something is not, with a line for each; 2 wrong usage.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import datetime
import json
import pathlib
import subprocess
import sys
import time
import tomllib

MOST = 10_000  # records of one answer
# Written by the nodes themselves, also while this checks; what alerts hit stays at home, whether or not any did.
LOOKUPS, HITS, TAGS = "lookups", "hits", "tag-alarms"


def lines(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class Terms:
    """What an agreement says of one stream."""

    def __init__(self, block):
        self.origin, self.recipient = block["Direction"].split(" to ")
        self.dataset = block["Dataset"]
        self.mode = block["Mode"]
        self.fields = set(block["Fields"].split(", "))
        # Under "aggregates" nodes compute figures; it shows no record to anybody.
        self.roles = [role for role in block["Roles"].split(", ") if role != "aggregates"]
        text = block["Filter"]
        self.filter = [] if text == "all records" else [clause.split(" = ") for clause in text.split("; ")]

    @property
    def stream(self):
        return f"{self.origin}/{self.recipient}/{self.dataset}"

    def admits(self, facts):
        for field, values in self.filter:
            found = facts.get(field, [])
            found = found if isinstance(found, list) else [found]
            if not any(meets(value, pattern) for value in found for pattern in values.split(", ")):
                return False
        return True


def meets(value, pattern):
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


def agreements(home):
    """The terms of every agreement that a home keeps."""
    for path in sorted((home / "agreements").rglob("*")):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        if not text.startswith("istmo agreement v1\n"):
            continue
        for block in text.split("\n\n")[1:]:
            pairs = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "Direction" in pairs:
                yield Terms(pairs)


def groups(home):
    """The fields of each dataset that are groups, from the definitions that the home was given."""
    found = {}
    for path in (home / "topology").rglob("*.toml"):
        definition = tomllib.loads(path.read_text(encoding="utf-8"))
        if "dataset" in definition and isinstance(definition["dataset"], str):
            found[definition["dataset"]] = {f["name"] for f in definition["field"] if f["type"] == "group"}
    return found


def leaves(record, groups):
    """The names of all fields that a record has, as agreements write them."""
    names = set()
    for name, value in record.items():
        if name in groups:
            for part in value if isinstance(value, list) else [value]:
                names |= {f"{name}.{inner}" for inner in part}
        else:
            names.add(name)
    return names


class Day:
    """What the generator says that was published."""

    def __init__(self, folder):
        ids = {line["reference"]: line["id"] for line in lines(folder / "ids.ndjson")}
        self.records = collections.defaultdict(list)  # (origin, dataset): [(id, facts, reference)]
        self.count = 0
        for line in lines(folder / "ledger.ndjson"):
            id = ids[line["reference"]]
            self.records[line["origin"], line["dataset"]].append((id, line["facts"], line["reference"]))
            self.count += 1
        if len(ids) != self.count:
            raise SystemExit(f"{len(ids)} ids for {self.count} records of the ledger")
        self.bodies = {}
        for path in sorted(folder.glob("*/*.ndjson")):
            for line in lines(path):
                self.bodies[line["reference"]] = line


class Home:
    def __init__(self, istmo, path):
        self.istmo, self.path, self.country = istmo, path, path.name
        self.faults = []
        self.held = 0
        self.streams = 0

    @contextlib.contextmanager
    def running(self):
        """The home's node, for as long as it is asked; it ends with this process, however this ends."""
        command = [self.istmo, "run", "--home", str(self.path), "--end-with-input"]
        # Standard error has its log.
        node = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            node.stdout.readline()  # that it is ready; nothing when another has the home, which then answers
            yield
        finally:
            node.stdin.close()
            node.wait(60)

    def ask(self, *words):
        command = [self.istmo, *words, "--json", "--home", str(self.path)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=1200)
        if run.returncode not in (0, 1) or not run.stdout:
            raise SystemExit(f"{' '.join(command)}: {run.stderr}")
        return [json.loads(line) for line in run.stdout.splitlines()]

    def query(self, origin, dataset, role):
        """Everything that a stream holds here, by id."""
        found, until = {}, []
        while True:
            answer = self.ask(
                "query", dataset, "--from", origin, "--role", role, "--officer", "check-1", "--purpose", "regional day",
                "--history", "--limit", str(MOST), *until)
            new = {line["id"]: line for line in answer[:-1]}
            # An answer over the link is shorter than one's own.
            is_cut = len(new) == MOST or answer[-1]["answer"]["searched_back_to"]
            more = is_cut and not new.keys() <= found.keys()
            found |= new
            if not more:
                return found, answer[-1]["answer"]
            # Those of the oldest moment may not all have come: it is asked for again.
            oldest = datetime.datetime.fromisoformat(min(line["published"] for line in new.values()))
            until = ["--until", (oldest + datetime.timedelta(milliseconds=1)).isoformat(timespec="milliseconds")]

    def fault(self, text):
        self.faults.append(f"{self.country}: {text}")

    def compare(self, stream, found, expected, is_held=True):
        missing, extra = expected - found.keys(), found.keys() - expected
        if missing:
            self.fault(f"{stream} lacks {len(missing)} of {len(expected)} records, such as {min(missing)}")
        if extra:
            self.fault(f"{stream} has {len(extra)} records that no agreement gives it, such as {min(extra)}")
        if is_held:
            self.held += len(found)
            self.streams += 1

    def check(self, day):
        with self.running():
            self.check_while_running(day)

    def check_while_running(self, day):
        terms = list(agreements(self.path))
        group_names = groups(self.path)
        sizes = {}
        for stream in self.ask("status")[0]["streams"]:
            sizes[stream["stream"]] = stream["size"]
        expected_sizes = {}
        # Its own register.
        for (origin, dataset), records in sorted(day.records.items()):
            if origin == self.country:
                found, _ = self.query(origin, dataset, "auditor")
                self.compare(f"{origin}/{origin}/{dataset}", found, {id for id, _, _ in records})
                expected_sizes[f"{origin}/{origin}/{dataset}"] = len(records)
        for term in terms:
            admitted = [r for r in day.records.get((term.origin, term.dataset), ()) if term.admits(r[1])]
            if term.dataset == LOOKUPS:
                expected_sizes[term.stream] = None
                continue
            is_asked_for = term.mode == "query"
            if not is_asked_for:
                expected_sizes[term.stream] = len(admitted)
            if term.recipient != self.country:
                continue
            found, answer = self.query(term.origin, term.dataset, term.roles[0])
            if is_asked_for and answer["withheld"]:
                # Its origin's node does not run now: nothing of it is here.
                admitted = []
            self.compare(term.stream, found, {id for id, _, _ in admitted}, is_held=not is_asked_for)
            if is_asked_for and any(line["index"] is not None for line in found.values()):
                self.fault(f"{term.stream} is kept by its origin, and records of it are held here")
            for id, _, reference in admitted:
                if id not in found:
                    continue
                whole = leaves(day.bodies[reference], group_names[term.dataset])
                shown = leaves(found[id]["record"], group_names[term.dataset])
                if shown != whole & term.fields:
                    self.fault(f"{term.stream}: {id} shows {sorted(shown ^ (whole & term.fields))} otherwise than agreed")
                    break
        self.check_sizes(sizes, expected_sizes)

    def check_sizes(self, sizes, expected):
        """Not even a size of what is not its own: every stream that the node knows is accounted for, entry by entry."""
        for own in (LOOKUPS, HITS, TAGS):
            expected[f"{self.country}/{self.country}/{own}"] = None
        for stream, size in sizes.items():
            if stream not in expected:
                if size or self.country not in stream.split("/")[:2]:
                    self.fault(f"knows a stream {stream} of {size} entries that no agreement gives it")
            elif expected[stream] is not None:
                # Beside the records an entry for each day's key: one, or two past midnight.
                keys = size - expected[stream]
                if not (keys in (1, 2) if expected[stream] else keys == 0):
                    self.fault(f"{stream} has {size} entries for {expected[stream]} records")
        for stream, count in expected.items():
            if count and stream not in sizes:
                self.fault(f"does not know the stream {stream} of {count} records")


def main():
    parser = argparse.ArgumentParser(description="Checks each home after a regional day.")
    parser.add_argument("--istmo", required=True)
    parser.add_argument("--homes", required=True, type=pathlib.Path)
    parser.add_argument("--day", required=True, type=pathlib.Path)
    parser.add_argument("--only", metavar="CC", help="one country's home")
    arguments = parser.parse_args()
    began = time.monotonic()
    day = Day(arguments.day)
    homes = [Home(arguments.istmo, path.parent) for path in sorted(arguments.homes.glob(f"{arguments.only or '*'}/agreements"))]
    if not homes:
        raise SystemExit(f"there is no home in {arguments.homes}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda home: home.check(day), homes))
    for home in homes:
        print(f"  {home.country}: {home.held} records in {home.streams} streams, {len(home.faults)} faults")
    faults = [fault for home in homes for fault in home.faults]
    for fault in faults[:50]:
        print(fault, file=sys.stderr)
    if faults:
        print(f"NOT as agreed: {len(faults)} faults", file=sys.stderr)
        return 1
    held, streams = sum(h.held for h in homes), sum(h.streams for h in homes)
    print(
        f"{day.count} records were published; each home holds exactly what its agreements give it, and nothing else: "
        f"{held} in {streams} streams of {len(homes)} home(s), {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
