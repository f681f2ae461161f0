"""Commands that went to the control node and are not acknowledged yet."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from lanyard_core.stream.frames import Command

CAPACITY = 64
"""Entries kept. With a deadline of 10 ms and 120 commands a second no more than two are awaited;
the others are late already, and kept only so that a late answer can still be passed on."""


@dataclass(slots=True)
class Entry:
    """One command: when it arrived, when it went on, until when its answer is on time (seconds).

    ``settled``: its lateness is counted already, or nobody minds it.
    """

    command: Command
    arrived: float
    sent: float
    deadline: float
    settled: bool


class PendingAcks:
    """A bounded table of entries in the order in which they were sent."""

    __slots__ = ("_deadline_s", "_entries")

    def __init__(self, *, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._entries: OrderedDict[int, Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def sent(self, now: float, command: Command, *, arrived: float, awaited: bool) -> None:
        """Note a command that goes on now. ``awaited``: it counts when its answer is late.

        The oldest entry makes room when the table is full.
        """
        if len(self._entries) >= CAPACITY:
            self._entries.popitem(last=False)
        deadline = now + self._deadline_s
        self._entries[command.seq] = Entry(command, arrived, now, deadline, not awaited)

    def answered(self, seq: int) -> Entry | None:
        """Take the entry of a command out; None when it is not known (any more)."""
        return self._entries.pop(seq, None)

    def overdue(self, now: float) -> int:
        """Settle the entries whose deadline has come; returns how many they are."""
        found = 0
        for entry in self._entries.values():
            if not entry.settled and now >= entry.deadline:
                entry.settled = True
                found += 1
        return found

    def next_deadline(self) -> float | None:
        """The earliest deadline that is still to come; None when nothing is awaited."""
        # Entries are in the order of their deadlines: the first that is open is the earliest.
        return next((e.deadline for e in self._entries.values() if not e.settled), None)

    def forget_deadlines(self) -> None:
        """Nothing that was sent until now is awaited any more."""
        for entry in self._entries.values():
            entry.settled = True
