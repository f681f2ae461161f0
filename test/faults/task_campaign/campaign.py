"""A slice of the campaign: a fleet works and is harmed for a while, then all of it is judged."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from task_campaign.fleet import Alteration, running_fleet
from task_campaign.harm import Harm
from task_campaign.history import Line, Verdict, judge
from task_campaign.orders import Orders

DRAINED_WITHIN_S = 90.0
LONGER_S = 90.0
"""How much longer a slice may last on a machine that is too slow to do the least in its time."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice did and how it was judged."""

    verdict: Verdict
    harm: Counter[str]


def run_slice(
    folder: Path,
    *,
    seed: str,
    for_s: float,
    robots: int,
    gateways: int = 1,
    postgresql: bool = False,
    least: int = 0,
    alter: Alteration = lambda command: command,
) -> Slice:
    """Submit and do harm for ``for_s`` seconds, wait for every task's end, and judge.

    Goes on longer until the robots have done at least so many tasks.
    """
    with running_fleet(
        folder, robots=robots, gateways=gateways, postgresql=postgresql, alter=alter
    ) as fleet:
        orders = Orders(fleet, folder / "acknowledged.jsonl", random.Random(f"{seed} orders"))
        harm = Harm(fleet, random.Random(f"{seed} harm"))
        orders.start()
        try:
            try:
                end = time.monotonic() + for_s
                harm.until(end)
                while orders.done < least and time.monotonic() < end + LONGER_S:
                    harm.once()
                fleet.wait_until_up()
            finally:
                orders.stop()
            told = orders.until_ended(within_s=DRAINED_WITHIN_S)
            fleet.require_alive()
        finally:
            orders.close()
    (folder / "told.jsonl").write_text(
        "".join(json.dumps(asdict(each)) + "\n" for each in told.values()), "utf-8"
    )
    return Slice(judge(orders.acknowledged, told, read_book(fleet.book)), harm.done)


def read_book(file: Path) -> list[Line]:
    """The lines of the robots' book, which they share."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [Line(**json.loads(line)) for line in lines]
