"""The client's half of the command channel in virtual time."""

import pytest

from lanyard_client.pilot import Phase, Pilot
from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.frames import Ack, Arm, Command, Err, Hello, Ping, Pong, StateChange, Stop
from lanyard_core.stream.settings import CommandLimits, CommandTiming
from lanyard_core.telemetry.status import Twist

FORWARD = Twist((0.2, 0.0, 0.0))
START = 50.0


class Rig:
    """A pilot, its clock, and a server that answers as told."""

    def __init__(self, *, rate_hz=50.0, greet=True):
        self.now = START
        self.pilot = Pilot(now=START, unix_offset_s=1.8e9, rate_hz=rate_hz)
        self.sent = []
        self.acks = AckStatus.NOT_ARMED
        if greet:
            self.hello()

    def hello(self):
        self.receive(
            Hello,
            session="this one",
            robot_id="arm-001",
            state="ready",
            lease_holder="key:me",
            lease_is_yours=True,
            lease_ttl_ms=3000,
            limits=CommandLimits(),
            timing=CommandTiming(),
            frames=("base_link",),
        )

    def receive(self, kind, *args, **more):
        self.pilot.frame_received(self.now, kind(1, 0, *args, **more))

    def state(self, armed, *, reason="", at_rest=True):
        self.receive(StateChange, "active" if armed else "safe_stop", reason, (), armed, at_rest, 0)

    def ack(self, seq, status):
        self.receive(Ack, seq, status, rx_us=0, ctl_us=0, lost=0)

    def run(self, seconds):
        """Let time pass; every command is acknowledged at once. Returns what was sent."""
        before = len(self.sent)
        until = self.now + seconds
        while (due := self.pilot.next_deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            for frame in self.pilot.due(self.now):
                self.sent.append((self.now, frame))
                if isinstance(frame, Command) and self.acks is not None:
                    self.ack(frame.seq, self.acks)
        self.now = until
        return [frame for _, frame in self.sent[before:]]

    def armed(self):
        self.pilot.arm(clear_safe_stop=False)
        self.run(0.05)
        self.state(armed=True)
        self.acks = AckStatus.OK
        return self


def of(frames, kind):
    return [frame for frame in frames if isinstance(frame, kind)]


def test_nothing_is_sent_before_hello():
    rig = Rig(greet=False)
    assert rig.pilot.next_deadline() is None
    assert rig.pilot.due(rig.now + 9) == []


def test_commands_go_out_fifty_times_a_second_and_pings_at_least_each_second():
    frames = Rig().run(10.0)
    assert len(of(frames, Command)) == pytest.approx(500, abs=2)
    assert len(of(frames, Ping)) >= 10


def test_numbers_rise_by_one_over_all_frames():
    frames = Rig().armed().run(2.0)
    numbers = [frame.seq for frame in frames]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_before_arming_every_command_is_neutral_whatever_was_asked_for():
    rig = Rig()
    rig.pilot.set_velocity(FORWARD)
    assert all(command.is_neutral for command in of(rig.run(1.0), Command))


def test_arming_waits_until_the_robot_has_answered_a_neutral_command():
    rig = Rig()
    rig.acks = None
    rig.pilot.arm(clear_safe_stop=False)
    assert of(rig.run(1.0), Arm) == []
    rig.acks = AckStatus.NOT_ARMED
    (arm,) = of(rig.run(0.1), Arm)
    assert (arm.session, arm.clear_safe_stop) == ("this one", False)
    assert rig.pilot.phase is Phase.ARMING


def test_once_armed_the_velocity_is_sent_until_it_is_changed():
    rig = Rig().armed()
    rig.pilot.set_velocity(FORWARD)
    assert {command.twist for command in of(rig.run(2.0), Command)} == {FORWARD}
    rig.pilot.set_velocity(Twist())
    assert all(command.is_neutral for command in of(rig.run(1.0), Command))


def test_a_velocity_may_end_by_itself():
    rig = Rig().armed()
    rig.pilot.set_velocity(FORWARD, until=rig.now + 0.5)
    commands = of(rig.run(1.0), Command)
    assert sum(not command.is_neutral for command in commands) == pytest.approx(25, abs=1)
    assert commands[-1].is_neutral


def test_arming_twice_asks_once():
    rig = Rig().armed()
    rig.pilot.arm(clear_safe_stop=False)
    assert of(rig.run(1.0), Arm) == []
    assert rig.pilot.phase is Phase.ARMED


def test_a_refused_arming_keeps_the_reason():
    rig = Rig()
    rig.pilot.arm(clear_safe_stop=True)
    rig.run(0.1)
    rig.receive(Err, "arm_refused", "the battery is out")
    assert (rig.pilot.phase, rig.pilot.refusal) == (Phase.CONNECTED, "the battery is out")


def test_a_robot_that_was_stopped_gets_neutral_commands_until_armed_and_told_again():
    rig = Rig().armed()
    rig.pilot.set_velocity(FORWARD)
    rig.run(0.1)
    rig.state(armed=False, reason="ack_timeout")
    assert rig.pilot.refusal.endswith("a command was not acknowledged in time")
    assert all(command.is_neutral for command in of(rig.run(1.0), Command))
    rig.armed()
    assert all(command.is_neutral for command in of(rig.run(1.0), Command))


def test_after_late_commands_one_neutral_command_lets_the_robot_go_on():
    rig = Rig().armed()
    rig.pilot.set_velocity(FORWARD)
    rig.run(0.1)
    rig.ack(rig.sent[-1][1].seq, AckStatus.NOT_ARMED)
    commands = of(rig.run(0.1), Command)
    assert [command.is_neutral for command in commands[:3]] == [True, False, False]
    assert rig.pilot.figures.interruptions == 1


def test_after_a_pause_nothing_is_made_up_for():
    rig = Rig().armed()
    rig.now += 5.0
    assert len(of(rig.pilot.due(rig.now), Command)) == 1
    assert rig.pilot.next_deadline() > rig.now


def test_a_stop_goes_out_first_and_ends_the_motion():
    rig = Rig().armed()
    rig.pilot.set_velocity(FORWARD)
    rig.pilot.stop("a person stands there")
    frames = rig.run(0.1)
    assert isinstance(frames[0], Stop)
    assert frames[0].reason == "a person stands there"
    assert all(command.is_neutral for command in of(frames, Command))


def test_the_robot_counts_as_at_rest_after_an_answered_neutral_command_and_its_own_word():
    rig = Rig().armed()
    rig.pilot.set_velocity(FORWARD)
    rig.run(0.1)
    assert not rig.pilot.at_rest
    rig.pilot.set_velocity(Twist())
    assert not rig.pilot.at_rest
    rig.run(0.1)
    assert rig.pilot.at_rest
    rig.state(armed=True, at_rest=False)
    assert not rig.pilot.at_rest


def test_the_figures_tell_round_trips_and_refusals():
    rig = Rig().armed()
    rig.acks = None
    (command,) = of(rig.run(0.02), Command)
    rig.now += 0.005
    rig.ack(command.seq, AckStatus.CLAMPED)
    figures = rig.pilot.figures
    assert figures.applied == 1
    assert 0.005 <= figures.round_trip_s < 0.03
    assert figures.worst_round_trip_s >= figures.round_trip_s
    rig.ack(command.seq, AckStatus.SAFE_STOP)
    assert figures.refused == 1


def test_a_pong_measures_the_round_trip():
    rig = Rig()
    (ping,) = of(rig.run(0.0), Ping)
    rig.now += 0.25
    rig.receive(Pong, ping.seq, 0)
    assert rig.pilot.figures.round_trip_s == 0.25


def test_answers_that_never_come_do_not_pile_up():
    rig = Rig()
    rig.acks = None
    rig.run(60.0)
    assert len(rig.pilot._awaited) <= 256
