"""R65: what was once recorded of a session leads to the same frames and effects again.

The golden file holds what came in, when, and what went out; a change of behaviour shows in it. To
write it anew when that is meant: REWRITE_SESSIONS=1 with this test.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from lanyard_core.faults import MalformedFrame
from lanyard_core.port import CommandAck
from lanyard_core.safety.states import AckStatus, Cause, State
from lanyard_core.stream.arming import Lease
from lanyard_core.stream.channel import Encoding
from lanyard_core.stream.client_frames import read_client_frame
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.effects import SendFrame
from lanyard_core.stream.plain import FROM_CLIENT
from lanyard_core.stream.server_frames import write_server_frame
from lanyard_core.stream.session import CommandSession
from lanyard_core.stream.settings import StreamSettings
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus

GOLDEN = Path(__file__).with_name("golden_session.jsonl")
NONCE = 0x0123_4567_89AB_CDEF
JSON = CODECS[Encoding.JSON]
SESSION = "0d4d0f0c-9d0f-4c1e-8a43-6f0e7c9b1d52"


def frame(kind, seq, ms, **own):
    return json.dumps(
        {"v": 1, "t": kind, "seq": seq, "ts_us": 1_795_000_000_000_000 + ms * 1000, **own}
    )


def command(seq, ms, x=0.0):
    return frame("cmd", seq, ms, twist={"linear": {"x": x}, "angular": {}})


def script():
    """What comes in: milliseconds, what, and its content. A drive with all that can go wrong."""
    yield 0, "frame", frame("ping", 1, 0)
    yield 5, "frame", command(2, 5)
    yield 6, "ack", [2, "ok"]
    yield 10, "frame", frame("arm", 3, 10, session="of yesterday")
    yield 12, "frame", frame("arm", 4, 12, session=SESSION)
    yield 14, "armed", True
    yield 15, "status", ["active", True]
    for n in range(5):
        yield 20 + 10 * n, "frame", command(5 + n, 20 + 10 * n, 0.2)
        yield 21 + 10 * n, "ack", [5 + n, "clamped" if n == 2 else "ok"]
    yield 70, "frame", command(9, 70, 0.2)  # a number that came before
    yield 72, "frame", command(12, 72, 0.2)  # two were lost
    yield 74, "ack", [12, "ok"]
    yield 80, "frame", command(13, -150, 0.2)  # stale
    yield 85, "frame", '{"v":1,"t":"cmd"}'
    for n in range(9):
        yield 90, "frame", command(14 + n, 90, 0.1)
    for n in range(5):
        yield 91, "ack", [14 + n, "ok"]
    yield 1000, "frame", frame("ping", 23, 1000)
    yield 1005, "frame", command(24, 1005, 0.2)
    yield 1016, "status", ["safe_stop", False]  # after its acknowledgement was missed
    yield 1500, "frame", frame("stop", 25, 1500, reason="a person stands there")
    yield 1600, "frame", frame("arm", 26, 1600, session=SESSION, clear_safe_stop=True)
    yield 1602, "reset", True
    yield 1603, "armed", False
    yield 4100, "nothing", None  # the pings have ended


class Player:
    """Plays a recording into a session, and writes down what it does."""

    def __init__(self):
        self.session = CommandSession(
            now=0.0,
            unix_offset_s=1_795_000_000.0,
            session_id=SESSION,
            robot_id="arm-001",
            lease=Lease("key:em2mqxjzlc", NONCE, 3.0),
            settings=StreamSettings(),
            may_reset_severe=False,
        )
        self.lines = []
        self.put(0, self.session.opened(0.0, self.status("idle", True)))

    def status(self, state, at_rest):
        safety = replace(
            UNKNOWN_SAFETY,
            state=State[state.upper()],
            session=NONCE,
            at_rest=at_rest,
            holder="key:em2mqxjzlc",
            causes=Cause.ACK_LATE if state == "safe_stop" else Cause.NONE,
        )
        return RobotStatus("arm-001", online=True, age_s=0.0, safety=safety)

    def put(self, ms, effects):
        for effect in effects:
            if isinstance(effect, SendFrame):
                told = JSON.encode(write_server_frame(effect.frame))
                self.lines.append({"ms": ms, "out": told})
            else:
                self.lines.append({"ms": ms, "does": repr(effect)})

    def play(self, ms, what, content):
        until = ms / 1000
        while (due := self.session.next_deadline()) is not None and due <= until:
            self.put(round(due * 1000, 3), self.session.deadline_passed(due))
        self.lines.append({"ms": ms, "in": what, "content": content})
        self.put(ms, self.take(until, what, content))

    def take(self, now, what, content):
        if what == "frame":
            try:
                value = JSON.decode(content, limits=FROM_CLIENT)
                read = read_client_frame(value, frames=("base_link",), encoding=Encoding.JSON)
            except MalformedFrame as fault:
                return self.session.frame_refused(now, fault)
            return self.session.frame_received(now, read)
        if what == "ack":
            ack = CommandAck(NONCE, content[0], AckStatus[content[1].upper()], 0.0004)
            return self.session.command_acknowledged(now, ack)
        if what == "status":
            return self.session.status_seen(now, self.status(*content))
        if what == "armed":
            return self.session.arm_answered(now, success=content, message="not neutral")
        if what == "reset":
            return self.session.reset_answered(now, success=content, message="")
        return []


def recording(entries):
    player = Player()
    for entry in entries:
        player.play(*entry)
    player.put(4200, player.session.closed())
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in player.lines)


def test_r65_a_recorded_session_gives_the_same_frames_and_effects_again():
    if os.environ.get("REWRITE_SESSIONS"):
        GOLDEN.write_text(recording(script()), encoding="utf-8")
    golden = GOLDEN.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in golden.splitlines()]
    entries = [(line["ms"], line["in"], line["content"]) for line in lines if "in" in line]
    assert recording(entries) == golden


def test_the_recording_has_all_that_can_happen():
    golden = GOLDEN.read_text(encoding="utf-8")
    for word in (
        "ack_timeout", "client_stop", "ping_timeout", "bad_session", "bad_frame", "stale",
        "clamped", "duplicate", "arm_refused", "PublishCommand", "StopRobot", "CloseSocket",
        "ReleaseLease", "ResetRobot", "SendHeartbeat",
    ):  # fmt: skip
        assert word in golden, word
