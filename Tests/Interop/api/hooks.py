"""What Schemathesis is told beside the description: how lines of JSON are written and read."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def write(context, value):
    if isinstance(value, bytes):
        return value
    lines = value if isinstance(value, list) else [value]
    return "".join(json.dumps(line) + "\n" for line in lines).encode("utf-8", "surrogatepass")


@schemathesis.deserializer("application/x-ndjson")
def read(context, response):
    return [json.loads(line) for line in response.content.splitlines() if line.strip()]
