"""Frames to plain values and back, in every encoding; and what is refused on the way in."""

import json
import pathlib
import random
import re

import pytest

from lanyard_core.faults import MalformedFrame
from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.client_frames import read_client_frame, write_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.frames import (
    Ack,
    Arm,
    Command,
    Err,
    Hello,
    Ping,
    Pong,
    StateChange,
    Stop,
)
from lanyard_core.stream.msgpack_codec import MsgpackCodec
from lanyard_core.stream.plain import FROM_CLIENT, FROM_SERVER
from lanyard_core.stream.server_frames import read_server_frame, write_server_frame
from lanyard_core.stream.settings import CommandLimits, CommandTiming
from lanyard_core.telemetry.status import Twist

FRAMES = ("base_link", "map")
NOW_US = 1_800_000_000_000_000
TWIST = Twist((0.25, 0.0, 0.0), (0.0, 0.0, -0.5))

CLIENT_FRAMES = [
    Arm(1, NOW_US, "a session", clear_safe_stop=True),
    Command(2, NOW_US, TWIST),
    Command(
        3,
        NOW_US,
        TWIST,
        frame_id="map",
        stamp_us=NOW_US - 7,
        ttl_ms=50,
        want_ack=False,
        joint_velocities=(0.5, 0.0, -0.25),
    ),
    Command(4, NOW_US, TWIST, packed=True),
    Command(5, NOW_US, TWIST, frame_id="map", ttl_ms=50, packed=True),
    Ping(6, NOW_US),
    Stop(7, NOW_US, "a person stands there"),
]
SERVER_FRAMES = [
    Hello(
        1,
        NOW_US,
        session="a session",
        robot_id="arm-001",
        state="ready",
        lease_holder="key:abc",
        lease_is_yours=True,
        lease_ttl_ms=3000,
        limits=CommandLimits(),
        timing=CommandTiming(),
        frames=FRAMES,
    ),
    Ack(2, NOW_US, 9, AckStatus.CLAMPED, rx_us=NOW_US - 5, ctl_us=800, lost=3),
    Ack(2, NOW_US, 9, AckStatus.OK, rx_us=0, ctl_us=800, lost=3, packed=True),
    Pong(3, NOW_US, 8, NOW_US - 1),
    StateChange(4, NOW_US, "safe_stop", "why", ("command_gap",), False, True, NOW_US - 9),
    StateChange(5, NOW_US, "unknown", "", (), False, False, None),
    Err(6, NOW_US, "lease_held", "somebody else has it", 7),
    Err(7, NOW_US, "bad_frame", "no frame"),
]
COMMAND = {
    "v": 1,
    "t": "cmd",
    "seq": 2,
    "ts_us": NOW_US,
    "twist": {"linear": {"x": 0.25}, "angular": {}},
}
PACKED = [1, 2, NOW_US, [0.25, 0, 0, 0, 0, -0.5]]


def kind(frame):
    return type(frame).__name__ + ("-packed" if getattr(frame, "packed", False) else "")


def read(value):
    return read_client_frame(value, frames=FRAMES)


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("frame", CLIENT_FRAMES, ids=kind)
def test_a_clients_frame_survives_the_way(encoding, frame):
    codec = CODECS[encoding]
    message = codec.encode(write_client_frame(frame, frames=FRAMES))
    assert read(codec.decode(message, limits=FROM_CLIENT)) == frame


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("frame", SERVER_FRAMES, ids=kind)
def test_a_servers_frame_survives_the_way(encoding, frame):
    codec = CODECS[encoding]
    message = codec.encode(write_server_frame(frame))
    assert read_server_frame(codec.decode(message, limits=FROM_SERVER)) == frame


def test_a_packed_command_has_47_bytes_with_single_floats_and_71_with_double_ones():
    frame = Command(100_000, NOW_US, Twist((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)), packed=True)
    plain = write_client_frame(frame, frames=FRAMES)
    assert len(MsgpackCodec(single_floats=True).encode(plain)) == 47
    assert len(MsgpackCodec().encode(plain)) == 71


def test_axes_that_are_left_out_are_zero_and_integers_count_as_numbers():
    assert read(COMMAND).twist == Twist((0.25, 0.0, 0.0), (0.0, 0.0, 0.0))
    assert read(PACKED).twist == TWIST
    assert [type(axis) for axis in read(PACKED).twist.linear] == [float] * 3


def test_a_stamp_of_zero_means_that_there_is_none():
    value = COMMAND | {"header": {"stamp": {"sec": 0, "nanosec": 0}, "frame_id": ""}}
    assert read(value).stamp_us is None


@pytest.mark.parametrize("twist", [Twist(), Twist((-0.0, 0.0, 0.0))])
def test_a_command_without_motion_is_neutral(twist):
    assert Command(1, 0, twist).is_neutral


@pytest.mark.parametrize(
    "command",
    [
        Command(1, 0, Twist((0.0, 0.0, 1e-300))),
        Command(1, 0, Twist(angular=(0.0, 0.0, -0.1))),
        Command(1, 0, Twist(), joint_velocities=(0.0, 0.1)),
    ],
)
def test_a_command_with_any_motion_is_not_neutral(command):
    assert not command.is_neutral


WRONG = {
    "no map": 7,
    "text": "cmd",
    "no version": {k: v for k, v in COMMAND.items() if k != "v"},
    "other version": COMMAND | {"v": 2},
    "version true": COMMAND | {"v": True},
    "no kind": {k: v for k, v in COMMAND.items() if k != "t"},
    "unknown kind": COMMAND | {"t": "move"},
    "a server's kind": COMMAND | {"t": "ack"},
    "seq 0": COMMAND | {"seq": 0},
    "negative seq": COMMAND | {"seq": -1},
    "seq as a float": COMMAND | {"seq": 2.0},
    "seq as a bool": COMMAND | {"seq": True},
    "seq beyond 64 bits": COMMAND | {"seq": 2**64},
    "no time": {k: v for k, v in COMMAND.items() if k != "ts_us"},
    "time beyond 2**53": COMMAND | {"ts_us": 2**53 + 1},
    "no twist": {k: v for k, v in COMMAND.items() if k != "twist"},
    "unknown field": COMMAND | {"speed": 1.0},
    "unknown field of the twist": COMMAND | {"twist": {"linear": {}, "angular": {}, "x": 1}},
    "unknown axis": COMMAND | {"twist": {"linear": {"w": 1}, "angular": {}}},
    "axis as text": COMMAND | {"twist": {"linear": {"x": "1"}, "angular": {}}},
    "axis as bool": COMMAND | {"twist": {"linear": {"x": True}, "angular": {}}},
    "axis as null": COMMAND | {"twist": {"linear": {"x": None}, "angular": {}}},
    "ttl 0": COMMAND | {"ttl_ms": 0},
    "ttl above 1 s": COMMAND | {"ttl_ms": 1001},
    "want_ack as number": COMMAND | {"want_ack": 1},
    "header as list": COMMAND | {"header": []},
    "stamp before 1970": COMMAND | {"header": {"stamp": {"sec": -1, "nanosec": 0}}},
    "nanoseconds above": COMMAND | {"header": {"stamp": {"sec": 1, "nanosec": 10**9}}},
    "frame_id as number": COMMAND | {"header": {"frame_id": 1}},
    "33 joints": COMMAND | {"joint_velocities": [0.0] * 33},
    "joints as map": COMMAND | {"joint_velocities": {}},
    "arm without session": {"v": 1, "t": "arm", "seq": 1, "ts_us": 1},
    "stop with number": {"v": 1, "t": "stop", "seq": 1, "ts_us": 1, "reason": 1},
    "ping with more": {"v": 1, "t": "ping", "seq": 1, "ts_us": 1, "x": 1},
    "empty list": [],
    "packed ack": [2, 1, NOW_US, 1, 0, 0, 0],
    "packed, 3 items": PACKED[:3],
    "packed, 5 items": [*PACKED, 0],
    "packed, 7 items": [*PACKED, 0, 50, 0],
    "packed, kind as bool": [True, *PACKED[1:]],
    "packed, 5 axes": [*PACKED[:3], [0.0] * 5],
    "packed, 7 axes": [*PACKED[:3], [0.0] * 7],
    "packed, axes as text": [*PACKED[:3], "000000"],
    "packed, axis as null": [*PACKED[:3], [None] * 6],
    "packed, seq 0": [1, 0, *PACKED[2:]],
    "packed, frame that is not": [*PACKED, 2, 50],
    "packed, frame from behind": [*PACKED, -1, 50],
    "packed, ttl 0": [*PACKED, 0, 0],
}


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_clients_frame_is_refused(value):
    with pytest.raises(MalformedFrame) as caught:
        read(value)
    assert caught.value.detail


def test_a_client_reads_frames_of_a_newer_server():
    plain = write_server_frame(SERVER_FRAMES[1])
    assert read_server_frame(plain | {"colour": "red"}) == SERVER_FRAMES[1]
    assert read_server_frame(plain | {"t": "weather"}) is None
    assert read_server_frame([9, 1, 2]) is None
    packed = write_server_frame(SERVER_FRAMES[2])
    assert read_server_frame([*packed, "more"]) == SERVER_FRAMES[2]


@pytest.mark.parametrize(
    "value",
    [
        7,
        {"v": 1, "t": "ack", "seq": 1, "ts_us": 1, "ack": 1, "st": "fine", "rx_us": 1},
        [2, 1, 1, 1, 99, 0, 0],
        [2, 1, 1, "1", 0, 0, 0],
        {"v": 1, "t": "hello", "seq": 1, "ts_us": 1},
    ],
)
def test_what_is_no_servers_frame_is_refused(value):
    with pytest.raises(MalformedFrame):
        read_server_frame(value)


def test_every_report_of_the_state_says_that_it_is_not_safety_rated():
    assert write_server_frame(SERVER_FRAMES[4])["safety"]["safety_rated"] is False


def test_random_plain_values_raise_nothing_but_malformed_frame():
    dice = random.Random(7)
    leaves = [None, True, 0, 1, -1, 2**63, 0.5, "cmd", "", b"", [], {}]
    names = ["v", "t", "seq", "ts_us", "twist", "header", "linear", "ttl_ms", "session"]

    def value(depth):
        pick = dice.random()
        if depth == 0 or pick < 0.4:
            return dice.choice(leaves)
        if pick < 0.6:
            return [value(depth - 1) for _ in range(dice.randrange(7))]
        return {dice.choice(names): value(depth - 1) for _ in range(dice.randrange(6))}

    for _ in range(5_000):
        wild = value(3)
        if dice.random() < 0.5 and isinstance(wild, dict):
            wild = COMMAND | wild
        try:
            read(wild)
        except MalformedFrame:
            continue


DOCUMENTATION = pathlib.Path(__file__).parents[3] / "docs" / "command-channel.md"
EXAMPLES = re.findall(
    r"```json\n(.*?)\n```\n(?:```hex\n(.*?)\n```)?", DOCUMENTATION.read_text("utf-8"), re.DOTALL
)


def test_the_bytes_in_the_documentation_are_real():
    pairs = [(json.loads(text), bytes.fromhex(data)) for text, data in EXAMPLES if data]
    assert len(pairs) == 8
    for plain, data in pairs:
        assert CODECS[Encoding.MSGPACK].encode(plain) == data


@pytest.mark.parametrize("text", [text for text, _ in EXAMPLES])
def test_the_frames_in_the_documentation_are_frames(text):
    plain = json.loads(text)
    kind = plain[0] if isinstance(plain, list) else plain["t"]
    if kind in ("arm", "cmd", "ping", "stop", 1):
        assert read(plain)
    elif kind not in ("sub", "tlm"):
        assert read_server_frame(plain)


BARE = {
    "header": {"stamp": {"sec": 1_800_000_000, "nanosec": 5_000}, "frame_id": "map"},
    "twist": {"linear": {"x": 0.25}, "angular": {"z": -0.5}},
}


def test_a_bare_twist_is_numbered_by_its_stamp_where_that_is_switched_on():
    found = read_client_frame(BARE, frames=FRAMES, bare_twists=True)
    assert found == Command(NOW_US + 5, NOW_US + 5, TWIST, frame_id="map")
    with pytest.raises(MalformedFrame):
        read(BARE)


@pytest.mark.parametrize(
    "value",
    [
        {"twist": BARE["twist"]},
        {**BARE, "header": {"frame_id": "map"}},
        {**BARE, "header": {"stamp": {"sec": 0, "nanosec": 0}}},
        {**BARE, "header": {"stamp": {"sec": 1, "nanosec": 0}}, "seq": 1},
        {"header": BARE["header"]},
    ],
)
def test_what_is_no_bare_twist_is_refused(value):
    with pytest.raises(MalformedFrame):
        read_client_frame(value, frames=FRAMES, bare_twists=True)


def test_frames_are_read_as_ever_where_bare_twists_are_taken():
    frame = read_client_frame(COMMAND, frames=FRAMES, bare_twists=True)
    assert frame == read(COMMAND)


def test_a_packed_command_is_for_binary_encodings():
    with pytest.raises(MalformedFrame):
        read_client_frame(PACKED, frames=FRAMES, encoding=Encoding.JSON)
