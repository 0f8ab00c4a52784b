"""Runs Schemathesis against a node: `fuzz.py URL TOKEN [--requests N] [--seed N]`.

Round after round, with the token and without, each with another seed, until the node has counted so many requests more. Ends with
status 1 as soon as a round finds a 5xx, an answer that is not described, or one that does not fit its schema."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

here = os.path.dirname(os.path.abspath(__file__))
words = argparse.ArgumentParser()
words.add_argument("url")
words.add_argument("token")
words.add_argument("--requests", type=int, default=300)
words.add_argument("--seed", type=int, default=20261125)
words.add_argument("--examples", type=int, default=100, help="of each operation in a round")
words.add_argument("--phases", default="examples,coverage,fuzzing")
words.add_argument("--operation", action="append", default=[])
given = words.parse_args()


def counted():
    request = urllib.request.Request(given.url + "/metrics", headers={"Authorization": f"Bearer {given.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read().decode()
    errors = re.search(r'istmo_http_responses_total\{status="5xx"\} (\d+)', text)
    return int(re.search(r"^istmo_http_requests_total (\d+)", text, re.M).group(1)), int(errors.group(1))


started = time.monotonic()
before, broken = counted()
rounds = sent = 0
by_auth = {True: 0, False: 0}
while sent < given.requests or rounds < 2:
    authenticated = rounds % 2 == 0
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file",
               os.path.join(here, "schemathesis.toml"), "--no-color", "run", given.url + "/v1/openapi.json",
               "--url", given.url, "--seed", str(given.seed + rounds), "--max-examples",
               str(given.examples if authenticated else max(1, given.examples // 5)), "--phases", given.phases, "--suppress-health-check", "all",
               "--request-timeout", "30", "--continue-on-failure", "--warnings", "off"]
    for operation in given.operation:
        command += ["--include-operation-id", operation]
    if authenticated:
        command += ["--header", f"Authorization: Bearer {given.token}"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": here, "SCHEMATHESIS_REPORT": "false"}
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    now, errors = counted()
    by_auth[authenticated] += now - before - sent
    rounds, sent = rounds + 1, now - before
    if said.returncode != 0 or errors > broken:
        print(said.stdout[-20000:], said.stderr[-4000:])
        print(f"round {rounds} {'with' if authenticated else 'without'} the token: status {said.returncode}, "
              f"{errors - broken} answers of 5xx")
        sys.exit(1)
print(f"ok fuzz: {sent} requests, {by_auth[True]} with a token and {by_auth[False]} without, "
      f"in {time.monotonic() - started:.0f} s, no 5xx, all as described")
