"""Looks for words in files, in every form in which a careless program might have written them.

Usage: search.py WORDS PLACE...
WORDS is a file with one word a line; PLACE a file or a folder. Each word is looked for as UTF-8, as typed and in capitals
and small letters, as UTF-16, in hexadecimal digits and in base64 at each of its three alignments; a line of hexadecimal
digits that begins with "raw:" stands for these bytes. Prints what it found, and at last `read BYTES in FILES, found N`.
"""

import base64
import sys
from pathlib import Path


def forms(word):
    if word.startswith("raw:"):
        texts = {"bytes": bytes.fromhex(word[4:])}
    else:
        texts = {kind: change(word).encode() for kind, change in
                 [("as typed", str), ("capitals", str.upper), ("small letters", str.lower)]}
        texts["UTF-16LE"], texts["UTF-16BE"] = word.encode("utf-16-le"), word.encode("utf-16-be")
    out = dict(texts)
    for kind, text in texts.items():
        out[kind + ", hexadecimal"] = text.hex().encode()
        out[kind + ", HEXADECIMAL"] = text.hex().upper().encode()
        for shift in range(3):
            # The digits that depend on the word alone, whatever stands before and after it.
            digits = base64.b64encode(b"\0" * shift + text)
            out[f"{kind}, base64 at {shift}"] = digits[(0, 2, 3)[shift]: len(digits) - (0, 4, 4)[(shift + len(text)) % 3]]
            out[f"{kind}, base64url at {shift}"] = out[f"{kind}, base64 at {shift}"].translate(bytes.maketrans(b"+/", b"-_"))
    return out


words = [line for line in Path(sys.argv[1]).read_text().splitlines() if line]
patterns = [(word, kind, text) for word in words for kind, text in forms(word).items()]
files = []
for place in map(Path, sys.argv[2:]):
    files += [p for p in place.rglob("*") if p.is_file() and not p.is_symlink()] if place.is_dir() else [place]
read = found = 0
for file in files:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        continue  # A running node may take a file away.
    read += len(content)
    for word, kind, text in patterns:
        if text in content:
            found += 1
            print(f"{file}: {word} ({kind}) at {content.index(text)}")
print(f"read {read} in {len(files)}, found {found}")
