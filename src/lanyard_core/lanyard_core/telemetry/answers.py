"""Bodies of the answers of the telemetry channel."""

from __future__ import annotations

from collections.abc import Sequence

from lanyard_core.stream.plain import Plain
from lanyard_core.telemetry.subscription import FLOATS, Subscription


def confirmation_body(
    subscription: Subscription, robots: Sequence[str], *, ack: int, now_us: int
) -> dict[str, Plain]:
    """Confirms the request ``ack``: what is sent from now on."""
    return {
        "ts_us": now_us,
        "ack": ack,
        "fields": list(subscription.parts),
        "rate_hz": subscription.rate_hz,
        "float": FLOATS[subscription.single_floats],
        "robots": list(robots),
    }
