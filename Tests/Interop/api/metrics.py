"""Reads Prometheus text from a file with Prometheus' own parser and checks names and units by its conventions
(prometheus.io/docs/practices/naming): `metrics.py FILE`."""

import re
import sys

from prometheus_client.parser import text_string_to_metric_families

text = open(sys.argv[1], encoding="utf-8").read()
families = list(text_string_to_metric_families(text))
assert len(families) > 20, len(families)
names = set()
wrong = re.compile(r"_(ms|milliseconds|microseconds|minutes|hours|kb|kib|mb|mib|percent)(_|$)")
for family in families:
    assert family.name not in names, f"{family.name} comes twice"
    names.add(family.name)
    assert re.fullmatch(r"istmo_[a-z][a-z0-9_]*", family.name), family.name
    assert family.documentation.strip(), f"{family.name} has no help"
    assert family.type in ("counter", "gauge"), f"{family.name} is {family.type}"
    assert not wrong.search(family.name), f"{family.name} is not in base units"
    seen = set()
    for sample in family.samples:
        # The parser takes _total off a counter's name; a gauge must not have it.
        assert sample.name == family.name + ("_total" if family.type == "counter" else ""), sample.name
        assert family.type != "gauge" or not sample.name.endswith("_total"), sample.name
        labels = tuple(sorted(sample.labels.items()))
        assert labels not in seen, f"{sample.name} {labels} comes twice"
        seen.add(labels)
        assert sample.value == sample.value and (family.type != "counter" or sample.value >= 0), sample
        assert sample.timestamp is None
for needed in ("istmo_records_accepted", "istmo_stream_lag_seconds", "istmo_http_requests", "istmo_http_connections_open"):
    assert needed in names, needed
print(f"ok metrics: {len(families)} families, {sum(len(f.samples) for f in families)} samples")
