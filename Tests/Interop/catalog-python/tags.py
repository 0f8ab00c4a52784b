"""EPCs by PyPI epcpy, and where it decodes also by epc-encoding-utils: tag URIs to digits and digits to tag URIs.

Usage: tags.py SEED COUNT. One line each: `encode`, a tag URI, and the hexadecimal digits that epcpy makes of it or `-` where
it refuses; or `decode`, hexadecimal digits, epcpy's tag URI or `-`, and that of epc-encoding-utils or `-`. Half of the URIs
have one character changed; the digits are those of URIs, or random behind a header of the three schemes.
"""

import random
import sys

import epc.schemes
from epcpy.epc_schemes.giai import GIAI, GIAIFilterValue
from epcpy.epc_schemes.grai import GRAI, GRAIFilterValue
from epcpy.epc_schemes.sgtin import SGTIN, SGTINFilterValue

SCHEMES = {
    "sgtin-96": (SGTIN, SGTIN.BinaryCodingScheme.SGTIN_96, SGTINFilterValue, epc.schemes.SGTIN, 0x30),
    "grai-96": (GRAI, GRAI.BinaryCodingScheme.GRAI_96, GRAIFilterValue, epc.schemes.GRAI, 0x33),
    "giai-96": (GIAI, GIAI.BinaryCodingScheme.GIAI_96, GIAIFilterValue, epc.schemes.GIAI, 0x34),
}
REFERENCE_BITS = {12: 42, 11: 45, 10: 48, 9: 52, 8: 55, 7: 58, 6: 62}


def digits(source, count):
    return "".join(source.choice("0123456789") for _ in range(count))


def number(source, bits):
    """A number without leading zeros, of any size up to so many bits, the largest and nought too."""
    return str(source.choice([0, 2**bits - 1, source.randrange(2 ** source.randint(1, bits)), source.randrange(2**bits)]))


def uri(source):
    name = source.choice(list(SCHEMES))
    length = source.randint(6, 12)
    parts = [str(source.randrange(8)), digits(source, length)]
    if name == "sgtin-96":
        parts += [digits(source, 13 - length), number(source, 38)]
    elif name == "grai-96":
        parts += [digits(source, 12 - length), number(source, 38)]
    else:
        parts.append(number(source, REFERENCE_BITS[length]))
    return "urn:epc:tag:" + name + ":" + ".".join(parts)


def encode(text):
    try:
        name, rest = text.split(":")[3:5]
        scheme, coding, filters, _, _ = SCHEMES[name]
        made = scheme.from_tag_uri(text)
        value = filters(rest.split(".")[0])
        if made.tag_uri(coding, value) != text:
            return "-"
        # Its `hex` passes on named arguments only.
        return made.hex(binary_coding_scheme=coding, filter_value=value)
    except Exception:
        return "-"


def decode(text):
    name = next(name for name, parts in SCHEMES.items() if parts[4] == int(text[:2], 16))
    scheme, coding, filters, other, _ = SCHEMES[name]
    answers = []
    try:
        filter_value = filters(str(int(text[2], 16) >> 1))
        answers.append(scheme.from_hex(text).tag_uri(coding, filter_value))
    except Exception:
        answers.append("-")
    try:
        answers.append(other(epc=text).tag_uri)
    except Exception:
        answers.append("-")
    return answers


def main():
    source = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        text = uri(source)
        made = encode(text)
        print("\t".join(["encode", text, made]))
        at = source.randrange(12, len(text))
        altered = text[:at] + source.choice(["", "0", "9", ".", ":", "-", "A", text[at] * 2]) + text[at + 1:]
        print("\t".join(["encode", altered, encode(altered)]))
        header = "%02X" % source.choice([parts[4] for parts in SCHEMES.values()])
        whole = made if made != "-" else header + "%022X" % source.randrange(2**88)
        print("\t".join(["decode", whole] + decode(whole)))
        raw = header + "%022X" % source.randrange(2**88)
        print("\t".join(["decode", raw] + decode(raw)))


main()
