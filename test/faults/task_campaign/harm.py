"""What is done to a fleet while it works: kills at random, and cuts of the database."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from task_campaign.fleet import ROBOT_NODES, Fleet

LONGEST_PAUSE_S = 5.0
LONGEST_DOWN_S = 1.5


class Harm:
    """Draws what happens next from its own random numbers, and makes it happen."""

    def __init__(self, fleet: Fleet, rng: random.Random) -> None:
        self.done: Counter[str] = Counter()
        self._fleet = fleet
        self._rng = rng
        self._kinds: dict[str, Callable[[], None]] = {
            "gateway killed": lambda: self._kill([rng.choice(fleet.gateways)]),
            "task server killed": lambda: self._kill([f"{self._robot()}/tasks"]),
            "control node killed": lambda: self._kill([f"{self._robot()}/control"]),
            "robot killed": self._kill_a_robot,
            "gateway and task server killed": lambda: self._kill(
                [rng.choice(fleet.gateways), f"{self._robot()}/tasks"]
            ),
        }
        if fleet.database is not None:
            self._kinds["database connections cut"] = fleet.database.cut_connections
            self._kinds["database killed"] = self._kill_the_database

    def until(self, end: float) -> None:
        """Do harm until ``end`` (monotonic); everything runs again then."""
        while time.monotonic() < end:
            self.once()

    def once(self) -> None:
        """Wait a moment, and do harm; what was harmed runs again then."""
        time.sleep(self._rng.uniform(0.2, LONGEST_PAUSE_S))
        kind = self._rng.choice(list(self._kinds))
        self._kinds[kind]()
        self.done[kind] += 1

    def _robot(self) -> str:
        return self._rng.choice(self._fleet.robots)

    def _kill_a_robot(self) -> None:
        robot = self._robot()
        self._kill([f"{robot}/{node}" for node in ROBOT_NODES])

    def _kill(self, names: list[str]) -> None:
        self._fleet.kill(names)
        time.sleep(self._rng.uniform(0.0, LONGEST_DOWN_S))
        for name in names:
            self._fleet.start_again(name)

    def _kill_the_database(self) -> None:
        database = self._fleet.database
        assert database is not None
        database.kill()
        time.sleep(self._rng.uniform(0.0, LONGEST_DOWN_S))
        database.start()
