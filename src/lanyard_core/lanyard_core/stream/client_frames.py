"""How a client's frames are written as plain values, and read back: strictly.

An unknown field is refused. Two forms of a command: a map, and for binary encodings a packed list
``[1, seq, ts_us, [6 numbers]]``, with ``frame_idx, ttl_ms`` behind it when they are needed. A third
one, a bare TwistStamped, is read only where that is switched on: its number is its stamp.
Readers raise MalformedFrame, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lanyard_core.faults import MalformedFrame
from lanyard_core.rotation import Vector3
from lanyard_core.stream.channel import PROTOCOL_VERSION, Encoding
from lanyard_core.stream.fields import MAX_TS_US, Fields, head, items, number, uint
from lanyard_core.stream.frames import Arm, ClientFrame, Command, Ping, Stop
from lanyard_core.stream.plain import Plain
from lanyard_core.telemetry.status import Twist

PACKED_COMMAND = 1
MAX_TTL_MS = 1000
MAX_JOINTS = 32
_MAX_SECONDS = 2**33


def read_client_frame(
    value: Plain,
    *,
    frames: Sequence[str],
    encoding: Encoding = Encoding.MSGPACK,
    bare_twists: bool = False,
) -> ClientFrame:
    """The frame that a client sent. A packed ``frame_idx`` counts through ``frames``.

    ``bare_twists``: a map without ``v`` and ``t`` is a TwistStamped.
    """
    if isinstance(value, list):
        if encoding.is_text:
            raise MalformedFrame("a packed command needs a binary encoding; send a map")
        return _read_packed(value, frames)
    fields = Fields(value)
    if bare_twists and not (fields.has("v") or fields.has("t")):
        return _read_bare(fields)
    kind, seq, ts_us = head(fields)
    reader = READERS.get(kind)
    if reader is None:
        raise MalformedFrame(f"t must be one of {', '.join(READERS)} on the command channel")
    frame = reader(fields, seq, ts_us)
    fields.end()
    return frame


def write_client_frame(frame: ClientFrame, *, frames: Sequence[str] = ()) -> Plain:
    """The plain value of a client's frame; a packed command refers to ``frames`` by index."""
    if isinstance(frame, Command):
        return _write_packed(frame, frames) if frame.packed else _write_command(frame)
    if isinstance(frame, Arm):
        own: dict[str, Plain] = {
            "session": frame.session,
            "clear_safe_stop": frame.clear_safe_stop,
        }
        return _written("arm", frame, own)
    if isinstance(frame, Stop):
        return _written("stop", frame, {"reason": frame.reason})
    return _written("ping", frame, {})


def _written(kind: str, frame: ClientFrame, own: dict[str, Plain]) -> Plain:
    return {"v": PROTOCOL_VERSION, "t": kind, "seq": frame.seq, "ts_us": frame.ts_us, **own}


def _read_arm(fields: Fields, seq: int, ts_us: int) -> Arm:
    session = fields.text("session")
    return Arm(seq, ts_us, session, fields.flag("clear_safe_stop", default=False))


def _read_ping(_: Fields, seq: int, ts_us: int) -> Ping:
    return Ping(seq, ts_us)


def _read_stop(fields: Fields, seq: int, ts_us: int) -> Stop:
    return Stop(seq, ts_us, fields.text("reason", ""))


def _read_command(fields: Fields, seq: int, ts_us: int) -> Command:
    stamp_us, frame_id = _read_header(fields) if fields.has("header") else (None, "")
    twist = _read_twist(fields)
    joints: tuple[float, ...] = ()
    if fields.has("joint_velocities"):
        joints = fields.numbers("joint_velocities", at_most=MAX_JOINTS)
    return Command(
        seq,
        ts_us,
        twist,
        frame_id=frame_id,
        stamp_us=stamp_us,
        ttl_ms=fields.optional_uint("ttl_ms", at_least=1, at_most=MAX_TTL_MS),
        want_ack=fields.flag("want_ack", default=True),
        joint_velocities=joints,
    )


def _read_bare(fields: Fields) -> Command:
    stamp_us, frame_id = _read_header(fields)
    if stamp_us is None:
        raise MalformedFrame("frame.header.stamp must say when the command was made")
    twist = _read_twist(fields)
    fields.end()
    return Command(stamp_us, stamp_us, twist, frame_id=frame_id)


def _read_twist(fields: Fields) -> Twist:
    twist = fields.nested("twist")
    linear, angular = _read_vector(twist, "linear"), _read_vector(twist, "angular")
    twist.end()
    return Twist(linear, angular)


def _read_header(fields: Fields) -> tuple[int | None, str]:
    header = fields.nested("header")
    stamp_us = None
    if header.has("stamp"):
        stamp = header.nested("stamp")
        seconds = stamp.uint("sec", at_most=_MAX_SECONDS)
        micros = stamp.uint("nanosec", at_most=999_999_999) // 1000
        stamp.end()
        # A stamp of zero is ROS's way to say that there is none.
        stamp_us = seconds * 1_000_000 + micros or None
    frame_id = header.text("frame_id", "")
    header.end()
    return stamp_us, frame_id


def _read_vector(fields: Fields, name: str) -> Vector3:
    axes = fields.nested(name)
    vector = (axes.number("x", 0.0), axes.number("y", 0.0), axes.number("z", 0.0))
    axes.end()
    return vector


def _write_command(frame: Command) -> Plain:
    own: dict[str, Plain] = {
        "twist": {
            "linear": _write_vector(frame.twist.linear),
            "angular": _write_vector(frame.twist.angular),
        }
    }
    if frame.frame_id or frame.stamp_us is not None:
        own["header"] = _write_header(frame)
    if frame.ttl_ms is not None:
        own["ttl_ms"] = frame.ttl_ms
    if frame.joint_velocities:
        own["joint_velocities"] = list(frame.joint_velocities)
    if not frame.want_ack:
        own["want_ack"] = False
    return _written("cmd", frame, own)


def _write_header(frame: Command) -> Plain:
    seconds, micros = divmod(frame.stamp_us or 0, 1_000_000)
    return {"stamp": {"sec": seconds, "nanosec": micros * 1000}, "frame_id": frame.frame_id}


def _write_vector(vector: Vector3) -> Plain:
    x, y, z = vector
    return {"x": x, "y": y, "z": z}


def _read_packed(value: Sequence[object], frames: Sequence[str]) -> Command:
    if len(value) not in (4, 6) or type(value[0]) is not int or value[0] != PACKED_COMMAND:
        raise MalformedFrame(
            "a packed command is [1, seq, ts_us, [6 numbers]], with or without frame_idx, ttl_ms"
        )
    axes = [number(axis, "the velocity") for axis in items(value[3], "the velocity")]
    if len(axes) != 6:
        raise MalformedFrame(f"the velocity of a packed command has 6 numbers, not {len(axes)}")
    frame_id, ttl_ms = "", None
    if len(value) == 6:
        frame_id = frames[uint(value[4], "frame_idx", at_most=len(frames) - 1)]
        ttl_ms = uint(value[5], "ttl_ms", at_least=1, at_most=MAX_TTL_MS)
    return Command(
        uint(value[1], "seq", at_least=1),
        uint(value[2], "ts_us", at_most=MAX_TS_US),
        Twist((axes[0], axes[1], axes[2]), (axes[3], axes[4], axes[5])),
        frame_id=frame_id,
        ttl_ms=ttl_ms,
        packed=True,
    )


def _write_packed(frame: Command, frames: Sequence[str]) -> Plain:
    axes = [*frame.twist.linear, *frame.twist.angular]
    packed: list[Plain] = [PACKED_COMMAND, frame.seq, frame.ts_us, axes]
    if frame.frame_id or frame.ttl_ms is not None:
        index = frames.index(frame.frame_id) if frame.frame_id else 0
        packed += [index, frame.ttl_ms if frame.ttl_ms is not None else MAX_TTL_MS]
    return packed


READERS: dict[str, Callable[[Fields, int, int], ClientFrame]] = {
    "arm": _read_arm,
    "cmd": _read_command,
    "ping": _read_ping,
    "stop": _read_stop,
}
"""Reads the own fields of each kind of frame."""
