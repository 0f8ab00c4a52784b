"""A neighbour's side of the link, written from Docs/protocol/link.md alone, on a Noise implementation by others.

Usage: peer.py < SETTINGS
SETTINGS is one JSON object: library (noiseprotocol or dissononce), role (initiator or responder), realm, own, other,
secret and remote (the own X25519 secret key and the other side's public key, hexadecimal), card (the own card,
hexadecimal), port (of the node, for an initiator), pings (how many the peer sends), stop (a file: when it appears, the
peer ends). Prints one JSON object a line for each thing that happened; a responder first prints its port.
"""

import json
import os
import select
import socket
import struct
import sys
import time

NOISE = "Noise_IK_25519_ChaChaPoly_SHA256"
REKEY = 1 << 14
PING, PONG, HELLO = 0x00, 0x01, 0x10
PATIENCE = 300


class NoiseProtocol:
    """PyPI noiseprotocol."""

    def __init__(self, initiator, prologue, secret, remote):
        from noise.connection import Keypair, NoiseConnection
        self.noise = NoiseConnection.from_name(NOISE.encode())
        self.noise.set_as_initiator() if initiator else self.noise.set_as_responder()
        self.noise.set_prologue(prologue)
        self.noise.set_keypair_from_private_bytes(Keypair.STATIC, secret)
        if initiator:
            self.noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, remote)
        self.noise.start_handshake()

    def write(self):
        return bytes(self.noise.write_message())

    def read(self, message):
        return bytes(self.noise.read_message(message))

    def remote(self):
        return self.noise.noise_protocol.handshake_state.rs.public_bytes

    def seal(self, plain):
        return bytes(self.noise.encrypt(plain))

    def open(self, sealed):
        return bytes(self.noise.decrypt(sealed))

    def rekey_sending(self):
        self.noise.rekey_outbound_cipher()

    def rekey_receiving(self):
        self.noise.rekey_inbound_cipher()


class Dissononce:
    """Debian python3-dissononce."""

    def __init__(self, initiator, prologue, secret, remote):
        from dissononce.cipher.chachapoly import ChaChaPolyCipher
        from dissononce.dh.x25519.private import PrivateKey
        from dissononce.dh.x25519.x25519 import X25519DH
        from dissononce.hash.sha256 import SHA256Hash
        from dissononce.processing.handshakepatterns.interactive.IK import IKHandshakePattern
        from dissononce.processing.impl.cipherstate import CipherState
        from dissononce.processing.impl.handshakestate import HandshakeState
        from dissononce.processing.impl.symmetricstate import SymmetricState
        dh = X25519DH()
        self.initiator = initiator
        self.state = HandshakeState(SymmetricState(CipherState(ChaChaPolyCipher()), SHA256Hash()), dh)
        self.state.initialize(
            IKHandshakePattern(), initiator, prologue, s=dh.generate_keypair(PrivateKey(secret)),
            rs=dh.create_public(remote) if initiator else None)

    def split(self, ciphers):
        if ciphers:
            self.sending, self.receiving = ciphers if self.initiator else reversed(ciphers)

    def write(self):
        message = bytearray()
        self.split(self.state.write_message(b"", message))
        return bytes(message)

    def read(self, message):
        payload = bytearray()
        self.split(self.state.read_message(message, payload))
        return bytes(payload)

    def remote(self):
        return self.state.rs.data

    def seal(self, plain):
        return self.sending.encrypt_with_ad(b"", plain)

    def open(self, sealed):
        return self.receiving.decrypt_with_ad(b"", sealed)

    # Its own rekey() keeps the tag as a part of the key and sets the number back to 0; Noise (sections 4.2 and 5.1) takes
    # the first 32 bytes and lets the number go on.
    def rekey_sending(self):
        self.sending._key = self.sending.cipher.rekey(self.sending._key)[:32]

    def rekey_receiving(self):
        self.receiving._key = self.receiving.cipher.rekey(self.receiving._key)[:32]


LIBRARIES = {"noiseprotocol": NoiseProtocol, "dissononce": Dissononce}


class Closed(Exception):
    pass


def say(**what):
    print(json.dumps(what), flush=True)


def vector8(data):
    return struct.pack(">B", len(data)) + data


class Link:
    def __init__(self, settings, connection):
        self.settings, self.connection = settings, connection
        connection.settimeout(PATIENCE)
        self.sent = self.received = 0
        self.buffer = b""
        self.remote = settings["remote"]

    # Bytes and frames

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.connection.recv(count - len(data))
            if not more:
                raise Closed(f"closed with {len(data)} of {count} bytes")
            data += more
        return data

    def take_frame(self):
        return self.take(struct.unpack(">H", self.take(2))[0])

    def give_frame(self, frame):
        self.connection.sendall(struct.pack(">H", len(frame)) + frame)

    # The handshake

    def prologue(self, preamble):
        return vector8(b"istmo link 1") + vector8(self.settings["realm"].encode()) + preamble

    def noise(self, initiator, preamble):
        return LIBRARIES[self.settings["library"]](
            initiator, self.prologue(preamble), bytes.fromhex(self.settings["secret"]),
            bytes.fromhex(self.settings["remote"]))

    def dial(self):
        preamble = b"ISTMO\x01" + self.settings["own"].encode() + self.settings["other"].encode()
        self.cipher = self.noise(True, preamble)
        first = self.cipher.write()
        assert len(first) == 96, len(first)
        self.connection.sendall(preamble)
        self.give_frame(first)
        second = self.take_frame()
        assert len(second) == 48, len(second)
        assert self.cipher.read(second) == b""
        # The first frame proves that this is no replay.
        self.give(PING, bytes(8))

    def answer(self):
        preamble = self.take(10)
        expected = b"ISTMO\x01" + self.settings["other"].encode() + self.settings["own"].encode()
        assert preamble == expected, preamble
        self.cipher = self.noise(False, preamble)
        first = self.take_frame()
        assert len(first) == 96, len(first)
        assert self.cipher.read(first) == b""
        # Known only while the handshake lasts.
        self.remote = self.cipher.remote().hex()
        assert self.remote == self.settings["remote"], "another static key"
        self.give_frame(self.cipher.write())
        # Nothing is said before the initiator has shown that it is no replay.
        self.fill()

    # Messages: type, three bytes of length, payload, as one stream cut into frames

    def give(self, kind, payload):
        data = struct.pack(">I", kind << 24 | len(payload)) + payload
        for start in range(0, len(data), 16384):
            self.give_frame(self.cipher.seal(data[start:start + 16384]))
            self.sent += 1
            if self.sent % REKEY == 0:
                self.cipher.rekey_sending()

    def fill(self):
        plain = self.cipher.open(self.take_frame())
        assert plain, "an empty frame"
        self.received += 1
        if self.received % REKEY == 0:
            self.cipher.rekey_receiving()
        self.buffer += plain

    def next(self):
        while True:
            if len(self.buffer) >= 4:
                head = struct.unpack(">I", self.buffer[:4])[0]
                kind, count = head >> 24, head & 0xFFFFFF
                assert count <= 1 << 20, count
                if len(self.buffer) >= 4 + count:
                    payload, self.buffer = self.buffer[4:4 + count], self.buffer[4 + count:]
                    return kind, payload
            self.fill()

    # A session

    def hello(self):
        card = bytes.fromhex(self.settings["card"])
        head = struct.pack(">HQ", 1, int(time.time() * 1000))
        self.give(HELLO, head + struct.pack(">H", len(card)) + card)

    def read_hello(self, payload):
        version, milliseconds, count = struct.unpack(">HQH", payload[:12])
        assert len(payload) == 12 + count
        say(event="hello", version=version, skew=milliseconds - int(time.time() * 1000), card=payload[12:].decode())

    def run(self):
        say(event="up", remote=self.remote)
        self.hello()
        kinds, asked, answered, first = set(), 0, 0, None
        confirmed = self.settings["role"] != "initiator"
        started = time.monotonic()
        while not os.path.exists(self.settings["stop"]):
            if time.monotonic() - started > PATIENCE:
                raise Closed("the file to stop for never came")
            # Pings of its own, each answered before the next, the one that confirms the handshake before all: the node has at most one
            # answer waiting, and gives none to a ping that comes meanwhile.
            if confirmed and answered == asked and asked < self.settings["pings"]:
                asked += 1
                self.give(PING, struct.pack(">Q", asked << 32))
            if not self.buffer and not select.select([self.connection], [], [], 0.05)[0]:
                continue
            kind, payload = self.next()
            first = kind if first is None and kind not in (PING, PONG) else first
            if kind == PING:
                assert len(payload) == 8
                self.give(PONG, payload)
                say(event="pinged")
            elif kind == PONG:
                number = struct.unpack(">Q", payload)[0]
                if number:
                    assert number == asked << 32, number
                    answered += 1
                    if answered == self.settings["pings"]:
                        say(event="answered", count=answered, sent=self.sent, received=self.received)
                else:
                    confirmed = True
            elif kind == HELLO:
                assert first == HELLO, "the hello is not the first message"
                self.read_hello(payload)
            else:
                kinds.add(kind)
        say(event="end", kinds=sorted(kinds), sent=self.sent, received=self.received)


def main():
    settings = json.load(sys.stdin)
    try:
        if settings["role"] == "initiator":
            link = Link(settings, socket.create_connection(("127.0.0.1", settings["port"]), PATIENCE))
            link.dial()
        else:
            with socket.create_server(("127.0.0.1", 0)) as server:
                say(event="listening", port=server.getsockname()[1])
                server.settimeout(PATIENCE)
                link = Link(settings, server.accept()[0])
            link.answer()
        link.run()
    except (Closed, ConnectionError) as problem:
        say(event="closed", problem=str(problem))


main()
