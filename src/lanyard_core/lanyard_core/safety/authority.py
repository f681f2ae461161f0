"""Command authority: at most one session holds the robot, and only while its heartbeats come.

A lease is granted with a fresh random nonce, which names the session from then on. It ends when it
is released, when a higher priority takes it, or when no heartbeat came for the time-out; from that
tick on its nonce is worth nothing, so that a recording of the session moves nothing. Pure rules:
what the end of a lease means for a moving robot is decided by the machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lanyard_core.safety.states import Priority
from lanyard_core.safety.values import Acquire, Beat, Release, Reply

# Sessions of these priorities come through the gateway and end with its beat. A task's session
# belongs to the task server on board, a local pendant is wired to the robot: both outlive a
# gateway.
NEED_GATEWAY = frozenset({Priority.OPERATOR, Priority.SUPERVISOR})

_PRIORITIES = frozenset({Priority.TASK, Priority.OPERATOR, Priority.SUPERVISOR, Priority.LOCAL})
_HOLDER_CHARACTERS = 128


class Lease(NamedTuple):
    """A lease that is held; a named tuple, because the exhaustive check hashes millions of them."""

    session: int
    holder: str
    priority: int
    full_speed: bool


class Authority(NamedTuple):
    """Who holds the robot. ``silence_s`` counts from the grant, then from each heartbeat."""

    lease: Lease | None = None
    silence_s: float = 0.0
    heard: bool = False  # a heartbeat has come since the grant
    beat_seq: int = 0

    def holds(self, session: int) -> bool:
        """True when ``session`` is the one that holds the lease."""
        return self.lease is not None and self.lease.session == session

    @property
    def needs_gateway(self) -> bool:
        """True when the session ends with the gateway's beat."""
        return self.lease is not None and self.lease.priority in NEED_GATEWAY


NOBODY = Authority()


def acquire(authority: Authority, request: Acquire) -> tuple[Authority, Reply]:
    """Grant the lease when it is free, or when ``take`` comes with a higher priority."""
    if request.priority not in _PRIORITIES:
        return authority, Reply(False, f"priority {request.priority} does not exist")
    if not 1 <= len(request.holder) <= _HOLDER_CHARACTERS:
        return authority, Reply(False, f"holder must have 1 to {_HOLDER_CHARACTERS} characters")
    held = authority.lease
    if held is not None and not (request.take and request.priority > held.priority):
        return authority, Reply(
            False, _why_held(held, request), holder=held.holder, priority=held.priority
        )
    lease = Lease(request.nonce, request.holder, request.priority, request.full_speed)
    granted = Reply(True, session=lease.session, holder=lease.holder, priority=lease.priority)
    return Authority(lease), granted


def release(authority: Authority, request: Release) -> tuple[Authority, Reply]:
    """End the lease of the session; a session that does not hold it changes nothing."""
    if authority.holds(request.session):
        return NOBODY, Reply(True)
    return authority, Reply(False, "the session did not hold the lease")


def listen(
    authority: Authority, beats: Iterable[Beat], *, elapsed_s: float, timeout_s: float
) -> tuple[Authority, bool]:
    """Age the lease and renew it by heartbeats; True when it expired in this tick.

    A heartbeat renews only when its number rises and the silence before it was not too long.
    """
    if authority.lease is None:
        return authority, False
    silence, heard, seq = authority.silence_s + elapsed_s, authority.heard, authority.beat_seq
    for beat in beats:
        if beat.session != authority.lease.session or beat.seq <= seq:
            continue
        if silence - beat.age_s > timeout_s:
            break
        silence, heard, seq = beat.age_s, True, beat.seq
    if silence > timeout_s:
        return NOBODY, True
    return Authority(authority.lease, silence, heard, seq), False


def _why_held(held: Lease, request: Acquire) -> str:
    if not request.take:
        return f"the lease is held by {held.holder}"
    return (
        f"the lease is held by {held.holder} with priority {held.priority}:"
        f" only a higher one takes it, {request.priority} does not"
    )
