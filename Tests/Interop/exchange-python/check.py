"""Reads what a node sends, written from Docs/protocol/exchange.md and ledger.md alone; only PyNaCl, lz4 and hashlib.

Usage: check.py FOLDER. What lies in FOLDER is described in ../exchange.md.
Prints "messages M, entries E, bodies B, refused R, codings C" when all is as the documents say; else ends with status 1.
"""

import base64
import hashlib
import struct
import sys
from pathlib import Path

import lz4.block
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt, crypto_box_seal_open
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from nacl.exceptions import BadSignatureError


class Refused(Exception):
    pass


def require(condition, why):
    if not condition:
        raise Refused(why)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(len(self.data) - self.at >= count, "too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def vector(self, size, longest=None):
        data = self.take(self.number(size))
        require(longest is None or len(data) <= longest, "vector too long")
        return data

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            require(shift < 63 or byte <= 1, "varint too large")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                require(byte != 0 or shift == 0, "varint not in its shortest form")
                return value
            shift += 7

    def end(self):
        require(self.at == len(self.data), "bytes left over")


# Section 1

def hello(r):
    return {"version": r.number(2), "time": r.number(8), "card": r.vector(2)}


def resume(r):
    return {"stream": r.vector(1), "agreement": r.take(32), "size": r.number(8), "checkpoint": r.vector(2, 8192)}


def batch(r):
    value = {"stream": r.vector(1), "agreement": r.take(32), "version": r.number(4), "first": r.number(8)}
    value["count"] = r.number(2)
    require(1 <= value["count"] <= 1000, "count")
    value["entries"], value["bodies"] = r.vector(3), r.vector(3, 327700)
    value["checkpoint"] = r.vector(2, 8192)
    return value


def note(r):
    return {"stream": r.vector(1), "note": r.vector(2, 8192)}


def refuse(r):
    value = {"stream": r.vector(1), "code": r.number(1), "index": r.number(8), "reason": r.vector(2, 500)}
    require(1 <= value["code"] <= 8, "refusal code")
    value["reason"].decode()
    return value


def conflict(r):
    value = {"stream": r.vector(1)}
    p = Reader(r.vector(2, 24576))
    value["first"], value["second"] = p.vector(2), p.vector(2)
    length = p.number(1)
    value["prefix"] = None if length == 0xFF else p.take(32)
    value["path"] = [] if length == 0xFF else [p.take(32) for _ in range(length)]
    p.end()
    return value


def codings(r):
    return {"last": r.number(1)}


KINDS = {0x10: hello, 0x11: resume, 0x12: batch, 0x13: note, 0x14: note, 0x15: refuse, 0x16: conflict, 0x32: batch,
         0x33: codings}


def message(data):
    require(data and data[0] in KINDS, "message type")
    reader = Reader(data[1:])
    value = KINDS[data[0]](reader)
    reader.end()
    return data[0], value


# ledger.md

def uuid(b):
    require(b[6] >> 4 == 7 and b[8] >> 6 == 2, "not a UUID version 7")
    h = b.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def packed(r):
    kind, ident = r.number(1), r.take(16)
    require(kind <= 4, "entry kind")
    entry = {"kind": kind, "id": ident}
    if kind in (1, 2):
        entry["target"] = r.take(16)
    if kind in (3, 4):
        entry["number"] = r.number(4)
    entry["commitment"] = r.take(32)
    return entry


def canonical(entry, origin, agreement, version):
    words = {0: "record", 3: f"epoch {entry.get('number')}", 4: f"erased {entry.get('number')}"}
    if entry["kind"] in (1, 2):
        words = {1: "replaces ", 2: "withdraws "}
        words = {k: w + uuid(entry["target"]) for k, w in words.items()}
    return (
        f"istmo/entry/v1\n{origin}\nagreement {agreement.hex()}\nversion {version}\nid {uuid(entry['id'])}\n"
        f"{words[entry['kind']]}\nbody {base64.b64encode(entry['commitment']).decode()}\n"
    ).encode()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01", root(leaves[:split]), root(leaves[split:]))


def checkpoint(data, name, log_key=None, cosigner=None):
    """The size, root and cosigned time of a signed checkpoint; every key that is given must have signed it."""
    text, _, signatures = data.decode().partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    require(len(lines) == 4 and lines[0] == name and str(int(lines[1])) == lines[1], "checkpoint text")
    found, time = set(), None
    for line in signatures.splitlines():
        dash, key_name, blob = line.split(" ")
        require(dash == "\u2014", "signature line")
        blob = base64.b64decode(blob, validate=True)
        keys = [("log", name, 1, log_key)] + ([("cosigner", *cosigner)] if cosigner else [])
        for what, wanted, kind, key in keys:
            if key is None or key_name != wanted:
                continue
            if blob[:4] != sha(wanted.encode(), b"\n", bytes([kind]), key)[:4]:
                continue
            body, signed = blob[4:], text.encode()
            if kind == 4:
                (time,) = struct.unpack(">Q", body[:8])
                signed, body = f"cosignature/v1\ntime {time}\n{text}".encode(), body[8:]
            try:
                VerifyKey(key).verify(signed, body)
            except (BadSignatureError, ValueError) as error:
                raise Refused("signature") from error
            found.add(what)
    require(log_key is None or "log" in found, "no signature of the log")
    require(cosigner is None or "cosigner" in found, "no cosignature")
    return int(lines[1]), base64.b64decode(lines[2], validate=True), time


# Section 2

class Stream:
    def __init__(self, keys):
        self.keys, self.leaves, self.master, self.bodies, self.last = keys, [], None, [], b""
        self.agreement = keys["agreement"]

    def take(self, value):
        """Takes a batch as the steps of section 3 say, or leaves everything as it was."""
        held = (list(self.leaves), self.master, list(self.bodies), self.last)
        try:
            self.check(value)
        except Exception as error:
            self.leaves, self.master, self.bodies, self.last = held
            if isinstance(error, Refused):
                raise
            raise Refused(str(error)) from error

    def check(self, value):
        origin = self.keys["origin"]
        require(origin.endswith("/" + value["stream"].decode()), "another stream")
        require(value["first"] == len(self.leaves), "a gap")
        require(value["agreement"] == self.agreement and value["version"] == 1, "another agreement")
        entries, bodies = Reader(value["entries"]), Reader(value["bodies"])
        for _ in range(value["count"]):
            entry = packed(entries)
            length = bodies.varint()
            require(length <= 65536 + 17, "body too long")
            sealed = bodies.take(length)
            require(entry["id"] > self.last, "ids do not rise")
            self.last = entry["id"]
            leaf = sha(b"\x00", canonical(entry, origin, value["agreement"], value["version"]))
            if entry["kind"] == 3:
                require(sha(sealed) == entry["commitment"] and len(sealed) == 80, "not the epoch key committed to")
                self.master = crypto_box_seal_open(sealed, self.keys["sealing_public"], self.keys["sealing_secret"])
            elif entry["kind"] == 4:
                require(sealed == b"" and entry["commitment"] == bytes(32), "erasure with a body")
            else:
                require("target" not in entry or entry["target"] < entry["id"], "corrects the future")
                self.bodies.append((uuid(entry["id"]), self.open(entry, sealed, leaf)))
            self.leaves.append(leaf)
        entries.end()
        bodies.end()
        size, named, time = checkpoint(
            value["checkpoint"], origin, self.keys["log"], (self.keys["cosigner_name"], 4, self.keys["origin_receipt"]))
        require(time is not None and size == len(self.leaves), "checkpoint size")
        require(named == root(self.leaves), "checkpoint root")

    def open(self, entry, sealed, leaf):
        require(self.master is not None, "no epoch")
        blake = lambda label, key, size: hashlib.blake2b(label, key=key, digest_size=size).digest()
        seal_key = blake(b"istmo/epoch/seal/v1", self.master, 32)
        salt_key = blake(b"istmo/epoch/salt/v1", self.master, 32)
        try:
            plain = crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, leaf, leaf[:24], seal_key)
        except CryptoError as error:
            raise Refused("a body does not open") from error
        body = decoded(plain)
        require(sha(blake(entry["id"], salt_key, 16), body) == entry["commitment"], "not the body committed to")
        CODINGS.add(plain[0])
        return body


CODINGS = set()
DICTIONARY = (Path(__file__).parents[3] / "Sources/Exchange/Coding/body-dictionary-1.txt").read_bytes()


def decoded(plain):
    require(plain[:1] in (b"\x00", b"\x01"), "body coding")
    if plain[0] == 0:
        return plain[1:]
    length = int.from_bytes(plain[1:3], "big")
    try:
        body = lz4.block.decompress(plain[3:], uncompressed_size=length, dict=DICTIONARY)
    except lz4.block.LZ4BlockError as error:
        raise Refused("a block of LZ4") from error
    require(len(body) == length, "a body of another length")
    return body


def main(folder):
    folder = Path(folder)
    keys = {}
    for line in (folder / "keys.txt").read_text().splitlines():
        name, value = line.split(" ")
        keys[name] = value if name in ("origin", "cosigner_name", "recipient_name") else bytes.fromhex(value)
    stream, count, announced, ahead = Stream(keys), {"entries": 0}, [], {}
    messages = sorted(folder.glob("message-*"))
    for path in messages:
        kind, value = message(path.read_bytes())
        if kind == 0x32:
            require(value.pop("checkpoint") == b"" and value["first"] == len(stream.leaves), "advance")
            ahead[value["first"]] = value
        elif kind == 0x12:
            unsigned = {name: part for name, part in value.items() if name != "checkpoint"}
            require(ahead.pop(value["first"], unsigned) == unsigned, "not the batch that was sent ahead")
            stream.take(value)
            count["entries"] += value["count"]
        elif kind == 0x13:
            size, named, time = checkpoint(
                value["note"], keys["origin"], None, (keys["recipient_name"], 4, keys["recipient_receipt"]))
            require(named == root(stream.leaves[:size]) and time, "receipt")
        elif kind == 0x14:
            size, named, time = checkpoint(
                value["note"], keys["origin"], keys["log"], (keys["cosigner_name"], 4, keys["origin_receipt"]))
            require(time, "as of")
            # It may be of more than was received so far: that is how the recipient learns that something is missing.
            announced.append((size, named))
        elif kind == 0x11 and value["size"]:
            size, named, _ = checkpoint(value["checkpoint"], keys["origin"], keys["log"])
            require(size == value["size"] and named == root(stream.leaves[:size]), "resume")
        elif kind == 0x16:
            (a, root_a, _), (b, root_b, _) = (
                checkpoint(value[name], keys["origin"], keys["log"]) for name in ("first", "second"))
            require(a == b and root_a != root_b, "fork of equal sizes")
    for size, named in announced:
        require(size <= len(stream.leaves) and named == root(stream.leaves[:size]), "as of")
    expected = (folder / "bodies.txt").read_bytes().split(b"\x1e")
    require([i.encode() + b" " + body for i, body in stream.bodies] == expected, "bodies")
    refused = 0
    for path in sorted(folder.glob("bad-*")):
        try:
            _, value = message(path.read_bytes())
            # A stranger to the stream: it has held nothing yet.
            Stream(keys).take(value)
        except Refused:
            refused += 1
        else:
            raise Refused(f"{path.name} was not refused")
    words = " ".join(str(coding) for coding in sorted(CODINGS))
    print(f"messages {len(messages)}, entries {count['entries']}, bodies {len(stream.bodies)}, refused {refused}, codings {words}")


if __name__ == "__main__":
    main(sys.argv[1])
