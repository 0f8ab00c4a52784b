"""Checks the served description of the API with foreign tools: `describe.py URL FOLDER`.

It is OpenAPI 3.1, and the lines of FOLDER, DATASET.ndjson as publishers wrote them and DATASET.shown.ndjson as a lookup showed them,
are what the schemas say. Lines of DATASET.bad.ndjson must not be."""

import glob
import json
import os
import sys
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

url, folder = sys.argv[1:]
with urllib.request.urlopen(url + "/v1/openapi.json", timeout=30) as answer:
    document = json.load(answer)
OpenAPIV31SpecValidator(document).validate()

resource = Resource.from_contents(document, default_specification=DRAFT202012)
registry = Registry().with_resource("urn:api", resource)


def validator(name):
    assert name in document["components"]["schemas"], f"no schema {name}"
    schema = {"$ref": f"urn:api#/components/schemas/{name}"}
    return Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)


for name, schema in document["components"]["schemas"].items():
    Draft202012Validator.check_schema(schema)

# Every reference leads somewhere.
def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


for reference in set(references(document)):
    assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"], reference

good = bad = 0
for path in sorted(glob.glob(os.path.join(folder, "*.ndjson"))):
    name = os.path.basename(path).removesuffix(".ndjson")
    mustFail = name.endswith(".bad")
    check = validator(name.removesuffix(".bad"))
    for line in open(path, encoding="utf-8"):
        value = json.loads(line)
        errors = list(check.iter_errors(value))
        if mustFail:
            assert errors, f"{name}: taken, and must not be: {line}"
            bad += 1
        else:
            assert not errors, f"{name}: {line}\n{errors[0]}\n{[c.message for c in errors[0].context or []]}"
            good += 1
print(f"ok description: {len(document['paths'])} paths, {good} lines fit, {bad} do not")
