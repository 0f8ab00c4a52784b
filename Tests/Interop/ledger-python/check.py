"""Checks the files of a log with Python tools that know nothing of our code.

Usage: check.py aics|metamorphic|pynacl FOLDER. What lies in FOLDER is described in ../README.md.
"""

import base64
import hashlib
import sys
from pathlib import Path


def b64(text):
    return base64.b64decode(text, validate=True)


class Log:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.vkeys = (self.folder / "vkeys.txt").read_text().split()
        lines = (self.folder / "entries.txt").read_bytes().splitlines(keepends=True)
        self.entries = [b"".join(lines[i : i + 7]) for i in range(0, len(lines), 7)]
        self.times = [int(t) for t in (self.folder / "times.txt").read_text().split()]


class Refused(Exception):
    pass


def require(condition, why):
    if not condition:
        raise Refused(why)


def parse_proof(text):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
    if lines[0].startswith("extra "):
        b64(lines.pop(0)[6:])
    require(lines[0].startswith("index "), "no index")
    return int(lines[0][6:]), [b64(line) for line in lines[1:]], note


def parse_consistency(text):
    lines = text.split()
    return int(lines[0]), int(lines[1]), b64(lines[2]), b64(lines[3]), [b64(line) for line in lines[4:]]


class Aics:
    """PyPI aics-tlog: notes, checkpoints, cosignatures, trees and proofs."""

    def __init__(self, log):
        import aics_tlog

        self.lib, self.log = aics_tlog, log
        self.keys = [aics_tlog.parse_vkey(v) for v in log.vkeys]
        self.tree = aics_tlog.MerkleTree(log.entries)

    def checkpoint(self, text):
        result = self.lib.verify_checkpoint(self.lib.parse_note(text), self.keys[0], expected_origin=self.keys[0].name)
        require(result.ok, result.error)
        require(self.tree.root(result.size) == result.root, "the root is not that of the entries")
        return result

    def cosignature(self, text):
        result = self.lib.verify_checkpoint(self.lib.parse_note(text), self.keys[0], self.keys[1:], len(self.keys) - 1)
        require(result.ok, result.error)
        require([result.timestamps[k.name] for k in self.keys[1:]] == self.log.times, "other times")

    def proof(self, text, number):
        index, path, note = parse_proof(text)
        head = self.checkpoint(note)
        ok = self.lib.verify_leaf_inclusion(self.log.entries[number], index, head.size, path, head.root)
        require(ok, "not included")
        require(self.tree.inclusion_proof(number, head.size) == path, "not the proof that aics-tlog makes")

    def consistency(self, text):
        old, new, old_root, new_root, path = parse_consistency(text)
        require(self.lib.verify_consistency(old, new, old_root, new_root, path), "not consistent")
        require(self.tree.consistency_proof(old, new) == path, "not the proof that aics-tlog makes")


class Metamorphic:
    """PyPI metamorphic-log (Rust): notes, checkpoints and proofs. It knows no cosignatures."""

    def __init__(self, log):
        import metamorphic_log

        self.lib, self.log = metamorphic_log, log

    def checkpoint(self, text):
        return self.lib.checkpoint_verify(text, self.log.vkeys[:1])

    cosignature = None

    def proof(self, text, number):
        index, path, note = parse_proof(text)
        leaf = hashlib.sha256(b"\0" + self.log.entries[number]).digest()
        self.lib.checkpoint_verify_inclusion(note, self.log.vkeys[:1], index, leaf, path)

    def consistency(self, text):
        old, new, old_root, new_root, path = parse_consistency(text)
        self.lib.verify_consistency(old, new, path, old_root, new_root)


class PyNaCl:
    """PyNaCl and nothing else: the signatures read by the letter of the standards."""

    def __init__(self, log):
        self.log = log

    def signatures(self, text, vkeys):
        from nacl.signing import VerifyKey

        body, _, lines = text.rpartition("\n\n")
        body += "\n"
        require(lines.endswith("\n"), "cut short")
        found = {}
        for line in lines.splitlines():
            dash, name, blob = line.split(" ")
            require(dash == "\u2014", "no dash")
            found[(name, b64(blob)[:4])] = b64(blob)[4:]
        times = []
        for vkey in vkeys:
            name, key_id, key = vkey.split("+", 2)
            key = b64(key)
            own = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
            require(own.hex() == key_id, "the id is not that of the key")
            blob = found[(name, own)]
            if key[0] == 1:
                VerifyKey(key[1:]).verify(body.encode(), blob)
            else:
                require(key[0] == 4 and len(blob) == 72, "not a cosignature")
                times.append(int.from_bytes(blob[:8], "big"))
                VerifyKey(key[1:]).verify(b"cosignature/v1\ntime %d\n" % times[-1] + body.encode(), blob[8:])
        return times

    def checkpoint(self, text):
        self.signatures(text, self.log.vkeys[:1])

    def cosignature(self, text):
        require(self.signatures(text, self.log.vkeys) == self.log.times, "other times")

    proof = None
    consistency = None


def judge(tool, path):
    """True when accepted, False when refused, None when the tool has no word for it."""
    kind = path.name.split("-")[0]
    check = getattr(tool, kind)
    if check is None:
        return None
    try:
        text = path.read_text()
        check(text, int(path.name.split("-")[1])) if kind == "proof" else check(text)
        return True
    except Exception as error:  # whatever a tool raises is its refusal
        judge.why = repr(error)
        return False


def main():
    tool = {"aics": Aics, "metamorphic": Metamorphic, "pynacl": PyNaCl}[sys.argv[1]](Log(sys.argv[2]))
    accepted = rejected = wrong = 0
    for path in sorted((Path(sys.argv[2]) / "good").iterdir()):
        verdict = judge(tool, path)
        if verdict is False:
            wrong += 1
            print("refused:", path.name, judge.why)
        accepted += verdict is True
    for path in sorted((Path(sys.argv[2]) / "bad").iterdir()):
        verdict = judge(tool, path)
        if verdict is True:
            wrong += 1
            print("accepted:", path.name)
        rejected += verdict is False
    print(f"accepted {accepted}, rejected {rejected}, wrong {wrong}")
    sys.exit(wrong > 0)


main()
