"""Bodies of the answers that the telemetry and the events channel have in common."""

from __future__ import annotations

from lanyard_core.faults import LanyardFault
from lanyard_core.stream.channel import PROTOCOL_VERSION
from lanyard_core.stream.plain import Plain


def head_of(kind: str, seq: int) -> dict[str, Plain]:
    """How every frame of a server begins; its body follows."""
    return {"v": PROTOCOL_VERSION, "t": kind, "seq": seq}


def pong_body(*, ack: int, now_us: int) -> dict[str, Plain]:
    """Answers the ping ``ack``, which came at ``now_us``."""
    return {"ts_us": now_us, "ack": ack, "rx_us": now_us}


def refusal_body(fault: LanyardFault, *, now_us: int) -> dict[str, Plain]:
    """Says why something was refused."""
    return {"ts_us": now_us, "code": fault.code, "detail": fault.detail}
