"""Reads one question and its answer, and asks another, written from Docs/protocol/questions.md (with ledger.md and exchange.md) alone.

Usage: questions.py FILE
FILE has a line each: realm; in hexadecimal digits the origin's secret sealing key, the secret half of the question's key, the origin's log key and
receipt key; the agreed version; then the two messages, their type byte first. Prints what was asked and answered, and how many altered
answers it refused; then a question of its own in hexadecimal digits. Ends with an error where anything is not as the page says.
"""

import base64
import hashlib
import struct
import sys

from nacl.bindings import crypto_box_seal, crypto_box_seal_open, crypto_scalarmult_base
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

NONE = 2**64 - 1


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert len(self.data) - self.at >= count, "too short"
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def vector(self, size):
        return self.take(self.number(size))

    def end(self):
        assert self.at == len(self.data), "bytes left over"


# Section 3

def read_terms(r):
    return [(r.vector(1).decode(), r.vector(2)) for _ in range(r.number(1))]


def read_question(data):
    assert len(data) <= 16384
    r = Reader(data)
    q = {"key": r.take(32), "stream": r.vector(1).decode(), "agreement": r.take(32)}
    for name in ["officer", "role", "purpose", "post"]:
        q[name] = r.vector(1).decode()
    q["flags"], q["since"], q["until"], q["limit"], q["held"] = (r.number(n) for n in (1, 8, 8, 2, 8))
    assert q["flags"] in (0, 1) and 1 <= q["limit"] <= 500
    for name in ["all", "any", "filters"]:
        q[name] = read_terms(r)
        assert len(q[name]) <= 64
    r.end()
    return q


def write_question(q):
    def vector(size, data):
        return len(data).to_bytes(size, "big") + data

    out = q["key"] + vector(1, q["stream"].encode()) + q["agreement"]
    for name in ["officer", "role", "purpose", "post"]:
        out += vector(1, q[name].encode())
    out += struct.pack(">BQQHQ", q["flags"], q["since"], q["until"], q["limit"], q["held"])
    for name in ["all", "any", "filters"]:
        out += bytes([len(q[name])])
        out += b"".join(vector(1, field.encode()) + vector(2, value) for field, value in q[name])
    return out


# Section 5

def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()


def uuid(data):
    text = data.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def read_answer(data, question, q, realm, version, log_key, receipt_key):
    assert len(data) <= 294912
    r = Reader(data)
    note, head, count = r.vector(2), r.vector(3), r.number(2)
    assert len(note) <= 8192 and count <= q["limit"]
    digest = hashlib.sha256(question).digest()
    origin = f"{realm}/{q['stream']}/answers/{digest.hex()}"
    leaves, ids = [hashlib.sha256(b"\x00" + head).digest()], []
    for _ in range(count):
        kind, id = r.number(1), r.take(16)
        assert kind in (0, 1)
        what = "record" if kind == 0 else f"replaces {uuid(r.take(16))}"
        commitment, salt, body = r.take(32), r.take(16), r.vector(3)
        assert len(body) <= 65536 and hashlib.sha256(salt + body).digest() == commitment
        entry = (
            f"istmo/entry/v1\n{origin}\nagreement {q['agreement'].hex()}\nversion {version}\nid {uuid(id)}\n{what}\n"
            f"body {base64.b64encode(commitment).decode()}\n"
        )
        leaves.append(hashlib.sha256(b"\x00" + entry.encode()).digest())
        assert not ids or id < ids[-1]
        ids.append(id)
    r.end()
    # Head
    lines = head.decode().split("\n")
    assert lines[-1] == "" and lines[:3] == ["istmo/answer/v1", f"question {digest.hex()}", f"records {count}"]
    assert lines[3] in ("more yes", "more no")
    changed = [line for line in lines[4:-1] if line.startswith("changed ")]
    assert all(line.startswith("back ") for line in lines[4:-1] if line not in changed)
    # Checkpoint, signed and cosigned
    text, _, signatures = note.decode().partition("\n\n")
    text += "\n"
    assert text == f"{origin}\n{count + 1}\n{base64.b64encode(root(leaves)).decode()}\n"
    as_of, signed = None, False
    for line in signatures.strip().split("\n"):
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        assert dash == "\u2014"
        if name == origin:
            assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x01" + log_key).digest()[:4]
            VerifyKey(log_key).verify(text.encode(), raw[4:])
            signed = True
        elif name == f"{realm}/{q['stream'][:2]}":
            assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x04" + receipt_key).digest()[:4]
            as_of = int.from_bytes(raw[4:12], "big")
            VerifyKey(receipt_key).verify(f"cosignature/v1\ntime {as_of}\n{text}".encode(), raw[12:])
    assert signed and as_of is not None
    return count, len(changed), as_of


def main():
    with open(sys.argv[1]) as file:
        lines = file.read().split("\n")
    realm, version = lines[0], int(lines[5])
    sealing, secret, log_key, receipt_key = (bytes.fromhex(line) for line in lines[1:5])
    ask, reply = (Reader(bytes.fromhex(line)) for line in lines[6:8])
    assert ask.number(1) == 0x28
    request, sealed = ask.number(8), ask.vector(3)
    ask.end()
    public = crypto_scalarmult_base(sealing)
    question = crypto_box_seal_open(sealed, public, sealing)
    q = read_question(question)
    assert write_question(q) == question and q["key"] == crypto_scalarmult_base(secret)
    assert reply.number(1) == 0x29 and reply.number(8) == request
    sealed = reply.vector(3)
    reply.end()
    data = crypto_box_seal_open(sealed, q["key"], secret)

    def read(data):
        return read_answer(data, question, q, realm, version, log_key, receipt_key)

    count, changed, as_of = read(data)
    # 40 altered ones, all over its length: none is taken.
    refused = 0
    for number in range(40):
        altered = bytearray(data)
        altered[number * (len(data) - 1) // 39] ^= 4
        try:
            read(bytes(altered))
        except (AssertionError, CryptoError, ValueError):
            refused += 1
    terms = " ".join(f"{field}={value.decode()}" for field, value in q["all"])
    print(
        f"request {request} {q['officer']} {q['role']} {terms} records {count} changed {changed} as of {as_of} "
        f"refused {refused}"
    )
    q.update(officer="of-18", limit=2, since=NONE)
    sealed = crypto_box_seal(write_question(q), public)
    print((b"\x28" + struct.pack(">Q", 9) + len(sealed).to_bytes(3, "big") + sealed).hex())


main()
