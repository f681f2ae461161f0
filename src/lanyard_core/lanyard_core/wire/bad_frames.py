"""What is no frame: values that mean nothing on a channel, and bytes that are no value.

Each says why, and the code with which it is refused. They are the bad half of the golden vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lanyard_core.stream.channel import Channel, Encoding
from lanyard_core.stream.client_frames import MAX_JOINTS, MAX_TTL_MS
from lanyard_core.stream.fields import MAX_TS_US
from lanyard_core.stream.plain import MAX_COMMAND_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_TEXT, Plain, Wire
from lanyard_core.wire.examples import NOW_US


@dataclass(frozen=True, slots=True)
class BadFrame:
    """A value that is no frame."""

    why: str
    value: Plain
    code: str = "bad_frame"


_HEAD: dict[str, Plain] = {"v": 1, "t": "ping", "seq": 1, "ts_us": NOW_US}
_AXES: dict[str, Plain] = {"x": 0.1}
_TWIST: dict[str, Plain] = {"linear": _AXES, "angular": {}}
_CMD: dict[str, Plain] = {**_HEAD, "t": "cmd", "twist": _TWIST}
_PACKED: list[Plain] = [0.1, 0.0, 0.0, 0.0, 0.0, 0.0]


def _nested(depth: int) -> Plain:
    value: Plain = 0
    for _ in range(depth):
        value = [value]
    return value


BAD_EVERYWHERE: tuple[BadFrame, ...] = (
    BadFrame("not a map", "ping"),
    BadFrame("nothing", None),
    BadFrame("an empty map", {}),
    BadFrame("without v", {"t": "ping", "seq": 1, "ts_us": NOW_US}),
    BadFrame("another version", {**_HEAD, "v": 2}),
    BadFrame("a version that is no integer", {**_HEAD, "v": True}),
    BadFrame("without a kind", {"v": 1, "seq": 1, "ts_us": NOW_US}),
    BadFrame("a kind that there is not", {**_HEAD, "t": "warp"}),
    BadFrame("a kind that is no text", {**_HEAD, "t": 7}),
    BadFrame("the number 0", {**_HEAD, "seq": 0}),
    BadFrame("a number below 0", {**_HEAD, "seq": -1}),
    BadFrame("a number that is a fraction", {**_HEAD, "seq": 1.5}),
    BadFrame("a number that is a text", {**_HEAD, "seq": "1"}),
    BadFrame("without a time", {"v": 1, "t": "ping", "seq": 1}),
    BadFrame("a time before 1970", {**_HEAD, "ts_us": -1}),
    BadFrame("a time that not every language can hold", {**_HEAD, "ts_us": MAX_TS_US + 1}),
    BadFrame("a field that is not known", {**_HEAD, "extra": 1}),
    BadFrame("nested too deeply", {**_HEAD, "extra": _nested(MAX_DEPTH)}),
    BadFrame("a list that is too long", {**_HEAD, "extra": [0] * (MAX_ITEMS + 1)}),
    BadFrame("a text that is too long", {**_HEAD, "extra": "x" * (MAX_TEXT + 1)}),
    BadFrame("too large", {**_HEAD, "extra": ["x" * 255] * 4}, "too_large"),
)

BAD_FRAMES: Mapping[Channel, tuple[BadFrame, ...]] = {
    Channel.COMMAND: (
        BadFrame("a kind of the telemetry channel", {**_HEAD, "t": "sub"}),
        BadFrame("arm without a session", {**_HEAD, "t": "arm"}),
        BadFrame("arm with a session that is no text", {**_HEAD, "t": "arm", "session": 1}),
        BadFrame("a flag that is a number",
                 {**_HEAD, "t": "arm", "session": "s", "clear_safe_stop": 1}),
        BadFrame("a command without a velocity", {**_HEAD, "t": "cmd"}),
        BadFrame("a velocity without its half", {**_CMD, "twist": {"linear": _AXES}}),
        BadFrame("a velocity that is a list", {**_CMD, "twist": [0.1]}),
        BadFrame("an axis that is a text", {**_CMD, "twist": {**_TWIST, "linear": {"x": "1"}}}),
        BadFrame("an axis that is a flag", {**_CMD, "twist": {**_TWIST, "linear": {"x": True}}}),
        BadFrame("an axis that there is not", {**_CMD, "twist": {**_TWIST, "linear": {"w": 1.0}}}),
        BadFrame("a time to live of nothing", {**_CMD, "ttl_ms": 0}),
        BadFrame("a time to live that is too long", {**_CMD, "ttl_ms": MAX_TTL_MS + 1}),
        BadFrame("too many joints", {**_CMD, "joint_velocities": [0.0] * (MAX_JOINTS + 1)}),
        BadFrame("a stamp with a whole second of nanoseconds",
                 {**_CMD, "header": {"stamp": {"sec": 1, "nanosec": 1_000_000_000}}}),
        BadFrame("stop with a reason that is no text", {**_HEAD, "t": "stop", "reason": 1}),
        BadFrame("packed, of another kind", [9, 1, NOW_US, _PACKED]),
        BadFrame("packed, too short", [1, 1, NOW_US]),
        BadFrame("packed, with half of the rest", [1, 1, NOW_US, _PACKED, 0]),
        BadFrame("packed, too long", [1, 1, NOW_US, _PACKED, 0, 50, 0]),
        BadFrame("packed, with five axes", [1, 1, NOW_US, _PACKED[:5]]),
        BadFrame("packed, with an axis that is nothing", [1, 1, NOW_US, [*_PACKED[:5], None]]),
        BadFrame("packed, in a frame that there is not", [1, 1, NOW_US, _PACKED, 99, 50]),
        BadFrame("packed, with the number 0", [1, 0, NOW_US, _PACKED]),
    ),
    Channel.TELEMETRY: (
        BadFrame("a kind of the command channel", _CMD),
        BadFrame("fields that are no list", {**_HEAD, "t": "sub", "fields": "pose"}),
        BadFrame("a field that is no text", {**_HEAD, "t": "sub", "fields": [1]}),
        BadFrame("a part that there is not",
                 {**_HEAD, "t": "sub", "fields": ["weather"]}, "unknown_field"),
        BadFrame("a robot that there is not",
                 {**_HEAD, "t": "sub", "robots": ["nobody"]}, "unknown_robot"),
        BadFrame("a rate that is a text", {**_HEAD, "t": "sub", "rate_hz": "10"}),
        BadFrame("a rate that is too high",
                 {**_HEAD, "t": "sub", "rate_hz": 101}, "rate_out_of_range"),
        BadFrame("a rate of nothing", {**_HEAD, "t": "sub", "rate_hz": 0}, "rate_out_of_range"),
        BadFrame("numbers that there are not", {**_HEAD, "t": "sub", "float": "f16"}),
    ),
    Channel.EVENTS: (
        BadFrame("a kind of the command channel", _CMD),
        BadFrame("resume behind nothing", {**_HEAD, "t": "resume"}),
        BadFrame("resume behind what is no id", {**_HEAD, "t": "resume", "last_event_id": "x"}),
        BadFrame("a type that there is not",
                 {**_HEAD, "t": "filter", "types": ["weather.*"]}, "unknown_type"),
        BadFrame("robots that are no list", {**_HEAD, "t": "filter", "robots": "arm-001"}),
    ),
}  # fmt: skip

_PING = bytes.fromhex("84a17601a174a470696e67a373657101a574735f7573cf0006608b015f3000")
_PING_CBOR = bytes.fromhex("a4617601617464 70696e67 637365 7101 6574735f7573 1b0006608b015f3000")
_PING_TEXT = '{"v":1,"t":"ping","seq":1,"ts_us":1795000000000000}'
_F64 = {"NaN": "7ff8000000000000", "infinity": "7ff0000000000000"}

BAD_RAW: Mapping[Encoding, tuple[tuple[str, Wire, str], ...]] = {
    Encoding.MSGPACK: (
        ("no bytes", b"", "bad_frame"),
        ("cut short", _PING[:-1], "bad_frame"),
        ("a byte behind the frame", _PING + b"\xc0", "bad_frame"),
        ("a byte that is never used", b"\xc1", "bad_frame"),
        ("a name that stands twice", bytes.fromhex("82a17601a17601"), "bad_frame"),
        ("a name that is a number", bytes.fromhex("810101"), "bad_frame"),
        ("text that is not UTF-8", bytes.fromhex("81a174a2fffe"), "bad_frame"),
        ("a time stamp of the encoding", bytes.fromhex("81a174d6ff00000000"), "bad_frame"),
        ("an extension type", bytes.fromhex("81a174c70500aabbccddee"), "bad_frame"),
        ("a map of four thousand million entries", bytes.fromhex("dfffffffff"), "bad_frame"),
        *((name, bytes.fromhex(f"81a178cb{bits}"), "not_finite") for name, bits in _F64.items()),
        ("a text message", _PING_TEXT, "wrong_kind"),
        ("a message of 1025 bytes", b"\xc0" * (MAX_COMMAND_BYTES + 1), "too_large"),
    ),
    Encoding.CBOR: (
        ("no bytes", b"", "bad_frame"),
        ("cut short", _PING_CBOR[:-1], "bad_frame"),
        ("a byte behind the frame", _PING_CBOR + b"\xf6", "bad_frame"),
        ("a name that stands twice", bytes.fromhex("a2617601617601"), "bad_frame"),
        ("a name that is a number", bytes.fromhex("a10101"), "bad_frame"),
        ("a name that is bytes", bytes.fromhex("a1417401"), "bad_frame"),
        ("text that is not UTF-8", bytes.fromhex("a1617462fffe"), "bad_frame"),
        ("a tag", bytes.fromhex("a16174c101"), "bad_frame"),
        ("a list that holds itself", bytes.fromhex("d81c81d81d00"), "bad_frame"),
        ("a map of unknown length", bytes.fromhex("bf617601ff"), "bad_frame"),
        ("undefined", bytes.fromhex("a16174f7"), "bad_frame"),
        ("a simple value", bytes.fromhex("a16174e0"), "bad_frame"),
        ("a list of 2**64 items", bytes.fromhex("9bffffffffffffffff"), "bad_frame"),
        *((name, bytes.fromhex(f"a16178fb{bits}"), "not_finite") for name, bits in _F64.items()),
        ("half a NaN", bytes.fromhex("a16178f97e00"), "not_finite"),
        ("a text message", _PING_TEXT, "wrong_kind"),
        ("a message of 1025 bytes", b"\xf6" * (MAX_COMMAND_BYTES + 1), "too_large"),
    ),
    Encoding.JSON: (
        ("no text", "", "bad_frame"),
        ("cut short", _PING_TEXT[:-1], "bad_frame"),
        ("two frames", _PING_TEXT * 2, "bad_frame"),
        ("a name that stands twice", '{"v":1,"v":1}', "bad_frame"),
        ("NaN", '{"x":NaN}', "bad_frame"),
        ("infinity", '{"x":-Infinity}', "bad_frame"),
        ("a number that is too large", '{"x":1e999}', "not_finite"),
        ("an integer of 65 bits", '{"x":18446744073709551616}', "bad_frame"),
        ("half of a surrogate pair", '{"x":"\\ud800"}', "bad_frame"),
        ("a binary message", _PING_TEXT.encode(), "wrong_kind"),
        ("a message of 1025 bytes", " " * (MAX_COMMAND_BYTES + 1), "too_large"),
    ),
}
