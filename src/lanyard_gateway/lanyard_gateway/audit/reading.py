"""Reads entries out of an audit log, newest first, for people and for the REST interface."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from lanyard_gateway.audit import folder as folders

MOST_SCANNED = 200_000
"""How many entries one question may go through; then it continues with another."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which entries are wanted; None means any. Times are RFC 3339 texts in UTC, as in the log."""

    since: str | None = None
    until: str | None = None
    key_id: str | None = None
    path: str | None = None
    robot_id: str | None = None
    event: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Entries, and the number to go on ``before`` when there may be more."""

    entries: tuple[dict[str, object], ...]
    next_before: int | None


def ask(folder: Path, question: Question, *, limit: int) -> Answer:
    """At most ``limit`` entries that match, newest first. A line that is no entry is left out."""
    found: list[dict[str, object]] = []
    for scanned, line in enumerate(folders.newest_lines(folder)):
        entry = _entry(line)
        if entry is None:
            continue
        number = entry["n"]
        if question.since is not None and str(entry.get("ts", "")) < question.since:
            break
        if len(found) == limit or scanned >= MOST_SCANNED:
            return Answer(tuple(found), number + 1 if isinstance(number, int) else None)
        if _matches(entry, question):
            found.append(entry)
    return Answer(tuple(found), None)


def _entry(line: bytes) -> dict[str, object] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("n"), int) else None


def _matches(entry: dict[str, object], question: Question) -> bool:
    number = entry["n"]
    if question.before is not None and isinstance(number, int) and number >= question.before:
        return False
    if question.until is not None and str(entry.get("ts", "")) > question.until:
        return False
    wanted = {
        "key_id": question.key_id,
        "endpoint": question.path,
        "robot_id": question.robot_id,
        "event": question.event,
    }
    return all(value is None or entry.get(name) == value for name, value in wanted.items())
