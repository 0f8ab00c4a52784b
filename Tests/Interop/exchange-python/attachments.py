"""Reads one transfer of an attachment, written from Docs/protocol/attachments.md alone.

Usage: attachments.py FILE
FILE has one line each in hexadecimal digits: the master of the entry's epoch, the entry's leaf hash, then every message of both sides, its type
byte first. Prints what was transferred; ends with an error where anything is not as the page says.
"""

import hashlib
import struct
import sys

from nacl.bindings import crypto_secretstream as secretstream

FETCH, BEGIN, PIECE, TAKEN, END, STOP = range(0x20, 0x26)
TAG_MESSAGE, TAG_FINAL = 0, 3


def transfer(master, leaf, messages):
    key = hashlib.blake2b(b"istmo/epoch/attachment/v1", key=master, digest_size=32).digest()
    state = secretstream.crypto_secretstream_xchacha20poly1305_state()
    place, size, content, pieces, taken, ended = None, None, b"", 0, 0, False
    for message in messages:
        kind, request, rest = message[0], struct.unpack(">Q", message[1:9])[0], message[9:]
        if kind == FETCH:
            assert place is None
            length = rest[0]
            stream, rest = rest[1 : 1 + length].decode("ascii"), rest[1 + length :]
            index, digest = struct.unpack(">Q", rest[:8])[0], rest[8:]
            assert len(digest) == 32
            place, wanted = (stream, index, digest), request
            continue
        assert request == wanted
        if kind == BEGIN:
            size, header = struct.unpack(">Q", rest[:8])[0], rest[8:]
            assert len(header) == 24 and 1 <= size <= 100 << 20
            secretstream.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
        elif kind == PIECE:
            number, length = struct.unpack(">IH", rest[:6])
            assert number == pieces and length == len(rest) - 6 <= 32785 and not ended
            pieces += 1
            assert pieces - taken <= 4
            plain, tag = secretstream.crypto_secretstream_xchacha20poly1305_pull(state, rest[6:], leaf + place[2])
            ended = tag == TAG_FINAL
            assert ended or tag == TAG_MESSAGE and len(plain) == 32768
            content += plain
        elif kind == TAKEN:
            taken = struct.unpack(">I", rest)[0]
            assert taken <= pieces
        else:
            raise AssertionError(f"a message of type {kind}")
    assert ended and len(content) == size and taken == pieces
    assert hashlib.sha256(content).digest() == place[2]
    return f"stream {place[0]} index {place[1]} pieces {pieces} bytes {size} digest {place[2].hex()}"


with open(sys.argv[1]) as file:
    lines = [bytes.fromhex(line) for line in file]
print(transfer(lines[0], lines[1], lines[2:]))
