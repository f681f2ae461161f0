"""Heads: the end of the chain at one moment, signed, and sent off the machine.

Who owns the machine can write the whole log anew, but not the heads that have left it: each of
them says that entry ``n`` had this hash at that time. Signing itself needs a key and is done
elsewhere; here is what is signed, and what a head proves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lanyard_core.audit.chain import Link

_PURPOSE = "lanyard-audit-head-v1"


@dataclass(frozen=True, slots=True)
class Head:
    """``ts`` is RFC 3339 in UTC; ``key`` names the signing key, ``signature`` is base64."""

    link: Link
    ts: str
    key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return "\n".join([_PURPOSE, str(self.link.n), self.link.hash, self.ts, self.key]).encode()

    def line(self) -> str:
        """The head as one line of JSON, without a line end."""
        return json.dumps(
            {
                "n": self.link.n,
                "hash": self.link.hash,
                "ts": self.ts,
                "key": self.key,
                "sig": self.signature,
            },
            separators=(",", ":"),
        )


def read_head(line: str) -> Head:
    """The head in a line; ValueError when there is none."""
    try:
        found = json.loads(line)
        head = Head(Link(found["n"], found["hash"]), found["ts"], found["key"], found["sig"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no head of an audit log: {line[:80]!r}") from error
    texts = (head.link.hash, head.ts, head.key, head.signature)
    if not isinstance(head.link.n, int) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"this is no head of an audit log: {line[:80]!r}")
    return head


class HeadsByNumber:
    """Heads whose signatures are good, to hold against a log as it is read."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._by_n: dict[int, set[str]] = {}
        for head in heads:
            self._by_n.setdefault(head.link.n, set()).add(head.link.hash)

    @property
    def last(self) -> int:
        """The highest number that a head speaks of; 0 when there are none."""
        return max(self._by_n, default=0)

    def contradict(self, link: Link) -> bool:
        """Whether a head says that this entry had another hash."""
        known = self._by_n.get(link.n)
        return known is not None and known != {link.hash}

    def vouch_for(self, link: Link) -> bool:
        """Whether a head says that this entry had this hash: then a log may begin behind it."""
        return link.n == 0 or self._by_n.get(link.n) == {link.hash}
