"""What a telemetry client asks for: which parts, how often. Read strictly from its frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.fields import Fields, head
from lanyard_core.stream.frames import Ping
from lanyard_core.stream.plain import Plain

PARTS = (
    "joint_state",
    "ee_pose",
    "pose",
    "twist",
    "battery",
    "cameras",
    "errors",
    "task",
    "safety",
)
"""Every part that a telemetry frame can have."""

DEFAULT_RATE_HZ = 10.0
LOWEST_RATE_HZ = 0.1
HIGHEST_RATE_HZ = 100.0
HIGHEST_TEXT_RATE_HZ = 10.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which parts of a robot's state, how often (Hz). Equal subscriptions share their frames."""

    parts: tuple[str, ...] = PARTS
    rate_hz: float = DEFAULT_RATE_HZ


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Client: send me this from now on."""

    seq: int
    subscription: Subscription


TelemetryRequest: TypeAlias = Subscribe | Ping


def read_request(value: Plain, *, encoding: Encoding) -> TelemetryRequest:
    """The frame that a telemetry client sent.

    Raises MalformedFrame when it is none, and BadInput (``unknown_field``, ``rate_needs_binary``,
    ``rate_out_of_range``) when it asks for what there is not.
    """
    fields = Fields(value)
    kind, seq, ts_us = head(fields)
    if kind == "ping":
        fields.end()
        return Ping(seq, ts_us)
    if kind != "sub":
        raise MalformedFrame("t must be sub or ping on the telemetry channel")
    parts = _parts(fields.texts("fields")) if fields.has("fields") else PARTS
    rate_hz = _rate(fields.number("rate_hz", DEFAULT_RATE_HZ), encoding)
    fields.end()
    return Subscribe(seq, Subscription(parts, rate_hz))


def _parts(wanted: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise BadInput(
            f"there is no {', '.join(unknown)}; fields are {', '.join(PARTS)}", code="unknown_field"
        )
    return tuple(name for name in PARTS if name in wanted)


def _rate(rate_hz: float, encoding: Encoding) -> float:
    if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        raise BadInput(
            f"rate_hz must lie in [{LOWEST_RATE_HZ:g}, {HIGHEST_RATE_HZ:g}]",
            code="rate_out_of_range",
        )
    if encoding.is_text and rate_hz > HIGHEST_TEXT_RATE_HZ:
        raise BadInput(
            f"more than {HIGHEST_TEXT_RATE_HZ:g} Hz needs a binary encoding; offer the subprotocol"
            " lanyard.telemetry.v1+msgpack",
            code="rate_needs_binary",
        )
    return rate_hz
