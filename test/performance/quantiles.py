"""How durations are told: the same quantiles in every script."""

from __future__ import annotations

from collections.abc import Sequence

SHARES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """The nearest-rank quantiles of what was measured; raises ValueError when that is nothing."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    last = len(ordered) - 1
    return {name: ordered[min(last, int(share * len(ordered)))] for name, share in SHARES.items()}


def in_words(values: Sequence[float], *, scale: float = 1.0, digits: int = 2) -> str:
    """``p50 / p99 / p99.9 / max``, each times ``scale``."""
    return " / ".join(f"{value * scale:.{digits}f}" for value in quantiles(values).values())
