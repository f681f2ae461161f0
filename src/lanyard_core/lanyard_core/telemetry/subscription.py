"""What a telemetry client asks for: of which robots, which parts, how often. Read strictly."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    "gps",
)
"""Every part that a telemetry frame can have."""

DEFAULT_RATE_HZ = 10.0
LOWEST_RATE_HZ = 0.1
HIGHEST_RATE_HZ = 100.0
HIGHEST_TEXT_RATE_HZ = 10.0

FLOATS = ("f64", "f32")
"""How numbers are written in a binary encoding: in eight bytes or in four."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which parts of a robot's state, how often (Hz). Equal subscriptions share their frames."""

    parts: tuple[str, ...] = PARTS
    rate_hz: float = DEFAULT_RATE_HZ
    single_floats: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Client: send me this from now on. ``robots`` None: all that the socket is for."""

    seq: int
    subscription: Subscription
    robots: tuple[str, ...] | None = None


TelemetryRequest: TypeAlias = Subscribe | Ping


def read_request(
    value: Plain, *, encoding: Encoding, robots: Collection[str] = ()
) -> TelemetryRequest:
    """The frame that a telemetry client sent; ``robots`` are those that it may choose from.

    Raises MalformedFrame when it is none, and BadInput (``unknown_field``, ``unknown_robot``,
    ``rate_needs_binary``, ``rate_out_of_range``, ``float_needs_binary``) when it asks for what
    there is not.
    """
    fields = Fields(value)
    kind, seq, ts_us = head(fields)
    if kind == "ping":
        fields.end()
        return Ping(seq, ts_us)
    if kind != "sub":
        raise MalformedFrame("t must be sub or ping on the telemetry channel")
    chosen = _robots(fields.texts("robots"), robots) if fields.has("robots") else None
    parts = read_parts(fields.texts("fields")) if fields.has("fields") else PARTS
    rate_hz = read_rate(fields.number("rate_hz", DEFAULT_RATE_HZ), encoding=encoding)
    single_floats = _single_floats(fields.text("float", FLOATS[0]), encoding)
    fields.end()
    return Subscribe(seq, Subscription(parts, rate_hz, single_floats), chosen)


def read_parts(wanted: Sequence[str]) -> tuple[str, ...]:
    """The parts of those names, in the order of PARTS; raises BadInput (``unknown_field``)."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        raise BadInput(
            f"there is no {', '.join(unknown)}; fields are {', '.join(PARTS)}", code="unknown_field"
        )
    return tuple(name for name in PARTS if name in wanted)


def read_rate(rate_hz: float, *, encoding: Encoding) -> float:
    """The rate, when it may be; raises BadInput."""
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


def _robots(wanted: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise BadInput(
            f"there is no robot {', '.join(unknown)} to watch on this socket", code="unknown_robot"
        )
    return tuple(dict.fromkeys(wanted))


def _single_floats(name: str, encoding: Encoding) -> bool:
    if name not in FLOATS:
        raise MalformedFrame(f"frame.float must be one of {', '.join(FLOATS)}")
    if encoding.is_text and name != FLOATS[0]:
        raise BadInput(
            f"{name} needs a binary encoding; JSON has one kind of number",
            code="float_needs_binary",
        )
    return name != FLOATS[0]
