"""What was asked for, what the gateway says of it, what the robots did; and whether that fits.

Pure. The robots' books are the truth: lines that a robot wrote when it began and when it was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ENDS = frozenset({"succeeded", "failed", "canceled"})
DONE_AGAIN = "stamp_again"
"""The type that may be done twice: with ``on_robot_lost: requeue`` each attempt may do it."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A submit that was answered with an id. ``text`` is what the task writes into the book."""

    text: str
    task_id: str
    task_type: str


@dataclass(frozen=True, slots=True)
class Told:
    """A task as the gateway tells it in the end, with the events of its history."""

    task_id: str
    status: str
    attempt: int
    error: str | None
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a robot's book: ``what`` is begun or done."""

    what: str
    text: str


@dataclass(slots=True)
class Verdict:
    """Breaches in words, and counts of what is worth knowing and is none."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def breaches(self) -> list[str]:
        """Everything that must not be."""
        return [*self.lost, *self.doubled, *self.wrong]


def judge(
    acknowledged: Sequence[Acknowledged], told: Mapping[str, Told], book: Iterable[Line]
) -> Verdict:
    """Hold the gateway's word against the robots' books."""
    lines = Counter((line.what, line.text) for line in book)
    verdict = Verdict()
    _judge_submits(acknowledged, verdict)
    for one in {each.text: each for each in acknowledged}.values():
        verdict.counts["acknowledged"] += 1
        end = told.get(one.task_id)
        if end is None:
            verdict.lost.append(f"{one.task_id} was acknowledged and is not known any more")
            continue
        begun, done = lines["begun", one.text], lines["done", one.text]
        verdict.counts[end.status] += 1
        _judge_end(end, done, verdict)
        _judge_book(one, end, begun, done, verdict)
    _judge_strangers(acknowledged, lines, verdict)
    return verdict


def _judge_submits(acknowledged: Sequence[Acknowledged], verdict: Verdict) -> None:
    ids: dict[str, set[str]] = {}
    for each in acknowledged:
        ids.setdefault(each.text, set()).add(each.task_id)
    verdict.counts["repeated submits"] = len(acknowledged) - len(ids)
    verdict.doubled.extend(
        f"one Idempotency-Key made the tasks {', '.join(sorted(found))}"
        for found in ids.values()
        if len(found) > 1
    )


def _judge_end(end: Told, done: int, verdict: Verdict) -> None:
    if end.status not in ENDS:
        verdict.lost.append(f"{end.task_id} is {end.status} for ever; history: {end.events}")
    elif end.status == "succeeded" and done == 0:
        verdict.lost.append(f"{end.task_id} is told as succeeded, and no robot has done it")
    elif end.status == "failed":
        verdict.counts[f"failed: {end.error}"] += 1
        if end.error != "robot_lost":
            verdict.wrong.append(f"{end.task_id} failed with {end.error}; history: {end.events}")
        if not end.events or end.events[-1] != "failed":
            verdict.wrong.append(f"{end.task_id}: its history does not say why it failed")
        # Killed between the work and its journal: nobody can know, and the error says so.
        verdict.counts["done, but nobody can know"] += int(done > 0)


def _judge_book(one: Acknowledged, end: Told, begun: int, done: int, verdict: Verdict) -> None:
    most = end.attempt if one.task_type == DONE_AGAIN else 1
    if begun > most or done > most:
        verdict.doubled.append(
            f"{end.task_id} ({one.task_type}) was begun {begun} times and done {done} times in"
            f" {end.attempt} attempts; history: {end.events}"
        )
    verdict.counts["done again, as asked for"] += int(1 < begun <= most)


def _judge_strangers(
    acknowledged: Sequence[Acknowledged], lines: Counter[tuple[str, str]], verdict: Verdict
) -> None:
    """A submit whose answer never came may have made a task; it too is done once at most."""
    known = {each.text for each in acknowledged}
    for (what, text), count in lines.items():
        if text not in known:
            verdict.counts["done without an answer"] += int(what == "done")
            if count > 1:
                verdict.doubled.append(f"{text!r} was {what} {count} times")
