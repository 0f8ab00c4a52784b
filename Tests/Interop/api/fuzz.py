"""Runs Schemathesis against a node: `fuzz.py URL TOKEN [--short | --requests N] [--seed N]`.

Round after round, with the token and without, each with another seed, until the node has counted so many requests more. Ends with
status 1 as soon as a round finds a 5xx, an answer that is not described, or one that does not fit its schema."""

import argparse
import json
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
words.add_argument("--short", action="store_true", help="some hundred requests, in well under a minute")
given = words.parse_args()
if given.short:
    given.requests, given.examples = 1, 8


def counted():
    request = urllib.request.Request(given.url + "/metrics", headers={"Authorization": f"Bearer {given.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read().decode()
    errors = re.search(r'istmo_http_responses_total\{status="5xx"\} (\d+)', text)
    return int(re.search(r"^istmo_http_requests_total (\d+)", text, re.M).group(1)), int(errors.group(1))


def ask(path, body):
    request = urllib.request.Request(given.url + path, json.dumps(body).encode(), {"Authorization": f"Bearer {given.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [json.loads(line) for line in answer]


def known():
    """What the node holds: ids, what can be searched for, and conditions that find something."""
    with urllib.request.urlopen(given.url + "/v1/openapi.json", timeout=60) as answer:
        schemas = json.load(answer)["components"]["schemas"]
    ids, keys, conditions = [], ["P 123-456"], {}
    who = {"officer": "fuzz", "role": "auditor", "purpose": "fuzz"}
    for dataset in schemas["dataset-name"]["enum"]:
        fields = {n: f for n, f in schemas[dataset + ".shown"]["properties"].items() if f.get("x-searchable")}
        conditions[dataset] = []
        for line in ask("/v1/query", {"dataset": dataset, "limit": 20, **who})[:-1]:
            ids.append(line["id"])
            for name, value in (line["record"] or {}).items():
                if name not in fields:
                    continue
                if isinstance(value, dict):
                    value = value.get("number") or value.get("text")
                if isinstance(value, str) and len(value) < 200:
                    conditions[dataset].append({name: value})
                    keys.append(value)
    return {"ids": ids or ["0198c5a8-7c1e-7000-8000-000000000001"], "keys": keys, "conditions": conditions}


started = time.monotonic()
file = tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8")
json.dump(known(), file)
file.flush()
before, broken = counted()
rounds = sent = 0
by_auth = {True: 0, False: 0}
config = tempfile.NamedTemporaryFile("w", suffix=".toml")
text = open(os.path.join(here, "schemathesis.toml")).read()
if given.short:
    # The systematic cases of publishing are thousands: every word of every dataset.
    text = text.replace('["publish"]\n', '["publish"]\nphases.coverage.enabled = false\n')
config.write(text)
config.flush()
program = os.path.join(os.path.dirname(sys.executable), "schemathesis")


def run(authenticated, seed, examples, phases):
    """One run of Schemathesis; ends the program when it finds something."""
    global sent
    command = [program, "--config-file", config.name, "--no-color", "run",
               given.url + "/v1/openapi.json", "--url", given.url, "--seed", str(seed), "--max-examples", str(examples),
               "--phases", phases, "--suppress-health-check", "all", "--request-timeout", "30", "--continue-on-failure",
               "--warnings", "off"]
    if authenticated:
        command += ["--header", f"Authorization: Bearer {given.token}"]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "ISTMO_FUZZ_KNOWN": file.name, "PYTHONPATH": here}
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
    now, errors = counted()
    by_auth[authenticated] += now - before - sent
    sent = now - before
    if said.returncode != 0 or errors > broken:
        print(said.stdout[-20000:], said.stderr[-4000:])
        print(f"{'with' if authenticated else 'without'} the token, seed {seed}: status {said.returncode}, "
              f"{errors - broken} answers of 5xx")
        sys.exit(1)


while sent < given.requests or rounds < 2:
    authenticated, seed = rounds % 2 == 0, given.seed + rounds
    examples = given.examples if authenticated or given.short else max(1, given.examples // 5)
    isFirst = rounds == 0 if given.short else rounds < 2
    run(authenticated, seed, examples, "coverage,fuzzing" if isFirst else "fuzzing")
    rounds += 1
print(f"ok fuzz: {sent} requests, {by_auth[True]} with a token and {by_auth[False]} without, "
      f"in {time.monotonic() - started:.0f} s, no 5xx, all as described")
