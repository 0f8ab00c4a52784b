"""Container and tax numbers by PyPI python-stdnum: some made with their check digits, some with one character changed.

Usage: numbers.py SEED COUNT. One line each: the kind, the number, and `yes`, or the name of the error by which
python-stdnum refuses it.
"""

import random
import string
import sys

from stdnum import iso6346
from stdnum.cr import cpf, cpj, cr
from stdnum.exceptions import ValidationError
from stdnum.gt import nit as gt
from stdnum.sv import nit as sv

CLASSES = ["2100", "2400", "3002", "3014", "3101", "3102", "3110", "4000", "5001"] * 2 + ["3120", "6101"]
KINDS = {"iso6346": iso6346, "gt.nit": gt, "sv.nit": sv, "cr.cpf": cpf, "cr.cpj": cpj, "cr.cr": cr}


def digits(source, count):
    return "".join(source.choice(string.digits) for _ in range(count))


def make(source, kind):
    if kind == "iso6346":
        owner = "".join(source.choice(string.ascii_uppercase) for _ in range(3)) + source.choice("UUUJZR")
        number = owner + digits(source, 6)
        return number + iso6346.calc_check_digit(number)
    if kind == "gt.nit":
        number = source.choice("123456789") + digits(source, source.randint(0, 10))
        return number + source.choice(["", "-"]) + gt.calc_check_digit(number)
    if kind == "sv.nit":
        number = source.choice("0019") + digits(source, 9) + source.choice([digits(source, 3), "100", "101", "000"])
        return number + sv.calc_check_digit(number + "0")
    if kind == "cr.cpf":
        number = source.choice(["", "0"]) + source.choice("1234567") + digits(source, 8)
        return number
    if kind == "cr.cpj":
        return source.choice(CLASSES) + digits(source, 6)
    return "1" + digits(source, source.choice([10, 11]))


def alter(source, number):
    at = source.randrange(len(number))
    change = source.choice([source.choice(string.digits), source.choice(string.ascii_uppercase), "", number[at] * 2, " "])
    return number[:at] + change + number[at + 1:]


def verdict(kind, number):
    try:
        KINDS[kind].validate(number)
        return "yes"
    except ValidationError as error:
        return type(error).__name__


def main():
    source = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        for kind in KINDS:
            for number in [make(source, kind), alter(source, make(source, kind)).strip()]:
                print("\t".join([kind, number, verdict(kind, number)]))


main()
