"""The chain: each line of the audit log holds the hash of the line before it, and its own.

A line is one JSON object. Its hash is the SHA-256 of its bytes without the ``hash`` at its end: a
line is checked as it stands, whatever a JSON reader would make of it. ``n`` counts from 1. Who
changes, removes, adds or moves a line breaks the chain there, or must make every later line anew;
and then the signed heads that left the machine do not fit any more (``heads``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lanyard_core.audit import line_codec

GENESIS = "0" * 64
_HASH = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n?\Z')
MAX_LINE_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a chain so far: number and hash of its last line."""

    n: int = 0
    hash: str = GENESIS


START = Link()


class ChainBroken(Exception):
    """A line does not follow from the one before it; ``n`` is the number that it should have."""

    def __init__(self, n: int, reason: str) -> None:
        super().__init__(f"entry {n}: {reason}")
        self.n = n
        self.reason = reason


def append(last: Link, record: Mapping[str, object]) -> tuple[bytes, Link]:
    """``record`` as the line after ``last``, with its line end, and the chain's new end."""
    content = {"n": 0, **record, "prev": last.hash}
    content["n"] = last.n + 1
    content.pop("hash", None)
    text = line_codec.encode(content)
    digest = hashlib.sha256(text).hexdigest()
    line = b'%s,"hash":"%s"}\n' % (text[:-1], digest.encode("ascii"))
    return line, Link(last.n + 1, digest)


def check(last: Link, line: bytes) -> Link:
    """The chain's end after ``line``. Raises ChainBroken when it does not follow ``last``."""
    n = last.n + 1
    link, prev = read(line, n=n)
    if link.n != n:
        raise ChainBroken(n, f"has the number {link.n}: entries are missing, doubled or moved")
    if prev != last.hash:
        raise ChainBroken(n, "does not follow from the entry before it")
    return link


def read(line: bytes, *, n: int) -> tuple[Link, str]:
    """Number and hash of a line that is whole, and the hash before it.

    Raises ChainBroken, for the number ``n``, when the line is not what it was when it was written.
    """
    found = _HASH.search(line)
    if found is None or len(line) > MAX_LINE_BYTES:
        raise ChainBroken(n, "is not a whole line of the audit log")
    text = line[: found.start()] + b"}"
    if hashlib.sha256(text).hexdigest().encode("ascii") != found.group(1):
        raise ChainBroken(n, "was changed: its hash does not fit")
    try:
        content = json.loads(text)
        number, prev = content["n"], content["prev"]
    except (ValueError, TypeError, KeyError):
        number = prev = None
    if not isinstance(number, int) or isinstance(number, bool) or not isinstance(prev, str):
        raise ChainBroken(n, "is not an entry of the audit log")
    return Link(number, found.group(1).decode("ascii")), prev
