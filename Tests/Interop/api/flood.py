"""Uploads gigabytes to a node and watches its memory: `flood.py URL TOKEN PID [--gigabytes 10]`.

One endless line, then lines that are no records. Both are answered, whatever their length, and the node's memory stays where it was; a
question asked meanwhile is answered."""

import argparse
import http.client
import json
import time
import urllib.parse
import urllib.request

words = argparse.ArgumentParser()
words.add_argument("url")
words.add_argument("token")
words.add_argument("pid")
words.add_argument("--gigabytes", type=float, default=10)
given = words.parse_args()


def memory():
    for line in open(f"/proc/{given.pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024


def upload(what, piece):
    total, start, before, most, slowest = int(given.gigabytes * (1 << 30)), time.monotonic(), memory(), 0, 0.0
    place = urllib.parse.urlsplit(given.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=600)
    connection.putrequest("POST", "/v1/records?dataset=migration")
    connection.putheader("Authorization", f"Bearer {given.token}")
    connection.putheader("Content-Length", str(total))
    connection.endheaders()
    sent = pieces = 0
    while sent < total:
        part = piece[:total - sent]
        connection.send(part)
        sent += len(part)
        pieces += 1
        if pieces % 500 == 0:
            most = max(most, memory())
            asked = time.monotonic()
            urllib.request.urlopen(given.url + "/readyz", timeout=30).read()
            slowest = max(slowest, time.monotonic() - asked)
    answer = connection.getresponse()
    last = b""
    results = 0
    for line in answer:
        last, results = line, results + 1
    summary = json.loads(last)["summary"]
    assert answer.status == 200, answer.status
    assert summary["accepted"] == 0 and summary["refused"] == results - 1, summary
    most = max(most, memory())
    print(f"ok flood: {what}, {given.gigabytes:g} GB in {time.monotonic() - start:.0f} s, {results} results, memory "
          f"{before} MiB before, {most} MiB at most, slowest other answer {slowest * 1000:.0f} ms")
    assert most - before < 200, f"{most - before} MiB more"


upload("one line", b"x" * (1 << 20))
upload("lines of 60 KB", (b"[" * 60_000 + b"\n") * 16)
