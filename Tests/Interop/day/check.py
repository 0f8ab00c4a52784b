#!/usr/bin/env python3
"""Checks that after a regional day each home holds exactly what its agreements give it, and nothing else.

It shares no code with the program. What must be where it computes from three texts: the generator's ledger, the agreements
that the delegations signed, and the definitions' own TOML (which fields are groups, and which are searched by). What is there it asks each
home for with `istmo query` and `istmo status`, as an officer would; and that each record is found by each of its keys, over the home's
socket, one lookup a key. It runs each home's node meanwhile, unless that runs already.

    check.py --istmo PROGRAM --homes demo-homes --day demo-homes/files/day [--only CC]

Exit status: 0 all is as it must be; 1 something is not, with a line for each; 2 wrong usage.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import datetime
import http.client
import json
import pathlib
import socket
import subprocess
import sys
import time
import tomllib

MOST = 10_000  # records of one answer
AT_ONCE = 4  # lookups of one home
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


def definitions(home):
    """The definitions that the home was given, by dataset."""
    found = {}
    for path in (home / "topology").rglob("*.toml"):
        definition = tomllib.loads(path.read_text(encoding="utf-8"))
        if "dataset" in definition and isinstance(definition["dataset"], str):
            found[definition["dataset"]] = definition
    return found


def groups(definition):
    """The fields that are groups."""
    return {f["name"] for f in definition["field"] if f["type"] == "group"}


def typed(value, kind):
    """What an officer types to find a value of this type."""
    if kind == "document":
        return value["number"]
    if kind == "plate":
        return value["text"]
    if kind == "company":
        return f"{value['country']}/{value['number']}"
    return value


def keys(record, definition, names):
    """The keys of a record: each field that is searched by, among these names, with the text to type."""
    for field in definition["field"]:
        if field["name"] not in record:
            continue
        value = record[field["name"]]
        if field["type"] == "group":
            for part in value if isinstance(value, list) else [value]:
                for inner in field["field"]:
                    name = f"{field['name']}.{inner['name']}"
                    if inner.get("search") and inner["name"] in part and name in names:
                        for one in several(part[inner["name"]], inner):
                            yield name, one
        elif field.get("search") and field["name"] in names:
            for one in several(value, field):
                yield field["name"], one
    for rule in definition.get("rule", ()):
        parts = [rule.get(part) for part in ("surname", "given_names", "birth_date")]
        if rule["kind"] == "name" and all(part in names and part in record for part in parts):
            surname, given, birth = (record[part] for part in parts)
            yield rule["key"], f"{surname}, {given} {birth}"


def several(value, field):
    """The texts to type for a value that may be a list."""
    kind = field.get("of", field["type"])
    for one in value if isinstance(value, list) else [value]:
        yield typed(one, kind)


class Socket(http.client.HTTPConnection):
    """HTTP over the socket in a home, which asks for no token: who may open it may ask."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


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
                # Lines refer to references, records to the ids that these were given.
                for field in ("refers", "matched"):
                    if field in line:
                        line[field] = ids[line[field]]
                self.bodies[line["reference"]] = line


class Home:
    def __init__(self, istmo, path):
        self.istmo, self.path, self.country = istmo, path, path.name
        self.faults = []
        self.held = 0
        self.streams = 0
        self.keys = 0

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
        defined = definitions(self.path)
        sizes = {}
        for stream in self.ask("status")[0]["streams"]:
            sizes[stream["stream"]] = stream["size"]
        expected_sizes = {}
        # Its own register.
        for (origin, dataset), records in sorted(day.records.items()):
            if origin == self.country:
                found, _ = self.query(origin, dataset, "auditor")
                self.compare(f"{origin}/{origin}/{dataset}", found, {id for id, _, _ in records})
                self.find(origin, dataset, "auditor", records, day, defined[dataset])
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
                whole = leaves(day.bodies[reference], groups(defined[term.dataset]))
                shown = leaves(found[id]["record"], groups(defined[term.dataset]))
                if shown != whole & term.fields:
                    self.fault(f"{term.stream}: {id} shows {sorted(shown ^ (whole & term.fields))} otherwise than agreed")
                    break
            if not is_asked_for:
                self.find(term.origin, term.dataset, term.roles[0], admitted, day, defined[term.dataset], term.fields)
        self.check_sizes(sizes, expected_sizes)

    def find(self, origin, dataset, role, records, day, definition, fields=None):
        """Each record is found by each of its keys that was agreed."""
        by_key = collections.defaultdict(set)
        for id, _, reference in records:
            body = day.bodies[reference]
            names = leaves(body, groups(definition)) if fields is None else fields
            for key in keys(body, definition, names):
                by_key[key].add(id)
        pairs = sorted(by_key.items())
        parts = [pairs[start::AT_ONCE] for start in range(AT_ONCE)]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda part: self.find_all(origin, dataset, role, part), parts))
        self.keys += len(pairs)

    def find_all(self, origin, dataset, role, pairs):
        line = Socket(self.path / "node.sock")
        for (field, text), expected in pairs:
            question = {
                "dataset": dataset, "from": origin, "where": {field: text}, "limit": MOST, "history": True,
                "officer": "check-1", "role": role, "purpose": "regional day"}
            line.request("POST", "/v1/query", json.dumps(question))
            answer = line.getresponse()
            said = answer.read()
            found = {json.loads(one).get("id") for one in said.splitlines()} if answer.status == 200 else set()
            if not expected <= found:
                self.fault(f"{origin}'s {dataset} by {field} {text}: {len(expected - found)} of {len(expected)} not found")
        line.close()

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
        print(
            f"  {home.country}: {home.held} records in {home.streams} streams, {home.keys} keys looked up, {len(home.faults)} faults")
    faults = [fault for home in homes for fault in home.faults]
    for fault in faults[:50]:
        print(fault, file=sys.stderr)
    if faults:
        print(f"NOT as agreed: {len(faults)} faults", file=sys.stderr)
        return 1
    held, streams = sum(h.held for h in homes), sum(h.streams for h in homes)
    print(
        f"{day.count} records were published; each home holds exactly what its agreements give it, and nothing else: "
        f"{held} in {streams} streams of {len(homes)} home(s); each was found by each of its {sum(h.keys for h in homes)} keys; "
        f"{time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
