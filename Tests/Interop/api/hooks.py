"""What Schemathesis is told beside the description: how lines of JSON are written and read, and, from the file that ISTMO_FUZZ_KNOWN
names, what the node holds, so that questions find something. Only what fits the schema is replaced: a case that is wrong on purpose
stays wrong."""

import json
import os
import re
import zlib

import schemathesis

KNOWN = {}
if os.environ.get("ISTMO_FUZZ_KNOWN"):
    KNOWN = json.load(open(os.environ["ISTMO_FUZZ_KNOWN"], encoding="utf-8"))


@schemathesis.serializer("application/x-ndjson")
def write(context, value):
    if isinstance(value, bytes):
        return value
    lines = value if isinstance(value, list) else [value]
    return "".join(json.dumps(line) + "\n" for line in lines).encode("utf-8", "surrogatepass")


@schemathesis.deserializer("application/x-ndjson")
def read(context, response):
    return [json.loads(line) for line in response.content.splitlines() if line.strip()]


def chance(value):
    """The same number for the same case, so that a seed means the same each time."""
    return zlib.crc32(repr(value).encode("utf-8", "replace"))


def fits(value, longest):
    return isinstance(value, str) and 1 <= len(value.encode("utf-8", "replace")) <= longest


@schemathesis.hook
def map_query(context, query):
    identity = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    if KNOWN and isinstance(query, dict) and isinstance(query.get("id"), str) and re.fullmatch(identity, query["id"]):
        query["id"] = KNOWN["ids"][chance(query) % len(KNOWN["ids"])]
    return query


@schemathesis.hook
def map_body(context, body):
    if not KNOWN or not isinstance(body, dict):
        return body
    number = chance(body)
    if "cursor" in body and fits(body["cursor"], 200) and number % 8:
        del body["cursor"]
    if "key" in body and fits(body["key"], 500):
        body["key"] = KNOWN["keys"][number % len(KNOWN["keys"])]
    where = body.get("where")
    isWhere = isinstance(where, dict) and len(where) <= 32 and all(fits(k, 500) and fits(v, 500) for k, v in where.items())
    if isWhere and body.get("dataset") in KNOWN["conditions"]:
        conditions = KNOWN["conditions"][body["dataset"]]
        body["where"] = conditions[number % len(conditions)] if conditions else {}
    return body
