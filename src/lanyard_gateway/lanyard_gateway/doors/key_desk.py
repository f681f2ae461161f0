"""The desk at which API keys are made, exchanged and taken back, for the command line and for REST.

Works on the key file, under its lock: two desks at once do not undo each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lanyard_core.access.keys import (
    ID_BYTES,
    SECRET_BYTES,
    KeyRecord,
    NewKey,
    make_key,
    record_of,
    rotated,
    with_new_key,
)
from lanyard_core.access.patterns import EVERYTHING, Patterns
from lanyard_gateway.doors import key_file

_DAY_S = 86_400.0

Allowed = Callable[[KeyRecord], None]
"""Raises when this key is not for whoever asks to touch."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The key that somebody wants; ``days`` until it expires, None for never."""

    role: str
    name: str
    days: float | None
    robots: Patterns = EVERYTHING
    tenant: str | None = None


def _anybody(record: KeyRecord) -> None:
    """Whoever can write the file needs no leave."""


def create(path: Path, wish: Wish, *, now_unix_s: float) -> NewKey:
    """Make a key. Raises Conflict when its client has two live keys; BadConfiguration, OSError."""
    made = _make(wish, now_unix_s)
    key_file.change(path, lambda records: with_new_key(records, made.record, now_unix_s=now_unix_s))
    return made


def rotate(
    path: Path,
    key_id: str,
    *,
    grace_s: float,
    days: float,
    now_unix_s: float,
    allowed: Allowed = _anybody,
) -> NewKey:
    """Make a key like ``key_id``, which ends after ``grace_s``. Raises NotFound, Conflict."""
    made: list[NewKey] = []

    def edit(records: Sequence[KeyRecord]) -> Sequence[KeyRecord]:
        old = record_of(records, key_id)
        allowed(old)
        new = _make(Wish(old.role, old.name, days, old.robots, old.tenant), now_unix_s)
        made.append(new)
        until = now_unix_s + grace_s
        return rotated(records, key_id, new.record, until_unix_s=until, now_unix_s=now_unix_s)

    key_file.change(path, edit)
    return made[0]


def revoke(path: Path, key_id: str, *, allowed: Allowed = _anybody) -> KeyRecord:
    """Take a key off the file; what was kept of it. Raises NotFound."""
    gone: list[KeyRecord] = []

    def edit(records: Sequence[KeyRecord]) -> Sequence[KeyRecord]:
        found = record_of(records, key_id)
        allowed(found)
        gone.append(found)
        return [record for record in records if record is not found]

    key_file.change(path, edit)
    return gone[0]


def _make(wish: Wish, now_unix_s: float) -> NewKey:
    return make_key(
        id_entropy=secrets.token_bytes(ID_BYTES),
        secret_entropy=secrets.token_bytes(SECRET_BYTES),
        role=wish.role,
        name=wish.name,
        now_unix_s=now_unix_s,
        expires_unix_s=None if wish.days is None else now_unix_s + wish.days * _DAY_S,
        robots=wish.robots,
        tenant=wish.tenant,
    )
