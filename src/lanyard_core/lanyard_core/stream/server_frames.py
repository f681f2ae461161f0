"""How a server's frames are written as plain values, and read back: leniently.

A newer server may say more than this client knows. An acknowledgement is written packed,
``[2, seq, ts_us, ack, st_code, ctl_us, lost]``, when the command was. Readers raise
MalformedFrame, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lanyard_core.faults import MalformedFrame
from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.channel import PROTOCOL_VERSION
from lanyard_core.stream.fields import Fields, head, uint
from lanyard_core.stream.frames import Ack, Err, Hello, Pong, ServerFrame, StateChange
from lanyard_core.stream.plain import Plain
from lanyard_core.stream.settings import CommandLimits, CommandTiming

PACKED_ACK = 2


def read_server_frame(value: Plain) -> ServerFrame | None:
    """The frame that a server sent; None for a kind that this version does not know."""
    if isinstance(value, list):
        return _read_packed(value)
    fields = Fields(value)
    kind, seq, ts_us = head(fields)
    reader = _READERS.get(kind)
    return reader(fields, seq, ts_us) if reader is not None else None


def write_server_frame(frame: ServerFrame) -> Plain:
    """The plain value of a server's frame."""
    if isinstance(frame, Ack):
        return _write_packed(frame) if frame.packed else _write_ack(frame)
    if isinstance(frame, Hello):
        return _write_hello(frame)
    if isinstance(frame, StateChange):
        return _write_state(frame)
    if isinstance(frame, Err):
        own: dict[str, Plain] = {"code": frame.code, "detail": frame.detail}
        return _written("err", frame, own if frame.ack is None else {**own, "ack": frame.ack})
    return _written("pong", frame, {"ack": frame.ack, "rx_us": frame.rx_us})


def _written(kind: str, frame: ServerFrame, own: dict[str, Plain]) -> Plain:
    return {"v": PROTOCOL_VERSION, "t": kind, "seq": frame.seq, "ts_us": frame.ts_us, **own}


def _read_hello(fields: Fields, seq: int, ts_us: int) -> Hello:
    lease = fields.nested("lease")
    return Hello(
        seq,
        ts_us,
        session=fields.text("session"),
        robot_id=fields.text("robot_id"),
        state=fields.text("state"),
        lease_holder=lease.text("holder"),
        lease_is_yours=lease.flag("yours"),
        lease_ttl_ms=lease.uint("ttl_ms"),
        limits=_read_limits(fields.nested("limits")),
        timing=_read_timing(fields.nested("timing")),
        frames=fields.texts("frames"),
    )


def _write_hello(frame: Hello) -> Plain:
    own: dict[str, Plain] = {
        "session": frame.session,
        "robot_id": frame.robot_id,
        "server_time_us": frame.ts_us,
        "state": frame.state,
        "lease": {
            "holder": frame.lease_holder,
            "yours": frame.lease_is_yours,
            "ttl_ms": frame.lease_ttl_ms,
        },
        "limits": _write_limits(frame.limits),
        "timing": _write_timing(frame.timing),
        "frames": list(frame.frames),
    }
    return _written("hello", frame, own)


def _read_limits(fields: Fields) -> CommandLimits:
    return CommandLimits(
        min_rate_hz=fields.number("min_rate_hz"),
        max_rate_hz=fields.number("max_rate_hz"),
        hard_max_hz=fields.number("hard_max_hz"),
        max_linear_m_s=fields.number("max_linear_m_s"),
        max_angular_rad_s=fields.number("max_angular_rad_s"),
        max_bytes=fields.uint("max_bytes"),
    )


def _write_limits(limits: CommandLimits) -> Plain:
    return {
        "min_rate_hz": limits.min_rate_hz,
        "max_rate_hz": limits.max_rate_hz,
        "hard_max_hz": limits.hard_max_hz,
        "max_linear_m_s": limits.max_linear_m_s,
        "max_angular_rad_s": limits.max_angular_rad_s,
        "max_bytes": limits.max_bytes,
    }


def _read_timing(fields: Fields) -> CommandTiming:
    return CommandTiming(
        ping_interval_s=fields.uint("ping_interval_ms") / 1000,
        ping_timeout_s=fields.uint("ping_timeout_ms") / 1000,
        ack_deadline_s=fields.uint("ack_deadline_ms") / 1000,
        cmd_timeout_s=fields.uint("cmd_timeout_ms") / 1000,
        max_age_s=fields.uint("max_age_ms") / 1000,
        arm_timeout_s=fields.uint("arm_timeout_ms") / 1000,
    )


def _write_timing(timing: CommandTiming) -> Plain:
    return {
        "ping_interval_ms": _ms(timing.ping_interval_s),
        "ping_timeout_ms": _ms(timing.ping_timeout_s),
        "ack_deadline_ms": _ms(timing.ack_deadline_s),
        "cmd_timeout_ms": _ms(timing.cmd_timeout_s),
        "max_age_ms": _ms(timing.max_age_s),
        "arm_timeout_ms": _ms(timing.arm_timeout_s),
    }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _read_ack(fields: Fields, seq: int, ts_us: int) -> Ack:
    name = fields.text("st").upper()
    if name not in AckStatus.__members__:
        raise MalformedFrame(f"{name.lower()} is not a status of a command")
    return Ack(
        seq,
        ts_us,
        ack=fields.uint("ack"),
        status=AckStatus[name],
        rx_us=fields.uint("rx_us"),
        ctl_us=fields.uint("ctl_us"),
        lost=fields.uint("lost"),
    )


def _write_ack(frame: Ack) -> Plain:
    own: dict[str, Plain] = {
        "ack": frame.ack,
        "st": frame.status.name.lower(),
        "rx_us": frame.rx_us,
        "ctl_us": frame.ctl_us,
        "lost": frame.lost,
    }
    return _written("ack", frame, own)


def _read_packed(value: Sequence[object]) -> Ack | None:
    if len(value) < 7 or value[0] != PACKED_ACK:
        return None
    seq, ts_us, ack, code, ctl_us, lost = (uint(item, "a packed ack") for item in value[1:7])
    if code not in AckStatus._value2member_map_:
        raise MalformedFrame(f"{code} is not a status of a command")
    return Ack(seq, ts_us, ack, AckStatus(code), 0, ctl_us, lost, packed=True)


def _write_packed(frame: Ack) -> Plain:
    return [
        PACKED_ACK, frame.seq, frame.ts_us, frame.ack, int(frame.status), frame.ctl_us, frame.lost,
    ]  # fmt: skip


def _read_pong(fields: Fields, seq: int, ts_us: int) -> Pong:
    return Pong(seq, ts_us, fields.uint("ack"), fields.uint("rx_us"))


def _read_state(fields: Fields, seq: int, ts_us: int) -> StateChange:
    safety = fields.nested("safety")
    return StateChange(
        seq,
        ts_us,
        state=safety.text("state"),
        reason=safety.text("reason"),
        causes=safety.texts("causes"),
        armed=fields.flag("armed"),
        at_rest=safety.flag("at_rest"),
        since_us=safety.optional_uint("since_us"),
    )


def _write_state(frame: StateChange) -> Plain:
    own: dict[str, Plain] = {
        "safety": {
            "state": frame.state,
            "reason": frame.reason,
            "causes": list(frame.causes),
            "since_us": frame.since_us,
            "at_rest": frame.at_rest,
            "safety_rated": False,
        },
        "armed": frame.armed,
    }
    return _written("state", frame, own)


def _read_err(fields: Fields, seq: int, ts_us: int) -> Err:
    return Err(seq, ts_us, fields.text("code"), fields.text("detail"), fields.optional_uint("ack"))


_READERS: dict[str, Callable[[Fields, int, int], ServerFrame]] = {
    "hello": _read_hello,
    "ack": _read_ack,
    "pong": _read_pong,
    "state": _read_state,
    "err": _read_err,
}
