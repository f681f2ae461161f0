"""R39: mutated frames crash nothing, change nothing and hold nobody up.

Each frame is a golden vector, good or bad, that was changed at random. It goes the way that a
message takes in the gateway: through the codec and the channel's reader, and on the command channel
into a session that is armed and drives. `make fuzz` tries a million for each encoding; the short
run here tries FUZZ_FRAMES of them, by default 20,000.
"""

import contextlib
import json
import math
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field, fields, is_dataclass

import pytest

from lanyard_core.events.wishes import read_event_request
from lanyard_core.faults import BadInput, MalformedFrame
from lanyard_core.port import CommandAck
from lanyard_core.safety.states import AckStatus, State
from lanyard_core.stream.arming import Lease
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.client_frames import read_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.effects import CloseSocket, PublishCommand, SendFrame, StopRobot
from lanyard_core.stream.frames import Arm, Command, Err, Ping
from lanyard_core.stream.plain import FROM_CLIENT
from lanyard_core.stream.session import CommandSession
from lanyard_core.stream.settings import StreamSettings
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus, Twist
from lanyard_core.telemetry.subscription import read_request

FRAMES = int(os.environ.get("FUZZ_FRAMES", "20000"))
LIMIT_S = 1e-3
SUSPICIOUS_S = 2e-4
AGAIN = 9
NONCE = 7
SETTINGS = StreamSettings()
# They count what was wrong, and number what is answered: that is not the state of the session.
BOOKKEEPING = {"_out", "_bad_frames", "_bad_numbers", "_flood", "_settings"}
CLOSES = {"too_large", "wrong_kind"}
STOPS = {"not_finite"}


def state_of(thing):
    """All that an object holds, at any depth, as something that can be compared."""
    if isinstance(thing, str | int | float | bool | None):
        return thing
    if isinstance(thing, dict):
        return [(state_of(key), state_of(value)) for key, value in thing.items()]
    if isinstance(thing, list | tuple) or type(thing).__name__ in ("deque", "OrderedDict"):
        return [state_of(item) for item in thing]
    if is_dataclass(thing):
        return [state_of(getattr(thing, each.name)) for each in fields(thing)]
    names = [*getattr(thing, "__dict__", {}), *getattr(type(thing), "__slots__", ())]
    return {name: state_of(getattr(thing, name)) for name in names if name not in BOOKKEEPING}


class Rig:
    """A session that drives, and its clock; every frame comes long after the one before."""

    def __init__(self):
        self.now = 1000.0
        safety = UNKNOWN_SAFETY
        self.session = CommandSession(
            now=self.now,
            unix_offset_s=1.8e9,
            session_id="fuzz",
            robot_id="arm-001",
            lease=Lease("key:me", NONCE, 3.0),
            settings=SETTINGS,
            may_reset_severe=False,
        )
        self.session.opened(self.now, RobotStatus("arm-001", online=True, age_s=0.0, safety=safety))
        stamp = 1_795_000_000_000_000
        self.session.frame_received(self.now, Ping(1, stamp))
        self.session.frame_received(self.now, Command(2, stamp, Twist()))
        self.session.command_acknowledged(self.now, CommandAck(NONCE, 2, AckStatus.OK, 0.0))
        self.session.frame_received(self.now, Arm(3, stamp, "fuzz"))
        self.session.arm_answered(self.now, success=True, message="")
        active = UNKNOWN_SAFETY.__class__(**{
            **{each.name: getattr(safety, each.name) for each in fields(safety)},
            "state": State.ACTIVE, "session": NONCE,
        })  # fmt: skip
        self.session.status_seen(self.now, RobotStatus("arm-001", True, 0.0, safety=active))
        assert self.session.armed
        self.before = state_of(self.session)

    def refused(self, fault):
        """What a frame that is none leads to; its seconds are far apart, so that none adds up."""
        self.now += 5.0
        return self.session.frame_refused(self.now, fault)

    def is_unchanged(self):
        return state_of(self.session) == self.before


@dataclass
class Figures:
    """What was tried, and what came of it."""

    codes: Counter = field(default_factory=Counter)
    worst_s: float = 0.0
    late_at_first: int = 0
    slow: list = field(default_factory=list)

    def line(self, encoding):
        told = ", ".join(f"{count:,} {code}" for code, count in self.codes.most_common())
        return (
            f"{encoding.value}: {sum(self.codes.values()):,} frames ({told});"
            f" slowest {self.worst_s * 1e3:.3f} ms, {self.late_at_first} took over 1 ms at first,"
            f" {len(self.slow)} again"
        )


ODD = [
    None, True, False, 0, 1, -1, 2**53, 2**63, -(2**63), 0.5, -0.0, 5e-324, 1e308, "", "x",
    "x" * 257, [], {}, [0] * 65, {"a": 1}, [[[[[[[[[0]]]]]]]]], float("nan"), float("inf"), b"\x00",
]  # fmt: skip
PIECES = [b"\x91", b"\x81", b"[", b'{"a":', b"\xa1\x61a", b"\xc7", b"\xd8\x1c", b"\x00"]


@dataclass
class Seeds:
    """Messages of one channel in one encoding, good and bad, and the values of the good ones."""

    good: list = field(default_factory=list)
    bad: list = field(default_factory=list)
    values: list = field(default_factory=list)


def changed_value(dice, value):
    """A value with one thing in it changed, at any depth."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        name = dice.choice(list(value))
        if dice.random() < 0.1:
            return {key: item for key, item in value.items() if key != name}
        return {**value, name: changed_value(dice, value[name])}
    if isinstance(value, list) and value and dice.random() < 0.8:
        at = dice.randrange(len(value))
        return [*value[:at], changed_value(dice, value[at]), *value[at + dice.randint(0, 2) :]]
    if isinstance(value, int | float) and dice.random() < 0.5:
        return value + dice.choice([1, -1, 0.5, 100, 1e6])
    return dice.choice(ODD)


def changed_bytes(dice, data, others):
    """Bytes with one change: a bit, a byte, a run, a piece of another, deep nesting, an end."""
    data = bytearray(data)
    at = dice.randrange(len(data) + 1)
    kind = dice.randrange(10)
    if kind <= 3 and data:
        data[at % len(data)] ^= 1 << dice.randrange(8)
    elif kind == 4:
        data[at : at + 1] = dice.randbytes(1)
    elif kind == 5:
        data[at : at + dice.randint(1, 8)] = b""
    elif kind == 6:
        data[at:at] = data[at : at + dice.randint(1, 64)]
    elif kind == 7:
        other = dice.choice(others)
        start = dice.randrange(len(other) + 1)
        data[at : at + 8] = other[start : start + dice.randint(1, 64)]
    elif kind == 8:
        data[at:at] = dice.choice(PIECES) * dice.randint(1, 300)
    else:
        data = data[:at]
    return bytes(data)


def mutated(dice, seeds, encoding):
    """A message that was changed: its value in one place, or its bytes in one to three."""
    if dice.random() < 0.4:
        value = changed_value(dice, dice.choice(seeds.values))
        with contextlib.suppress(TypeError, ValueError, OverflowError):  # no encoding has it all
            message = CODECS[encoding].encode(value)
            return message.encode() if isinstance(message, str) else message
    data = dice.choice(seeds.good if dice.random() < 0.7 else seeds.bad)
    for _ in range(dice.choice((1, 1, 2, 3))):
        data = changed_bytes(dice, data, seeds.good)
    return data[: dice.choice((1024, 1024, 1024, 1100))]


def seeds_of(folder, encoding):
    """The vectors of clients in one encoding, by channel."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        channel, kind = path.stem.split(".")
        if kind == "server":
            continue
        seeds = found.setdefault(channel, Seeds())
        for vector in json.loads(path.read_text(encoding="utf-8"))["vectors"]:
            if kind == "bad" and vector["encoding"] == encoding.value:
                is_text = "text" in vector
                seeds.bad.append(
                    vector["text"].encode() if is_text else bytes.fromhex(vector["bytes"])
                )
            elif kind == "client" and encoding.value in vector:
                seeds.values.append(vector["value"])
                for name in {encoding.value, f"{encoding.value}_f32"} & vector.keys():
                    written = vector[name]
                    seeds.good.append(
                        written.encode() if encoding.is_text else bytes.fromhex(written)
                    )
    return found


READERS = {
    "command": lambda value, encoding: read_client_frame(
        value, frames=("base_link", "map"), encoding=encoding
    ),
    "telemetry": lambda value, encoding: read_request(
        value, encoding=encoding, robots=("arm-001",)
    ),
    "events": lambda value, encoding: read_event_request(value),
}


def take(channel, message, encoding):
    """A frame, or why it is none; and how long that took to find out."""
    codec, reader = CODECS[encoding], READERS[channel]
    began = time.perf_counter()
    try:
        found = reader(codec.decode(message, limits=FROM_CLIENT), encoding)
    except BadInput as fault:
        found = fault
    return found, time.perf_counter() - began


def time_again(channel, message, encoding):
    """The shortest of several tries: a busy computer is late, a slow input is slow each time."""
    return min(take(channel, message, encoding)[1] for _ in range(AGAIN))


def judge(rig, found):
    """Put a frame into the session; what it did must be what it may do. A rig to go on with."""
    if not isinstance(found, BadInput):
        for effect in rig.session.frame_received(rig.now, found):
            if isinstance(effect, PublishCommand):
                assert all(map(math.isfinite, effect.twist.linear + effect.twist.angular))
        return Rig()
    assert isinstance(found, MalformedFrame)
    effects = rig.refused(found)
    assert isinstance(effects[0], SendFrame)
    assert isinstance(effects[0].frame, Err)
    kinds = {type(effect) for effect in effects[1:]} - {SendFrame}
    if found.code in CLOSES:
        assert kinds == {CloseSocket, StopRobot}
        return Rig()
    if found.code in STOPS:
        assert kinds == {StopRobot}
        return Rig()
    assert kinds == set()
    return rig


@pytest.mark.parametrize("encoding", list(Encoding))
def test_r39_mutated_frames_crash_nothing_change_nothing_and_are_read_within_a_millisecond(
    encoding, vector_folder, capsys
):
    dice = random.Random(f"lanyard {encoding.value} {FRAMES}")
    seeds, figures, rig = seeds_of(vector_folder, encoding), Figures(), Rig()
    channels = ["command"] * 4 + ["telemetry", "events"]
    for count in range(FRAMES):
        channel = dice.choice(channels)
        data = mutated(dice, seeds[channel], encoding)
        message = data.decode("utf-8", "surrogateescape") if encoding.is_text else data
        found, took_s = take(channel, message, encoding)
        figures.late_at_first += took_s > LIMIT_S
        if took_s > SUSPICIOUS_S:
            took_s = min(took_s, time_again(channel, message, encoding))
        if took_s > LIMIT_S:
            figures.slow.append((took_s, message))
        figures.worst_s = max(figures.worst_s, took_s)
        figures.codes[found.code if isinstance(found, BadInput) else "accepted"] += 1
        if channel == "command":
            rig = judge(rig, found)
            if count % 64 == 0:
                assert rig.is_unchanged()
    assert rig.is_unchanged()
    with capsys.disabled():
        if "FUZZ_FRAMES" in os.environ:
            print(f"\n{figures.line(encoding)}")
    assert figures.slow == []
    assert figures.codes["accepted"] > FRAMES / 100


def test_the_check_sees_a_session_that_changes():
    rig = Rig()
    assert rig.is_unchanged()
    rig.session.frame_received(rig.now, Ping(9, 1_795_000_000_000_000))
    assert not rig.is_unchanged()
