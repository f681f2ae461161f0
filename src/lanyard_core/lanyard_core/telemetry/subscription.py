"""What a telemetry client asks for: of which robots, which parts, how often. Read strictly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
    reader = READERS.get(kind)
    if reader is None:
        raise MalformedFrame("t must be sub or ping on the telemetry channel")
    request = reader(fields, seq, ts_us)
    fields.end()
    if isinstance(request, Subscribe):
        _check(request, encoding, robots)
    return request


def _read_ping(_: Fields, seq: int, ts_us: int) -> Ping:
    return Ping(seq, ts_us)


def _read_sub(fields: Fields, seq: int, _: int) -> Subscribe:
    chosen = tuple(dict.fromkeys(fields.texts("robots"))) if fields.has("robots") else None
    parts = read_parts(fields.texts("fields")) if fields.has("fields") else PARTS
    rate_hz = fields.number("rate_hz", DEFAULT_RATE_HZ)
    single_floats = fields.choice("float", FLOATS, FLOATS[0]) != FLOATS[0]
    return Subscribe(seq, Subscription(parts, rate_hz, single_floats), chosen)


def _check(request: Subscribe, encoding: Encoding, robots: Collection[str]) -> None:
    unknown = sorted(set(request.robots or ()) - set(robots))
    if unknown:
        raise BadInput(
            f"there is no robot {', '.join(unknown)} to watch on this socket", code="unknown_robot"
        )
    read_rate(request.subscription.rate_hz, encoding=encoding)
    if encoding.is_text and request.subscription.single_floats:
        raise BadInput(
            "f32 needs a binary encoding; JSON has one kind of number", code="float_needs_binary"
        )


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


READERS: dict[str, Callable[[Fields, int, int], TelemetryRequest]] = {
    "sub": _read_sub,
    "ping": _read_ping,
}
"""Reads the own fields of each kind of frame."""
