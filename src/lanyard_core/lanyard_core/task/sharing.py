"""Which of several gateways serves which robot.

Every gateway works it out by itself from the same facts, so that nobody has to decide. When one
comes or goes, only its own robots change hands. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Claims:
    """The robots that a gateway serves: its own share, and those that it still has a task on."""

    share: frozenset[str] = NOBODY
    leaving: frozenset[str] = NOBODY

    @property
    def all(self) -> frozenset[str]:
        """All that no other gateway serves now."""
        return self.share | self.leaving


def fair_shares(served: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The robots of each gateway, from the robots that each could serve.

    A robot goes to the one gateway, of those that could serve it, that has the highest score for it
    (rendezvous hashing).
    """
    shares: dict[str, set[str]] = {gateway: set() for gateway in served}
    for robot in set().union(*served.values()):
        able = (gateway for gateway, robots in served.items() if robot in robots)
        shares[max(able, key=lambda gateway: _score(gateway, robot))].add(robot)
    return {gateway: frozenset(robots) for gateway, robots in shares.items()}


def _score(gateway: str, robot: str) -> bytes:
    return hashlib.sha256(f"{gateway}\n{robot}".encode()).digest()
