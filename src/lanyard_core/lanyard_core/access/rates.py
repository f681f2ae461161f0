"""How often a caller may ask, and what it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``amount`` in any ``period_s`` seconds."""

    amount: int
    period_s: float = 1.0


class Allowance(NamedTuple):
    """What a caller has left; ``free_in_s`` is when one more is free, at the latest."""

    granted: bool
    limit: int
    remaining: int
    free_in_s: float
