"""Machine-readable zones by PyPI mrz: some as its generator makes them, some with one character changed.

Usage: zones.py SEED COUNT. One line each: format, zone (lines divided by /), whether all check digits fit by mrz's
checker (1 or 0), and for unaltered zones issuer, surname, given names, number, nationality, birth, sex, expiry.
"""

import random
import sys

from mrz.checker.mrva import MRVACodeChecker
from mrz.checker.mrvb import MRVBCodeChecker
from mrz.checker.td1 import TD1CodeChecker
from mrz.checker.td2 import TD2CodeChecker
from mrz.checker.td3 import TD3CodeChecker
from mrz.generator.mrva import MRVACodeGenerator
from mrz.generator.mrvb import MRVBCodeGenerator
from mrz.generator.td1 import TD1CodeGenerator
from mrz.generator.td2 import TD2CodeGenerator
from mrz.generator.td3 import TD3CodeGenerator

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
SURNAMES = ["Martínez Peña", "Gómez", "de la Cruz", "O'Neill", "Ávila-Ruiz", "Müller", "Núñez", "Østergård"]
GIVEN = ["Ana María", "José", "Jean-Luc", "Zoë", "Íñigo", "María de los Ángeles", ""]
COUNTRIES = ["SLV", "GTM", "HND", "NIC", "CRI", "PAN", "UTO", "D", "USA"]
KINDS = {
    "TD1": (TD1CodeGenerator, TD1CodeChecker, ["I", "C", "A"]),
    "TD2": (TD2CodeGenerator, TD2CodeChecker, ["I", "C"]),
    "TD3": (TD3CodeGenerator, TD3CodeChecker, ["P"]),
    "MRV-A": (MRVACodeGenerator, MRVACodeChecker, ["V"]),
    "MRV-B": (MRVBCodeGenerator, MRVBCodeChecker, ["V"]),
}


def date(source, first, last):
    return "%02d%02d%02d" % (source.randint(first, last) % 100, source.randint(1, 12), source.randint(1, 28))


def digits_fit(name, checker, zone):
    """Whether all check digits fit; None where the checker gives up, as on impossible dates."""
    try:
        found = checker(zone)
        hashes = [found.document_number_hash, found.birth_date_hash, found.expiry_date_hash]
        if name == "TD3":
            hashes.append(found.optional_data_hash)
        if name.startswith("TD"):
            hashes.append(found.final_hash)
        return all(hashes)
    except Exception:
        return None


def main():
    source = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        name = source.choice(list(KINDS))
        generator, checker, documents = KINDS[name]
        letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        number = "".join(source.choice(letters) for _ in range(source.randint(5, 9)))
        parts = dict(
            document_type=source.choice(documents), country_code=source.choice(COUNTRIES), document_number=number,
            birth_date=date(source, 1930, 2025), sex=source.choice(["M", "F", "<"]), expiry_date=date(source, 2020, 2040),
            nationality=source.choice(COUNTRIES), surname=source.choice(SURNAMES), given_names=source.choice(GIVEN),
            force=True)
        try:
            zone = str(generator(**parts))
        except ValueError:  # the name is longer than its field
            continue
        fields = [parts[key] for key in
                  ("country_code", "surname", "given_names", "document_number", "nationality", "birth_date", "sex",
                   "expiry_date")]
        print("\t".join([name, zone.replace("\n", "/"), "1"] + fields))
        for _ in range(4):
            at = source.randrange(len(zone))
            while zone[at] == "\n":
                at = source.randrange(len(zone))
            altered = zone[:at] + source.choice(CHARACTERS) + zone[at + 1:]
            fits = digits_fit(name, checker, altered)
            if fits is not None:
                print("\t".join([name, altered.replace("\n", "/"), "1" if fits else "0"]))


main()
