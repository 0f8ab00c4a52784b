"""What Python's json makes of texts, for comparison: one hexadecimal line of input, one line of output.

Output: `no`, or `yes` and the value as JSON without white space with texts in NFC; `yes` alone where a number is not a
whole one of 64 bits. Python is laxer than RFC 8259 in places and bounds nothing; what Istmo refuses beside is refused here
in the same sense: byte order marks, NaN and Infinity, lone surrogates, members twice, more than 128 members, eight levels.
"""

import json
import sys
import unicodedata


class Refused(Exception):
    pass


def members(pairs):
    names = [unicodedata.normalize("NFC", name) for name, _ in pairs]
    if len(set(names)) < len(names) or len(names) > 128:
        raise Refused
    return pairs and dict(zip(names, (value for _, value in pairs))) or {}


def constant(_):
    raise Refused


class Large(Exception):
    pass


def check(value, depth=0):
    """The value with texts in NFC; raises Large at numbers that are not whole ones of 64 bits."""
    if depth > 8:
        raise Refused
    if isinstance(value, str):
        value.encode("utf-8")
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [check(inner, depth + 1) for inner in value]
    if isinstance(value, dict):
        for name in value:
            name.encode("utf-8")
        return {name: check(inner, depth + 1) for name, inner in value.items()}
    return value


def large(value):
    if isinstance(value, (list, dict)):
        return any(large(inner) for inner in (value if isinstance(value, list) else value.values()))
    return isinstance(value, float) or isinstance(value, int) and not -(2**63) <= value < 2**63


def answer(text):
    try:
        decoded = text.decode("utf-8")
        if decoded.startswith("\ufeff"):
            return "no"
        value = check(json.loads(decoded, object_pairs_hook=members, parse_constant=constant))
    except (ValueError, Refused, RecursionError):
        return "no"
    if large(value):
        return "yes"
    return "yes " + json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main():
    sys.set_int_max_str_digits(0)
    sys.stdout.reconfigure(encoding="utf-8")
    with open(sys.argv[1]) as lines:
        for line in lines:
            print(answer(bytes.fromhex(line.strip())))


main()
