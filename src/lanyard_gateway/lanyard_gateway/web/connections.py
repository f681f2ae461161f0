"""How many connections there may be, and how long each may keep us waiting.

uvicorn waits for the end of a request for ever and takes any number of connections. Here every
connection is known from its first byte: what it owes (the head of a request, a body, the taking of
an answer) has a deadline, and there is a most, in all and for each address. When it is full, the
one that has owed something longest makes room; if all are at work, the newcomer is turned away. So
clients that drip fill up nothing. One timer for all, and nothing per request but a number. Event
loop's thread.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

LOOK_EVERY_S = 0.5


class Owes(Enum):
    """What a connection keeps us waiting for."""

    HEAD = "head"
    BODY = "body"
    TAKING = "taking"
    """The client does not read what it asked for."""
    NOTHING = "nothing"
    """It is served, or it rests between two requests, which uvicorn bounds."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The most connections, and seconds until what is owed must be there.

    ``shared_addresses``: those of proxies, behind which many clients stand.
    """

    most: int = 200
    most_per_address: int = 20
    head_s: float = 10.0
    body_s: float = 30.0
    taking_s: float = 30.0
    shared_addresses: frozenset[str] = frozenset()

    def deadline_s(self, owes: Owes) -> float:
        """How long ``owes`` may last."""
        return {Owes.HEAD: self.head_s, Owes.BODY: self.body_s, Owes.TAKING: self.taking_s}.get(
            owes, float("inf")
        )


class Cuttable(Protocol):
    """A connection, as this module sees it."""

    def cut(self, owes: Owes) -> None:
        """End it: it owed this for too long, or another needs its place."""

    def is_read(self) -> bool:
        """Whether the client takes what it is sent."""


@dataclass(eq=False, slots=True)
class Place:
    """The place of one connection. ``rests``: it may be ended without loss."""

    address: str
    connection: Cuttable
    owes: Owes = Owes.HEAD
    since_s: float = 0.0
    rests: bool = field(default=True)


class Connections:
    """The connections of one server."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._places: set[Place] = set()
        self._by_address: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, address: str, connection: Cuttable) -> Place | None:
        """A place for a new connection; None when it must be turned away."""
        limits, loop = self._limits, asyncio.get_running_loop()
        shared = address in limits.shared_addresses
        if not shared and self._by_address.get(address, 0) >= limits.most_per_address:
            if not self._make_room(address):
                return None
        elif len(self._places) >= limits.most and not self._make_room(None):
            return None
        place = Place(address, connection, since_s=loop.time())
        self._places.add(place)
        self._by_address[address] = self._by_address.get(address, 0) + 1
        if self._timer is None:
            self._timer = loop.call_later(LOOK_EVERY_S, self._look)
        return place

    def leave(self, place: Place) -> None:
        """The connection is over."""
        if place not in self._places:
            return
        self._places.discard(place)
        left = self._by_address[place.address] - 1
        if left:
            self._by_address[place.address] = left
        else:
            del self._by_address[place.address]

    def owes(self, place: Place, what: Owes, *, now: float) -> None:
        """From now on it keeps us waiting for this."""
        place.owes, place.since_s = what, now

    def _make_room(self, address: str | None) -> bool:
        """End the one that has been of no use longest, of one address or of all."""
        candidates = [
            place
            for place in self._places
            if place.rests and (address is None or place.address == address)
        ]
        if not candidates:
            return False
        oldest = min(candidates, key=lambda place: place.since_s)
        self._end(oldest)
        return True

    def _end(self, place: Place) -> None:
        self.leave(place)
        place.connection.cut(place.owes)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for place in tuple(self._places):
            self._watch_reading(place, now)
            if now - place.since_s >= self._limits.deadline_s(place.owes):
                self._end(place)
        self._timer = loop.call_later(LOOK_EVERY_S, self._look) if self._places else None

    def _watch_reading(self, place: Place, now: float) -> None:
        reads = place.connection.is_read()
        if place.owes is Owes.NOTHING and not reads:
            self.owes(place, Owes.TAKING, now=now)
        elif place.owes is Owes.TAKING and reads:
            self.owes(place, Owes.NOTHING, now=now)
