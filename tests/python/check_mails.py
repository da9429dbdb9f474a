#!/usr/bin/env python3
"""The shipped mails, read by Python's `email` package: nothing here shares code with hongyan.

    tests/python/check_mails.py BINARY [SNAPSHOTS]

Runs `BINARY render` for every kind × locale × sample as eml and as JSON, `send` to an inbox and
`render --batch` with the variables that the inbox kept. Every mail must be free of defects, be
built and addressed as it should, say what the JSON says, and have the same bytes by all doors and
in SNAPSHOTS (the repository's unless told).
"""

import email
import email.header
import email.policy
import email.utils
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLOCK = 1767225600
ONCE = ("Date", "Message-ID", "From", "To", "Subject", "MIME-Version", "Content-Language", "Auto-Submitted")
TO = "recipient@example.com"


class Hongyan:
    """The binary in an empty folder, with nothing in the environment but a fixed clock."""

    def __init__(self, binary, folder):
        self.binary, self.folder = Path(binary).resolve(), folder
        self.environment = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": str(CLOCK), "HONGYAN_LANG": "en"}

    def run(self, *arguments, stdin=None):
        command = [self.binary, "--project", "embedded", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, input=stdin, capture_output=True)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, arguments))}: {done.stderr.decode()}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.run("--json", *arguments))

    def samples(self):
        known = self.json("kinds")
        for kind in known["kinds"]:
            for locale in kind["locales"]:
                for sample in kind["samples"]:
                    yield kind, locale, sample["name"]


class Page(HTMLParser):
    """The `cid:` references, links and language of a page."""

    def __init__(self, html):
        super().__init__()
        self.images, self.links, self.language = [], [], None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.language = attributes.get("lang")
        if tag == "img":
            self.images.append(attributes["src"])
        if tag == "a":
            self.links.append(attributes["href"])


def wire(raw):
    """What RFC 5322 and RFC 2045 say of the bytes."""
    if any(byte > 126 or byte < 32 and byte not in b"\t\r\n" for byte in raw):
        yield "has bytes that are not printable ASCII"
    if not raw.endswith(b"\r\n") or raw.endswith(b"\r\n\r\n"):
        yield "does not end in exactly one CRLF"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "has a bare CR or LF"
    lines = raw.split(b"\r\n")
    if max(map(len, lines)) > 998:
        yield "has a line over 998 octets"
    head = raw.split(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        if len(line) > 78 and b" " in line.strip().split(b": ", 1)[-1]:
            yield f"has a header line of {len(line)} octets that could be folded"
    for word in re.findall(rb"=\?[^\s?]+\?[^\s?]+\?[^\s?]*\?=", head):
        if len(word) > 75:
            yield "has an encoded word over 75 octets"


def defects(mail):
    for part in mail.walk():
        for defect in part.defects:
            yield f"{part.get_content_type()}: {defect!r}"
        for name, value in part.items():
            for defect in getattr(value, "defects", ()):
                yield f"{name}: {defect!r}"
        if not part.is_multipart():
            part.get_content()
            for defect in part.defects:
                yield f"body of {part.get_content_type()}: {defect!r}"


def tree(part):
    if part.is_multipart():
        below = " ".join(map(tree, part.iter_parts()))
        return f"{part.get_content_subtype()}[{below}]"
    return part.get_content_type()


def headers(mail, kind, locale):
    for name in ONCE:
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} stands {len(mail.get_all(name, []))} times"
            return
    if email.utils.parsedate_to_datetime(mail["Date"]).timestamp() != CLOCK:
        yield "Date is not the clock's"
    # As written: the parsed header leaves out brackets that it does not need.
    to = dict(mail.raw_items())["To"]
    if to != f"<{TO}>" and not to.endswith(f" <{TO}>"):
        yield "To has no angle brackets"
    if [str(to.addr_spec) for to in mail["To"].addresses] != [TO]:
        yield "To is not the recipient"
    if len(mail["From"].addresses) != 1:
        yield "From is not one address"
    if not re.fullmatch(r"<[^<>@\s]+@example\.com>", mail["Message-ID"]):
        yield "Message-ID has another domain than From"
    if mail["Content-Language"] != locale or mail["MIME-Version"] != "1.0":
        yield "Content-Language or MIME-Version is wrong"
    out = mail.get_all("List-Unsubscribe", []) + mail.get_all("List-Unsubscribe-Post", [])
    if (kind["category"] == "notification") != (len(out) == 2) or len(out) == 1:
        yield f"has {len(out)} headers for unsubscribing"


def contents(mail, said, locale):
    related = mail.get_body(("related",))
    text, html = (mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    if mail["Subject"] != said["subject"]:
        yield "Subject is not that of the JSON"
    if text.rstrip("\n") != said["text"].rstrip("\n"):
        yield "the text is not that of the JSON"
    if html.rstrip("\n") != said["html"].rstrip("\n"):
        yield "the HTML is not that of the JSON"
    if len(html.encode()) > 40 * 1024:
        yield f"the HTML has {len(html.encode())} bytes"
    images = {image["cid"]: image["sha256"] for image in said["images"]}
    parts = {}
    for part in related.iter_parts():
        if part["Content-ID"]:
            parts[part["Content-ID"].strip("<>")] = hashlib.sha256(part.get_content()).hexdigest()
    if parts != images:
        yield "the images are not those of the JSON"
    page = Page(html)
    if page.images != [f"cid:{name}" for name in parts]:
        yield f"shows {page.images} and carries {list(parts)}"
    if page.language != locale:
        yield "the page's language is not the mail's"
    for link in page.links:
        if not link.startswith("mailto:") and link not in text:
            yield "a link of the HTML is missing in the text"
    # "name: value" unfolded, as the JSON has it
    pairs = [[name, value.replace("\r\n", "")] for name, value in mail.raw_items()]
    if [pair for pair in pairs if pair[0] != "Content-Type"] != [
        pair for pair in said["headers"] if pair[0] != "Content-Type"
    ]:
        yield "the headers are not those of the JSON"


def look_at(raw, said, kind, locale):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    yield from wire(raw)
    yield from defects(mail)
    shape = tree(mail)
    if shape != "alternative[text/plain related[text/html image/png]]":
        yield f"is built as {shape}"
        return
    yield from headers(mail, kind, locale)
    yield from contents(mail, said, locale)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    snapshots = Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "snapshots"
    faults, names, lines, mails = {}, [], [], []
    with tempfile.TemporaryDirectory() as folder:
        hongyan = Hongyan(sys.argv[1], folder)
        for kind, locale, sample in hongyan.samples():
            name = f"{kind['name']}/{locale}/{sample}"
            content = (kind["name"], "--locale", locale, "--sample", sample)
            raw = hongyan.run("render", *content)
            said = hongyan.json("render", *content)
            receipt, = hongyan.json("send", *content, "--to", TO)
            caught = Path(folder, receipt["path"])
            wrong = list(look_at(raw, said, kind, locale))
            if caught.read_bytes() != raw:
                wrong.append("`send` makes other bytes than `render`")
            if snapshots.joinpath(name + ".eml").read_bytes() != raw:
                wrong.append("the snapshot has other bytes than `render`")
            vars = json.loads(caught.with_suffix(".json").read_text("utf-8"))["vars"]
            lines.append(json.dumps({"kind": kind["name"], "locale": locale, "vars": vars, "to": TO}))
            faults[name] = wrong
            names.append(name)
            mails.append(raw)
        hongyan.run("render", "--batch", "-", "-o", "batch", stdin="\n".join(lines).encode())
        for number, (name, raw) in enumerate(zip(names, mails), 1):
            if Path(folder, "batch", f"{number:06}.eml").read_bytes() != raw:
                faults[name].append("`render --batch` makes other bytes than `render`")
    for name, wrong in faults.items():
        for fault in wrong:
            print(f"FAIL {name}: {fault}")
    failed = sum(map(bool, faults.values()))
    print(f"{len(faults) - failed} passed, {failed} failed")
    sys.exit(1 if failed or len(faults) < 40 else 0)


main()
