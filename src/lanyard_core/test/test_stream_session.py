"""The command session in virtual time: its promises, whatever a client or the robot does."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from lanyard_core.faults import MalformedFrame
from lanyard_core.port import CommandAck
from lanyard_core.safety.states import AckStatus, Cause, State
from lanyard_core.stream.arming import Lease
from lanyard_core.stream.effects import (
    ArmRobot,
    CloseSocket,
    PublishCommand,
    ReleaseLease,
    ResetRobot,
    SendFrame,
    SendHeartbeat,
    StopRobot,
)
from lanyard_core.stream.frames import Ack, Arm, Command, Err, Hello, Ping, Pong, StateChange, Stop
from lanyard_core.stream.session import CommandSession
from lanyard_core.stream.settings import CommandLimits, StreamSettings
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus, Twist

START = 1000.0
UNIX_OFFSET = 1.8e9
NONCE = 0x1234_5678_9ABC_DEF0
OURS = Lease(holder="key:me", session=NONCE, ttl_s=3.0)
THEIRS = Lease(holder="task:t-1")
FORWARD = Twist((0.2, 0.0, 0.0))
SESSION = "session of this socket"


def status(
    state=State.IDLE, *, session=NONCE, at_rest=True, online=True, reason="", causes=Cause.NONE
):
    safety = replace(
        UNKNOWN_SAFETY,
        state=state,
        session=session,
        at_rest=at_rest,
        reason=reason,
        causes=causes,
        holder="key:me" if session == NONCE else "someone",
    )
    return RobotStatus("arm-001", online=online, age_s=0.0, safety=safety)


class Rig:
    """A session, its clock, and a client with a clock of its own."""

    def __init__(
        self, *, lease=OURS, settings=None, client_offset=-77.0, may_reset=False, reported=None
    ):
        self.now = START
        self.client_offset = client_offset
        self.seq = 0
        self.session = CommandSession(
            now=self.now,
            unix_offset_s=UNIX_OFFSET,
            session_id=SESSION,
            robot_id="arm-001",
            lease=lease,
            settings=settings or StreamSettings(),
            may_reset_severe=may_reset,
        )
        self.log = []
        self.first = self.note(
            self.session.opened(
                self.now, status(session=lease.session if reported is None else reported)
            )
        )

    def note(self, effects):
        self.log += [(self.now, effect) for effect in effects]
        return effects

    def ts_us(self, age=0.0):
        return round((self.now - age + UNIX_OFFSET + self.client_offset) * 1e6)

    def next_seq(self):
        self.seq += 1
        return self.seq

    def send(self, make, *args, age=0.0, seq=None, **kwargs):
        seq = self.next_seq() if seq is None else seq
        frame = make(seq, self.ts_us(age), *args, **kwargs)
        return self.note(self.session.frame_received(self.now, frame))

    def ping(self, **kwargs):
        return self.send(Ping, **kwargs)

    def drive(self, twist=FORWARD, **kwargs):
        return self.send(Command, twist, **kwargs)

    def arm_answered(self, success=True, message=""):
        return self.note(self.session.arm_answered(self.now, success=success, message=message))

    def reset_answered(self, success=True, message=""):
        return self.note(self.session.reset_answered(self.now, success=success, message=message))

    def ack(self, seq=None, status=AckStatus.OK, session=NONCE):
        ack = CommandAck(session, self.seq if seq is None else seq, status, 0.0001)
        return self.note(self.session.command_acknowledged(self.now, ack))

    def report(self, *args, **kwargs):
        return self.note(self.session.status_seen(self.now, status(*args, **kwargs)))

    def armed(self):
        """Go through the whole of arming; returns self."""
        self.ping()
        self.drive(Twist())
        self.ack()
        assert self.send(Arm, SESSION) == [ArmRobot()]
        self.arm_answered()
        self.report(State.ACTIVE)
        assert self.session.armed
        return self

    def until(self, when):
        """Let time pass, calling the session exactly at its deadlines."""
        while (due := self.session.next_deadline()) is not None and due <= when:
            self.now = max(self.now, due)
            self.note(self.session.deadline_passed(self.now))
        self.now = when
        return self

    def wait(self, seconds):
        return self.until(self.now + seconds)

    def passed(self, seconds):
        """Let time pass; returns what happened meanwhile."""
        before = len(self.log)
        self.wait(seconds)
        return [effect for _, effect in self.log[before:]]

    def happened(self, kind):
        return [effect for _, effect in self.log if isinstance(effect, kind)]

    def times(self, kind):
        return [when for when, effect in self.log if isinstance(effect, kind)]


def frames(effects, kind):
    return [e.frame for e in effects if isinstance(e, SendFrame) and isinstance(e.frame, kind)]


def of(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def statuses(effects):
    return [frame.status for frame in frames(effects, Ack)]


# Hello


def test_the_first_frame_is_hello_with_session_lease_limits_and_timing():
    hello = Rig().first[0].frame
    assert isinstance(hello, Hello)
    assert (hello.seq, hello.session, hello.robot_id) == (1, SESSION, "arm-001")
    assert (hello.lease_is_yours, hello.lease_holder, hello.lease_ttl_ms) == (True, "key:me", 3000)
    assert hello.ts_us == round((START + UNIX_OFFSET) * 1e6)


def test_hello_says_who_holds_the_lease_when_it_is_somebody_else():
    hello = Rig(lease=THEIRS).first[0].frame
    assert (hello.lease_is_yours, hello.lease_holder) == (False, "task:t-1")


def test_the_holder_shows_itself_to_the_robot_at_once():
    assert SendHeartbeat() in Rig().first
    assert SendHeartbeat() not in Rig(lease=THEIRS).first


def test_outgoing_numbers_rise_by_one():
    rig = Rig().armed()
    for _ in range(20):
        rig.drive()
        rig.ack()
        rig.ping()
        rig.wait(0.02)
    numbers = [effect.frame.seq for effect in rig.happened(SendFrame)]
    assert numbers == list(range(1, len(numbers) + 1))


# Arming


def test_a_command_that_asks_for_motion_is_refused_before_arming():
    rig = Rig()
    assert statuses(rig.drive()) == [AckStatus.NOT_ARMED]
    assert rig.happened(PublishCommand) == []


def test_a_neutral_command_goes_on_before_arming_because_arming_needs_it():
    rig = Rig()
    assert of(rig.drive(Twist()), PublishCommand)


def test_arming_needs_the_session_of_hello():
    rig = Rig()
    effects = rig.send(Arm, "a session that was recorded")
    assert [frame.code for frame in frames(effects, Err)] == ["bad_session"]
    assert of(effects, ArmRobot) == []


def test_arming_without_the_lease_is_refused_with_the_holders_name():
    effects = Rig(lease=THEIRS).send(Arm, SESSION)
    (err,) = frames(effects, Err)
    assert err.code == "lease_held"
    assert "task:t-1" in err.detail


def test_after_arming_motion_goes_on():
    rig = Rig().armed()
    (published,) = of(rig.drive(), PublishCommand)
    assert (published.seq, published.twist) == (rig.seq, FORWARD)


def test_a_refused_arming_says_why_and_changes_nothing():
    rig = Rig()
    rig.send(Arm, SESSION)
    effects = rig.arm_answered(False, "the battery is out")
    (err,) = frames(effects, Err)
    assert (err.code, err.detail) == ("arm_refused", "the battery is out")
    assert statuses(rig.drive()) == [AckStatus.NOT_ARMED]


def test_arming_can_be_tried_again_after_a_refusal():
    rig = Rig()
    rig.send(Arm, SESSION)
    rig.arm_answered(False)
    assert rig.send(Arm, SESSION) == [ArmRobot()]


def test_a_second_arm_while_one_is_under_way_asks_nothing_again():
    rig = Rig()
    rig.send(Arm, SESSION)
    assert of(rig.send(Arm, SESSION), ArmRobot) == []


@pytest.mark.parametrize("may_reset", [True, False])
def test_clearing_a_stop_resets_first_and_arms_then(may_reset):
    rig = Rig(may_reset=may_reset)
    assert rig.send(Arm, SESSION, True) == [ResetRobot(may_reset_severe=may_reset)]
    assert rig.reset_answered() == [ArmRobot()]


def test_a_refused_reset_ends_the_arming():
    rig = Rig()
    rig.send(Arm, SESSION, True)
    effects = rig.reset_answered(False, "the input is pressed")
    assert [frame.code for frame in frames(effects, Err)] == ["reset_refused"]
    assert rig.arm_answered() == []
    assert not rig.session.armed


def test_an_arming_that_is_answered_after_a_stop_does_not_count():
    rig = Rig()
    rig.send(Arm, SESSION)
    rig.send(Stop)
    assert rig.arm_answered() == []
    assert not rig.session.armed


def test_a_session_that_does_not_arm_in_time_is_closed_and_no_robot_stopped():
    rig = Rig()
    while rig.session.next_deadline() is not None:
        rig.ping()
        rig.wait(1.0)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4410]
    assert rig.times(CloseSocket) == [START + 10.0]
    assert rig.happened(StopRobot) == []


@pytest.mark.parametrize("state", [State.SAFE_STOP, State.HALTED, State.FAULT, State.STARTING])
def test_a_robot_that_stopped_needs_arming_again(state):
    rig = Rig().armed()
    rig.report(state)
    assert not rig.session.armed
    rig.report(State.IDLE)
    assert statuses(rig.drive()) == [AckStatus.NOT_ARMED]


def test_a_report_that_is_older_than_the_arming_does_not_disarm():
    rig = Rig()
    rig.send(Arm, SESSION)
    rig.arm_answered()
    rig.report(State.IDLE)
    assert rig.session.armed
    rig.report(State.ACTIVE)
    rig.report(State.IDLE)
    assert not rig.session.armed


def test_a_ramp_that_does_not_latch_keeps_the_arming():
    rig = Rig().armed()
    rig.report(State.STOPPING, causes=Cause.COMMAND_GAP, at_rest=False)
    rig.report(State.ACTIVE)
    assert rig.session.armed


@pytest.mark.parametrize("state", [State.SAFE_STOP, State.HALTED, State.FAULT, State.STOPPING])
def test_while_the_robot_is_stopped_motion_is_answered_with_safe_stop(state):
    rig = Rig()
    rig.report(state)
    assert statuses(rig.drive()) == [AckStatus.SAFE_STOP]


# Sequence numbers


def test_a_repeated_command_is_answered_and_not_applied():
    rig = Rig().armed()
    rig.drive()
    effects = rig.drive(seq=rig.seq)
    assert statuses(effects) == [AckStatus.DUPLICATE]
    assert of(effects, PublishCommand) == []


def test_a_late_command_is_answered_and_not_applied():
    rig = Rig().armed()
    rig.seq += 1
    rig.drive()
    effects = rig.drive(seq=rig.seq - 1)
    assert statuses(effects) == [AckStatus.OUT_OF_ORDER]
    assert of(effects, PublishCommand) == []


def test_every_ack_tells_how_many_frames_never_came():
    rig = Rig().armed()
    rig.seq += 7
    rig.drive()
    (ack,) = frames(rig.ack(), Ack)
    assert ack.lost == 7


def test_three_numbers_that_do_not_rise_within_a_second_stop_the_robot():
    rig = Rig().armed()
    for n in range(3):
        assert rig.happened(StopRobot) == [], n
        rig.drive(seq=1)
        rig.wait(0.1)
    assert [stop.reason for stop in rig.happened(StopRobot)] == ["sequence"]


def test_a_repeated_ping_does_not_renew_anything():
    rig = Rig()
    rig.ping()
    effects = rig.ping(seq=rig.seq)
    assert of(effects, SendHeartbeat) == []
    assert [frame.code for frame in frames(effects, Err)] == ["duplicate"]
    rig.until(START + 3.0)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4408]


def test_a_repeated_arm_does_not_arm():
    rig = Rig()
    rig.send(Arm, "wrong")
    assert of(rig.send(Arm, SESSION, seq=rig.seq), ArmRobot) == []


# Age


@pytest.mark.parametrize("offset", [0.0, -86400.0, 3600.0])
@pytest.mark.parametrize(
    ("age", "fresh"), [(0.0, True), (0.0999, True), (0.101, False), (-0.049, True), (-0.051, False)]
)
def test_r7_a_stamp_may_be_100_ms_old_and_50_ms_ahead_whatever_the_clients_clock_shows(
    offset, age, fresh
):
    rig = Rig(client_offset=offset).armed()
    effects = rig.drive(age=age)
    assert bool(of(effects, PublishCommand)) is fresh
    assert statuses(effects) == ([] if fresh else [AckStatus.STALE])


def test_a_time_to_live_shortens_the_age_and_never_lengthens_it():
    rig = Rig().armed()
    assert statuses(rig.drive(age=0.06, ttl_ms=50)) == [AckStatus.STALE]
    assert statuses(rig.drive(age=0.2, ttl_ms=1000)) == [AckStatus.STALE]


def test_a_header_stamp_can_only_make_a_command_older():
    rig = Rig().armed()
    assert statuses(rig.drive(stamp_us=rig.ts_us(age=0.2))) == [AckStatus.STALE]
    assert of(rig.drive(stamp_us=rig.ts_us(age=-9.0)), PublishCommand)
    assert statuses(rig.drive(age=0.2, stamp_us=rig.ts_us())) == [AckStatus.STALE]


def test_the_age_goes_on_with_the_command():
    rig = Rig().armed()
    (published,) = of(rig.drive(age=0.06), PublishCommand)
    assert published.age_s == pytest.approx(0.06, abs=0.001)


def test_r7_a_stamp_one_hour_ahead_delays_no_stop():
    rig = Rig().armed()
    last_ping = rig.now
    while rig.session.next_deadline() is not None:
        rig.drive(age=-3600.0)
        rig.wait(0.02)
    assert rig.times(CloseSocket) == [last_ping + 3.0]


def test_two_seconds_of_commands_that_waited_for_a_new_connection_move_nothing():
    rig = Rig()
    for n in range(100):
        rig.drive(age=2.0 - n * 0.02)
    assert of([e for _, e in rig.log], PublishCommand) == []


def test_two_seconds_of_commands_that_waited_on_an_armed_link_are_refused_but_the_fresh_ones():
    rig = Rig().armed()
    rig.wait(2.0)
    before = len(rig.happened(PublishCommand))
    for n in range(100):
        rig.drive(age=2.0 - n * 0.02)
    rig.wait(0.02)
    published = rig.happened(PublishCommand)[before:]
    assert len(published) <= 6
    assert all(p.age_s <= 0.1 for p in published)
    assert published[-1].seq == rig.seq


def test_a_frame_of_reference_that_is_not_offered_is_refused():
    rig = Rig().armed()
    assert statuses(rig.drive(frame_id="map")) == [AckStatus.INVALID]
    assert of(rig.drive(frame_id="base_link"), PublishCommand)


# Control pings of the WebSocket protocol


def test_control_pings_keep_a_session_alive_as_pings_do():
    rig = Rig().armed()
    for _ in range(20):
        rig.wait(0.9)
        rig.drive(Twist())
        rig.ack()
        effects = rig.note(rig.session.control_ping_received(rig.now))
        assert effects == [SendHeartbeat()]
    assert rig.session.armed


def test_without_control_pings_and_pings_the_session_ends_after_3_seconds():
    rig = Rig()
    rig.wait(1.0)
    rig.note(rig.session.control_ping_received(rig.now))
    rig.wait(10.0)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4408]
    assert rig.times(CloseSocket) == [START + 1.0 + 3.0]


def test_control_pings_of_who_holds_no_lease_renew_none():
    rig = Rig(lease=THEIRS)
    assert rig.session.control_ping_received(rig.now) == []


def test_a_flood_of_control_pings_is_closed():
    rig = Rig()
    while not rig.session.over:
        rig.note(rig.session.control_ping_received(rig.now))
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4429]
    assert rig.session.control_ping_received(rig.now) == []


# Bare twists


def test_bare_twists_are_ordered_by_their_stamps_and_none_counts_as_lost():
    rig = Rig(settings=StreamSettings(bare_twists=True)).armed()
    stamps = [rig.ts_us() + n * 10_000 for n in range(4)]
    for stamp in (stamps[0], stamps[1], stamps[3]):
        rig.wait(0.01)
        assert of(rig.send(Command, FORWARD, seq=stamp), PublishCommand)
        [ack] = frames(rig.ack(seq=stamp), Ack)
        assert (ack.ack, ack.lost) == (stamp, 0)
    assert statuses(rig.send(Command, FORWARD, seq=stamps[2])) == [AckStatus.DUPLICATE]


# Bursts and floods


def test_r59_of_a_burst_only_the_newest_is_applied_and_the_others_are_answered():
    rig = Rig().armed()
    rig.wait(1.0)
    first = rig.seq + 1
    for _ in range(12):
        rig.drive()
    rig.wait(0.009)
    published = [p.seq for p in rig.happened(PublishCommand)][1:]
    assert published == [*range(first, first + 5), rig.seq]
    stale = [f.ack for f in frames(rig.happened(SendFrame), Ack) if f.status is AckStatus.STALE]
    assert stale == list(range(first + 5, rig.seq))


def test_commands_that_come_faster_than_they_may_are_answered_as_rate_limited():
    rig = Rig().armed()
    for _ in range(50):
        for published in of(rig.drive() + rig.passed(0.004), PublishCommand):
            rig.ack(seq=published.seq)
    answers = [f.status for f in frames(rig.happened(SendFrame), Ack)]
    assert answers.count(AckStatus.RATE_LIMITED) > 10
    assert set(answers) == {AckStatus.OK, AckStatus.RATE_LIMITED}


def test_a_stop_in_a_flood_is_obeyed_before_the_flood_is_closed():
    settings = StreamSettings(limits=CommandLimits(flood_hz=120))
    rig = Rig(lease=THEIRS, settings=settings)
    for _ in range(119):
        rig.drive()
    effects = rig.send(Stop, "a person stands there")
    assert [type(effect) for effect in effects] == [StopRobot, SendFrame, CloseSocket]


def test_a_flood_is_stopped_and_closed():
    rig = Rig().armed()
    while rig.session.next_deadline() is not None:
        for published in of(rig.drive() + rig.passed(0.0001), PublishCommand):
            rig.ack(seq=published.seq)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4429]
    assert [stop.reason for stop in rig.happened(StopRobot)] == ["rate"]
    assert rig.now < START + 0.2


def test_a_flood_of_bad_frames_is_closed_too():
    settings = StreamSettings(strikes=100, limits=CommandLimits(flood_hz=120))
    rig = Rig(settings=settings)
    for _ in range(90):
        rig.note(rig.session.frame_refused(rig.now, MalformedFrame("x")))
        rig.ping()
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4429]


# Pings


def test_r4_without_a_ping_the_robot_is_stopped_and_closed_after_3_seconds():
    rig = Rig().armed()
    last = rig.now
    rig.until(last + 2.999999)
    assert rig.happened(StopRobot) == []
    rig.until(last + 3.0)
    assert [stop.reason for stop in rig.happened(StopRobot)] == ["ping_timeout"]
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4408]
    assert isinstance(rig.log[-1][1], CloseSocket)


def test_commands_do_not_count_as_pings():
    rig = Rig().armed()
    last = rig.now
    while rig.session.next_deadline() is not None:
        rig.drive()
        rig.ack()
        rig.wait(0.02)
    assert rig.times(CloseSocket) == [last + 3.0]


def test_r4_pings_every_2_9_seconds_keep_a_session_alive_for_10_minutes():
    rig = Rig().armed()
    while rig.now < START + 600:
        rig.wait(2.9)
        rig.ping()
    assert rig.happened(StopRobot) == []
    assert rig.happened(CloseSocket) == []


def test_a_ping_is_answered_and_renews_the_lease():
    rig = Rig()
    effects = rig.ping()
    (pong,) = frames(effects, Pong)
    assert (pong.ack, pong.rx_us) == (rig.seq, round((rig.now + UNIX_OFFSET) * 1e6))
    assert SendHeartbeat() in effects


def test_the_ping_of_a_client_without_the_lease_renews_nothing():
    assert of(Rig(lease=THEIRS).ping(), SendHeartbeat) == []


def test_an_unarmed_session_that_falls_silent_stops_no_robot():
    rig = Rig(lease=THEIRS)
    rig.until(START + 5)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4408]
    assert rig.happened(StopRobot) == []


# Acknowledgements


def test_an_ack_tells_status_receive_time_and_how_long_control_took():
    rig = Rig().armed()
    arrived = rig.now
    rig.drive()
    rig.wait(0.004)
    (ack,) = frames(rig.ack(status=AckStatus.CLAMPED), Ack)
    assert (ack.ack, ack.status) == (rig.seq, AckStatus.CLAMPED)
    assert ack.rx_us == round((arrived + UNIX_OFFSET) * 1e6)
    assert ack.ctl_us == 4000
    assert not ack.packed


def test_a_packed_command_gets_a_packed_ack():
    rig = Rig().armed()
    rig.drive(packed=True)
    assert frames(rig.ack(), Ack)[0].packed


def test_r5_an_ack_after_exactly_10_ms_is_on_time():
    rig = Rig().armed()
    rig.drive()
    rig.now += 0.010
    rig.ack()
    rig.wait(0.05)
    assert rig.happened(StopRobot) == []


@pytest.mark.parametrize("by", ["timer", "answer"])
def test_r5_an_ack_after_10_001_us_stops_the_robot(by):
    rig = Rig().armed()
    rig.drive()
    if by == "timer":
        rig.wait(0.010001)
    else:
        rig.now += 0.010001
    rig.ack()
    assert [stop.reason for stop in rig.happened(StopRobot)] == ["ack_timeout"]
    (state,) = [f for f in frames(rig.happened(SendFrame), StateChange) if f.reason]
    assert (state.state, state.reason, state.armed) == ("safe_stop", "ack_timeout", False)


def test_a_missing_ack_stops_at_10_ms_by_timer_and_once():
    rig = Rig().armed()
    sent = rig.now
    rig.drive()
    rig.drive()
    rig.wait(1.0)
    assert rig.times(StopRobot) == [pytest.approx(sent + 0.010)]


def test_a_late_ack_is_still_passed_on():
    rig = Rig().armed()
    rig.drive()
    rig.wait(0.03)
    (ack,) = frames(rig.ack(), Ack)
    assert ack.ctl_us == 30_000


def test_before_arming_a_missing_ack_stops_nothing():
    rig = Rig()
    rig.drive(Twist())
    rig.send(Arm, SESSION)
    rig.arm_answered()
    rig.wait(0.5)
    assert rig.happened(StopRobot) == []


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_the_limit_counts_misses_in_a_row(limit):
    rig = Rig(settings=StreamSettings(ack_miss_limit=limit)).armed()
    for _ in range(limit - 1):
        rig.drive()
        rig.wait(0.02)
    rig.drive()
    rig.ack()
    for n in range(limit):
        assert rig.happened(StopRobot) == [], n
        rig.drive()
        rig.wait(0.02)
    assert len(rig.happened(StopRobot)) == 1


def test_an_ack_of_another_session_or_of_an_unknown_command_changes_nothing():
    rig = Rig().armed()
    rig.drive()
    assert rig.ack(session=NONCE + 1) == []
    assert rig.ack(seq=999) == []
    rig.wait(0.02)
    assert len(rig.happened(StopRobot)) == 1


def test_a_client_that_wants_no_acks_gets_only_refusals():
    rig = Rig().armed()
    rig.drive(want_ack=False)
    assert frames(rig.ack(), Ack) == []
    rig.drive(want_ack=False)
    assert statuses(rig.ack(status=AckStatus.INVALID)) == [AckStatus.INVALID]


# Bad frames


def test_one_bad_frame_is_answered_and_the_session_goes_on():
    rig = Rig().armed()
    effects = rig.session.frame_refused(rig.now, MalformedFrame("seq is missing"))
    (err,) = frames(effects, Err)
    assert (err.code, err.detail) == ("bad_frame", "seq is missing")
    assert of(effects, StopRobot) == []
    assert of(rig.drive(), PublishCommand)


def test_three_bad_frames_within_a_second_stop_and_close():
    rig = Rig().armed()
    for _ in range(3):
        rig.note(rig.session.frame_refused(rig.now, MalformedFrame("no frame")))
    assert [stop.reason for stop in rig.happened(StopRobot)] == ["bad_frame"]
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4400]


def test_r8_a_value_that_is_not_finite_stops_at_once():
    rig = Rig().armed()
    effects = rig.session.frame_refused(rig.now, MalformedFrame("NaN", code="not_finite"))
    assert [stop.reason for stop in of(effects, StopRobot)] == ["command_invalid"]
    assert of(effects, CloseSocket) == []


@pytest.mark.parametrize(("code", "close"), [("too_large", 1009), ("wrong_kind", 1003)])
def test_a_message_of_the_wrong_size_or_kind_closes_at_once(code, close):
    rig = Rig()
    effects = rig.session.frame_refused(rig.now, MalformedFrame("x", code=code))
    assert [effect.code for effect in of(effects, CloseSocket)] == [close]


# Stop


@pytest.mark.parametrize("lease", [OURS, THEIRS])
def test_r29_a_clients_stop_is_never_refused(lease):
    rig = Rig(lease=lease)
    effects = rig.send(Stop, "a person stands there")
    assert of(effects, StopRobot) == [StopRobot("client_stop", "a person stands there")]


def test_a_repeated_stop_stops_again():
    rig = Rig().armed()
    rig.send(Stop)
    assert of(rig.send(Stop, seq=1), StopRobot)


def test_after_a_stop_motion_is_refused_until_armed_again():
    rig = Rig().armed()
    rig.send(Stop)
    rig.report(State.SAFE_STOP)
    assert statuses(rig.drive()) == [AckStatus.SAFE_STOP]
    rig.send(Arm, SESSION, True)
    rig.reset_answered()
    rig.arm_answered()
    assert of(rig.drive(), PublishCommand)


def test_a_stop_drops_the_command_that_waits_for_its_turn():
    rig = Rig().armed()
    for _ in range(8):
        rig.drive()
    rig.send(Stop)
    before = len(rig.happened(PublishCommand))
    rig.wait(0.5)
    assert len(rig.happened(PublishCommand)) == before


# The end


def test_a_socket_that_ends_while_the_robot_moves_stops_it_and_gives_the_lease_back():
    rig = Rig().armed()
    rig.drive()
    assert rig.session.closed() == [StopRobot("disconnected"), ReleaseLease()]


def test_a_robot_that_has_not_come_to_rest_is_stopped_too():
    rig = Rig().armed()
    rig.drive()
    rig.report(State.ACTIVE, at_rest=False)
    rig.drive(Twist())
    assert StopRobot("disconnected") in rig.session.closed()


def test_a_robot_at_rest_is_left_in_peace():
    rig = Rig().armed()
    rig.drive()
    rig.drive(Twist())
    rig.report(State.ACTIVE, at_rest=True)
    assert rig.session.closed() == [ReleaseLease()]


def test_a_client_that_never_had_the_lease_gives_nothing_back():
    assert Rig(lease=THEIRS).session.closed() == []


def test_after_its_end_a_session_does_nothing_more():
    rig = Rig().armed()
    rig.session.closed()
    assert rig.drive() == rig.ping() == rig.send(Stop) == rig.ack() == rig.report() == []
    assert rig.arm_answered() == []
    assert rig.reset_answered() == []
    assert rig.session.frame_refused(rig.now, MalformedFrame("x")) == []
    assert rig.session.deadline_passed(rig.now + 99) == []
    assert rig.session.next_deadline() is None
    assert rig.session.closed() == []


@pytest.mark.parametrize("session", [0, NONCE + 1])
def test_a_lease_that_was_taken_closes_the_session(session):
    rig = Rig().armed()
    rig.report(State.STOPPING, session=session)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4409]
    assert rig.session.closed() == []


def test_an_ack_that_says_lease_lost_closes_the_session():
    rig = Rig().armed()
    rig.drive()
    rig.ack(status=AckStatus.LEASE_LOST)
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4409]


def test_a_report_from_before_the_grant_is_not_a_lost_lease():
    rig = Rig(reported=0)
    rig.report(session=0)
    rig.report(session=NONCE)
    assert rig.happened(CloseSocket) == []


def test_a_robot_that_fell_silent_closes_the_session():
    rig = Rig().armed()
    rig.report(State.ACTIVE, online=False)
    assert [stop.reason for stop in rig.happened(StopRobot)] == ["robot_offline"]
    assert [effect.code for effect in rig.happened(CloseSocket)] == [4503]


# State


def test_the_state_is_told_on_every_change_and_not_twice():
    rig = Rig()
    (told,) = frames(rig.report(State.SAFE_STOP, reason="why", causes=Cause.LIMIT), StateChange)
    assert (told.state, told.reason, told.causes) == ("safe_stop", "why", ("limit",))
    assert rig.report(State.SAFE_STOP, reason="why", causes=Cause.LIMIT) == []


def test_the_state_is_told_each_second():
    rig = Rig()
    for _ in range(5):
        rig.ping()
        rig.wait(1.0)
    told = [
        when for when, e in rig.log if isinstance(e, SendFrame) and isinstance(e.frame, StateChange)
    ]
    assert told == [START + n for n in range(6)]


# Whatever happens


def test_whatever_a_client_and_a_robot_do_motion_needs_lease_arming_and_a_live_client():
    """Every sequence of five moves out of twelve; the promises are checked after each move."""
    moves = {
        "ping": lambda rig: rig.ping(),
        "drive": lambda rig: rig.drive(),
        "old": lambda rig: rig.drive(age=1.0),
        "again": lambda rig: rig.drive(seq=max(1, rig.seq)),
        "neutral": lambda rig: rig.drive(Twist()),
        "arm": lambda rig: rig.send(Arm, SESSION),
        "armed": lambda rig: rig.arm_answered(),
        "refused": lambda rig: rig.arm_answered(False),
        "stop": lambda rig: rig.send(Stop),
        "safe_stop": lambda rig: rig.report(State.SAFE_STOP),
        "taken": lambda rig: (rig.report(), rig.report(session=9)),
        "silence": lambda rig: rig.wait(3.0),
    }
    for plan in itertools.product(moves, repeat=4):
        rig = Rig()
        asked = granted = False
        for name in plan:
            before = len(rig.log)
            moves[name](rig)
            done = [effect for _, effect in rig.log[before:]]
            moving = [p for p in of(done, PublishCommand) if p.twist != Twist()]
            assert not moving or (granted and name == "drive"), plan
            if name == "arm" and of(done, ArmRobot):
                asked = True
            elif name in ("armed", "refused"):
                granted = granted or (asked and name == "armed")
                asked = False
            if name in ("stop", "safe_stop", "taken", "silence"):
                granted = False
                asked = asked and name == "safe_stop"
            if of(done, StopRobot) or of(done, CloseSocket):
                granted = asked = False
            assert rig.session.armed is granted, (plan, name)


def test_a_session_survives_100_000_random_moves():
    dice = random.Random(1)
    moves = [
        lambda rig: rig.ping(),
        lambda rig: rig.drive(),
        lambda rig: rig.drive(age=dice.uniform(-0.2, 0.2)),
        lambda rig: rig.drive(seq=dice.randint(1, rig.seq + 3)),
        lambda rig: rig.drive(Twist()),
        lambda rig: rig.ack(),
        lambda rig: rig.ack(seq=dice.randint(1, rig.seq + 1), status=dice.choice(list(AckStatus))),
        lambda rig: rig.send(Arm, SESSION, dice.random() < 0.3),
        lambda rig: rig.arm_answered(dice.random() < 0.8),
        lambda rig: rig.reset_answered(dice.random() < 0.8),
        lambda rig: rig.report(dice.choice(list(State)), at_rest=dice.random() < 0.5),
        lambda rig: rig.wait(dice.expovariate(20.0)),
        lambda rig: rig.wait(dice.expovariate(1.0)),
    ]
    rig = Rig()
    for _ in range(100_000):
        if rig.session.next_deadline() is None:
            rig = Rig(lease=dice.choice([OURS, OURS, THEIRS]))
        dice.choice(moves)(rig)
        rig.log.clear()
