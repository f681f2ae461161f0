"""The file of API keys: read, written whole, followed while the gateway runs.

It holds digests, never a key's text, and is readable by its owner only. Writers take a lock and
replace the file in one step, so a reader sees the old or the new one. A file that cannot be
understood lets nobody in: it may be the one in which a key was revoked.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from lanyard_core.access.keys import KeyRecord, KeyRing
from lanyard_core.access.patterns import EVERYTHING, Patterns
from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors.following import changes_of

_log = logging.getLogger(__name__)

FORMAT_VERSION = 1
ROLE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""How roles are named, here and in a policy file. One that the policy lacks may do nothing."""


def read(path: Path) -> tuple[KeyRecord, ...]:
    """The keys in the file.

    None when there is no file. Raises BadConfiguration with each problem.
    """
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise BadConfiguration([f"the key file {path} cannot be read: {error}"]) from error
    if not isinstance(content, dict) or content.get("version") != FORMAT_VERSION:
        raise BadConfiguration([f"the key file {path} is not of version {FORMAT_VERSION}"])
    problems: list[str] = []
    records: list[KeyRecord] = []
    entries = content.get("keys")
    for index, entry in enumerate(entries if isinstance(entries, list) else [None]):
        try:
            records.append(_record_of(entry))
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"the key file {path}: entry {index} is wrong: {error!r}")
    if problems:
        raise BadConfiguration(problems)
    return tuple(records)


def change(
    path: Path, edit: Callable[[Sequence[KeyRecord]], Sequence[KeyRecord]]
) -> Sequence[KeyRecord]:
    """Replace the keys by ``edit`` of them, alone.

    What was written. Makes the folder if need be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        records = edit(read(path))
        _write(path, records)
    return records


async def follow(path: Path, ring: KeyRing, *, period_s: float) -> None:
    """Keep ``ring`` as the file says, until cancelled; looks every ``period_s`` seconds."""
    async for _ in changes_of(path, period_s=period_s):
        ring.replace(await asyncio.to_thread(_read_or_none, path))
        _log.info("API keys: %d known from %s", len(ring.records()), path)


def _read_or_none(path: Path) -> tuple[KeyRecord, ...]:
    try:
        return read(path)
    except BadConfiguration as fault:
        _log.error("nobody is let in until this is mended: %s", fault)
        return ()


def _record_of(entry: object) -> KeyRecord:
    if not isinstance(entry, dict):
        raise TypeError("it must be an object")
    expires = entry["expires_unix_s"]
    return KeyRecord(
        key_id=str(entry["key_id"]),
        role=_role(entry["role"]),
        digest=str(entry["sha256"]),
        name=str(entry["name"]),
        created_unix_s=float(cast(float, entry["created_unix_s"])),
        expires_unix_s=None if expires is None else float(cast(float, expires)),
        robots=Patterns.of(entry["robots"]) if "robots" in entry else EVERYTHING,
        tenant=None if entry.get("tenant") is None else str(entry["tenant"]),
    )


def _role(value: object) -> str:
    if not isinstance(value, str) or not ROLE_NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no name of a role")
    return value


def _entry_of(record: KeyRecord) -> dict[str, object]:
    return {
        "key_id": record.key_id,
        "name": record.name,
        "role": record.role,
        "sha256": record.digest,
        "created_unix_s": record.created_unix_s,
        "expires_unix_s": record.expires_unix_s,
        "robots": record.robots.texts(),
        "tenant": record.tenant,
    }


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, records: Sequence[KeyRecord]) -> None:
    content = {"version": FORMAT_VERSION, "keys": [_entry_of(record) for record in records]}
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(descriptor)
    draft.replace(path)
