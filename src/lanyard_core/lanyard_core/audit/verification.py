"""Verification: reads an audit log from its first line to its last, and says what is wrong with it.

Told lines in order and heads whose signatures are good. Finds a changed, removed, added or moved
entry where it is; an end that was cut off, and a log that was written anew, by the heads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lanyard_core.audit.chain import START, ChainBroken, Link, check, read
from lanyard_core.audit.heads import HeadsByNumber


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: nothing wrong when ``problems`` is empty.

    ``first`` and ``last`` are numbers of entries; ``attested`` is the last that a head vouches for.
    """

    first: int
    last: int
    attested: int
    problems: tuple[str, ...]


def verify(lines: Iterable[bytes], heads: HeadsByNumber, *, after: Link | None = None) -> Verdict:
    """Read a log. Stops at the first break, behind which nothing can be told.

    ``after`` is an entry that is known to be good, when the lines are those behind it.
    """
    problems: list[str] = []
    link = after
    first = attested = 0 if after is None else after.n
    try:
        for line in lines:
            if link is None:
                link = _beginning(line, heads)
                first = link.n + 1
            link = check(link, line)
            if heads.contradict(link):
                raise ChainBroken(link.n, "a signed head says that it was another")
            if heads.vouch_for(link):
                attested = link.n
    except ChainBroken as broken:
        problems.append(str(broken))
    last = START.n if link is None else link.n
    if not problems and last < heads.last:
        problems.append(
            f"entry {heads.last}: a signed head says that it was there, and the log ends at {last}"
        )
    return Verdict(first, last, attested, tuple(problems))


def _beginning(line: bytes, heads: HeadsByNumber) -> Link:
    """The entry before the first that is there; older ones may have been cleared away."""
    link, prev = read(line, n=1)
    before = Link(link.n - 1, prev)
    if before == START or (before.n > 0 and heads.vouch_for(before)):
        return before
    raise ChainBroken(
        link.n, "is the first that is there, and no signed head vouches for what was before it"
    )
