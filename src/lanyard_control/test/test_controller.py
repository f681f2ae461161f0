"""One tick of the shell: what goes in is judged, what comes out is said, errors stop the robot."""

import pytest

from lanyard_control.controller import Controller
from lanyard_control.mailbox import COMMANDS, ArrivedCommand
from lanyard_control.senses import Senses
from lanyard_core.safety.limits import Limits
from lanyard_core.safety.states import AckStatus, Cause, State, StopKind
from lanyard_core.safety.values import Acquire, Outcome, Reset, Stop

LIMITS = Limits(
    max_velocity=(0.5, 0.0, 1.0),
    acceleration=(0.5, 0.5, 1.0),
    deceleration=(1.0, 1.0, 2.0),
    fast_deceleration=(2.0, 2.0, 4.0),
)


class FakeVoice:
    """Records what is said; can fail to say it."""

    def __init__(self):
        self.velocities, self.acks, self.states = [], [], []
        self.broken = False

    def drive(self, velocity):
        if self.broken:
            raise RuntimeError("no network")
        self.velocities.append(velocity)

    def acknowledge(self, session, seq, status, *, handling_s):
        self.acks.append((session, seq, status, handling_s))

    def announce(self, outcome, after, seen, *, now):
        self.states.append(outcome.state)


@pytest.fixture
def voice():
    return FakeVoice()


@pytest.fixture
def senses():
    senses = Senses(joint_names=(), stop_input_wired=False)
    senses.odometry(100.0, linear_speed=0.0, angular_speed=0.0)
    senses.tf(100.0)
    senses.gateway_beat(100.0)
    return senses


@pytest.fixture
def controller(mailbox, senses, voice):
    return Controller(LIMITS, mailbox, senses, voice, clock=lambda: 100.0)


def tick(controller, now=100.0, elapsed_s=0.002):
    controller.tick(now=now, elapsed_s=elapsed_s, late_s=0.0, missed=0)


def test_zeros_are_said_on_every_tick(controller, voice):
    for _ in range(5):
        tick(controller)
    assert voice.velocities == [(0.0, 0.0, 0.0)] * 5


def test_a_request_is_answered_by_the_tick_that_judged_it(controller, mailbox):
    ticket = mailbox.put_request(Acquire("ann", 100, take=False, full_speed=True, nonce=7))
    tick(controller)
    answer = ticket.wait(0.0)
    assert (answer.reply.session, answer.state, answer.at_rest) == (7, State.IDLE, True)


def test_every_received_command_is_acknowledged_also_in_a_flood(controller, mailbox, voice):
    for seq in range(COMMANDS + 10):
        mailbox.put_command(ArrivedCommand(7, seq, 99.99, 0.0, (0.1, 0.0, 0.0), ()))
    tick(controller)
    assert sorted(seq for _, seq, _, _ in voice.acks) == list(range(COMMANDS + 10))
    statuses = [status for _, _, status, _ in voice.acks]
    assert statuses[:10] == [AckStatus.SUPERSEDED] * 10
    assert all(handling_s == pytest.approx(0.01) for _, _, _, handling_s in voice.acks)


def test_an_exception_inside_a_tick_is_a_fault_and_the_loop_goes_on(controller, voice):
    tick(controller)
    voice.announce = None  # a bug
    tick(controller)
    assert controller.outcome.state is State.FAULT
    assert controller.outcome.causes == Cause.INTERNAL
    assert any("tick failed" in note for note in controller.notes)
    spoken = len(voice.velocities)
    tick(controller)
    assert len(voice.velocities) > spoken


def test_a_base_that_cannot_be_reached_does_not_end_the_loop(controller, voice):
    voice.broken = True
    tick(controller)
    tick(controller)
    assert controller.outcome.state is State.FAULT


def test_a_failed_self_test_is_a_fault_that_no_reset_clears(mailbox, senses, voice):
    controller = Controller(LIMITS, mailbox, senses, voice, failures=Cause.SELF_TEST)
    tick(controller)
    ticket = mailbox.put_request(Reset(1, may_reset_severe=True))
    tick(controller)
    assert not ticket.wait(0.0).reply.success
    assert (controller.outcome.state, controller.outcome.causes) == (State.FAULT, Cause.SELF_TEST)


def test_shutdown_counts_the_zeros_that_went_out(controller):
    tick(controller)
    controller.begin_shutdown()
    for _ in range(3):
        tick(controller)
    assert controller.zeros_since_shutdown == 3
    assert controller.outcome.causes == Cause.SHUTDOWN


def test_what_happened_is_noted_for_the_log(controller, mailbox):
    mailbox.put_request(Acquire("ann", 100, take=False, full_speed=True, nonce=7))
    tick(controller)
    mailbox.put_request(Stop(StopKind.HALT, "test"))
    tick(controller)
    notes = list(controller.notes)
    assert "info: lease: nobody -> ann (100)" in notes
    assert "warning: raised HALT_REQUEST" in notes
    assert "info: IDLE -> HALTED" in notes


def test_stops_are_counted_by_cause_and_once_however_long_they_stand(controller, mailbox):
    tick(controller)
    mailbox.put_request(Stop(StopKind.HALT))
    for _ in range(5):
        tick(controller)
    mailbox.put_request(Stop(StopKind.HALT))
    tick(controller)
    stops = {cause: count for cause, count in controller.statistics.stops.items() if count}
    assert stops == {Cause.HALT_REQUEST: 1}


def test_an_exception_inside_a_tick_is_counted_as_a_stop(controller, voice):
    voice.announce = None
    tick(controller)
    tick(controller)
    assert controller.statistics.stops[Cause.INTERNAL] == 1


def test_a_decision_that_grew_old_before_it_could_be_said_moves_nothing(mailbox, senses, voice):
    later = LIMITS.overrun_gap_s + 0.001
    controller = Controller(LIMITS, mailbox, senses, voice, clock=lambda: 100.0 + later)
    controller._outcome = Outcome(State.ACTIVE, 0, (0.2, 0.0, 0.1))
    controller._drive(now=100.0)
    controller._drive(now=100.0 + later)
    assert voice.velocities == [(0.0, 0.0, 0.0), (0.2, 0.0, 0.1)]
