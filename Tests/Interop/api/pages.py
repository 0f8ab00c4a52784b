"""Parses pages as a browser does and proves that no element or attribute came from a text: `pages.py FOLDER`.

FOLDER has pages, *.html, and hostile.json: {"marks": [...], "texts": {page: [texts that it must show as typed]}}. Every hostile text tries
to make an element or attribute whose name begins with `istmo-x` or `onistmo`, or a script."""

import glob
import json
import os
import sys

import html5lib

folder = sys.argv[1]
wanted = json.load(open(os.path.join(folder, "hostile.json"), encoding="utf-8"))
pages = sorted(glob.glob(os.path.join(folder, "*.html")))
assert pages, "no pages"
elements = shown = 0
for path in pages:
    name = os.path.basename(path)
    raw = open(path, "rb").read()
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(raw.decode("utf-8"))
    assert not parser.errors, f"{name}: {parser.errors[:3]}"
    texts = []
    for element in document.iter():
        if not isinstance(element.tag, str):
            # A comment: the pages have none.
            raise AssertionError(f"{name}: a comment {element.text!r}")
        elements += 1
        tag = element.tag.split("}")[-1]
        assert not tag.startswith("istmo"), f"{name}: <{tag}>"
        assert tag not in ("iframe", "object", "embed", "base", "frame", "template", "xmp", "plaintext"), f"{name}: <{tag}>"
        if tag == "script":
            assert element.get("src", "").startswith("/") and not (element.text or "").strip(), f"{name}: a script"
        for attribute, value in element.attrib.items():
            attribute = str(attribute).split("}")[-1].lower()
            assert not attribute.startswith(("on", "istmo")) and attribute not in ("style", "srcdoc"), f"{name}: {attribute}"
            if attribute in ("href", "src", "action", "formaction", "poster", "data"):
                assert value.startswith(("/", "#", "?")) and not value.startswith("//"), f"{name}: {attribute}={value}"
            texts.append(value)
        texts += [element.text or "", element.tail or ""]
    every = "\n".join(texts)
    for text in wanted["texts"].get(name, []):
        assert text in every, f"{name}: not shown as typed: {text!r}; {[t for t in texts if 'istmo' in t]}"
        shown += 1
    # A mark that is in the bytes is in a text of the page: nothing of it was eaten by markup.
    for mark in wanted["marks"]:
        assert raw.decode("utf-8").count(mark) == every.count(mark), f"{name}: {mark} became something else"
print(f"ok pages: {len(pages)} pages, {elements} elements, {shown} hostile texts as typed")
