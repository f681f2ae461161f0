"""Tickets: a page's way to open one socket without holding its key out to whoever logs headers.

A ticket is 256 random bits, good once, for ten seconds, for one channel and, where it names one,
one robot. It allows what its owner was allowed and no more. Only its SHA-256 is kept. Told the
time and handed randomness.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from lanyard_core.access.principal import Principal
from lanyard_core.faults import Forbidden, Unauthenticated

SECRET_BYTES = 32
LIFE_S = 10.0
MAX_PER_CREDENTIAL = 20
"""Tickets of one credential that are not used yet; one more takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who got it and what for; ``robot_id`` None is for a socket about no robot in particular."""

    principal: Principal
    channel: str
    robot_id: str | None
    until_s: float

    def check_fits(self, channel: str, robot_id: str | None) -> None:
        """Raise Forbidden when it was made for another socket."""
        if (channel, robot_id) != (self.channel, self.robot_id):
            raise Forbidden(
                "the ticket was made for another channel or robot; ask for one for this socket",
                code="wrong_ticket",
            )


class TicketBook:
    """The tickets that were given out and not used yet. Not for several threads at once."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, Ticket]] = {}  # by credential, by digest, oldest first

    def __len__(self) -> int:
        return sum(map(len, self._open.values()))

    def issue(
        self,
        principal: Principal,
        *,
        channel: str,
        robot_id: str | None,
        entropy: bytes,
        now: float,
    ) -> str:
        """The text of a new ticket; ``entropy`` is ``SECRET_BYTES`` random bytes."""
        if len(entropy) != SECRET_BYTES:
            raise ValueError(f"need {SECRET_BYTES} random bytes")
        self._forget_old(now)
        text = base64.urlsafe_b64encode(entropy).decode("ascii").rstrip("=")
        mine = self._open.setdefault(principal.key_id, {})
        while len(mine) >= MAX_PER_CREDENTIAL:
            del mine[next(iter(mine))]
        mine[_digest(text)] = Ticket(principal, channel, robot_id, now + LIFE_S)
        return text

    def redeem(self, text: str, *, now: float) -> Ticket:
        """The ticket of that text, which is used up by this; raises Unauthenticated."""
        digest = _digest(text)
        for mine in self._open.values():
            ticket = mine.pop(digest, None)
            if ticket is not None and now < ticket.until_s:
                return ticket
        raise Unauthenticated(
            f"the ticket was used before, is older than {LIFE_S:g} s, or never was one; ask for"
            " another with POST /api/v1/ws-tickets",
            code="ticket_used",
        )

    def _forget_old(self, now: float) -> None:
        for key_id, mine in tuple(self._open.items()):
            for digest, ticket in tuple(mine.items()):
                if now >= ticket.until_s:
                    del mine[digest]
            if not mine:
                del self._open[key_id]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
