"""The campaign: every cause in turn, as many injections of each as wanted, on one running stack."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from fault_campaign.causes import Cause
from fault_campaign.injection import Injection
from fault_campaign.records import Record
from fault_campaign.stack import Stack

Todo = tuple[Cause, int]


def still_to_do(causes: Sequence[Cause], count: int, done: Sequence[Record]) -> list[Todo]:
    """What is missing to ``count`` injections of each cause."""
    made = {(record.cause, record.index) for record in done}
    return [
        (cause, index)
        for cause in causes
        for index in range(count)
        if (cause.slug, index) not in made
    ]


def inject_all(
    stack: Stack,
    todo: Sequence[Todo],
    *,
    seed: int,
    speed_mps: float,
    end: float,
    begins: Callable[[Cause], None],
    made: Callable[[Cause, Record], None],
) -> None:
    """Make the injections; none is begun after ``end`` (monotonic).

    What is drawn for an injection depends on the seed, its cause and its number alone.
    """
    for cause, index in todo:
        if time.monotonic() >= end:
            return
        begins(cause)
        rng = random.Random(f"{seed} {cause.slug} {index}")
        made(cause, Injection(stack, cause, speed_mps=speed_mps, rng=rng).run(index))
