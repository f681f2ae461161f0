"""Command authority: lease, neutral, arm, stream, rest, release; and every way to fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lanyard_core.safety.states import Cause, State
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.motion.authority import Authority, Stage
from lanyard_tasks.motion.effects import (
    ArmReply,
    AskArm,
    AskLease,
    Effect,
    GiveBack,
    LeaseReply,
    SafetySeen,
    SendBeat,
    SendCommand,
    Times,
)
from lanyard_tasks.motion.geometry import REST, Velocity

TICK_S = 0.02
GRANT = LeaseReply(True, 7, "tasks", "")
IDLE = SafetySeen(State.IDLE, 0, "", 7, "tasks", True, 0.01)
ACTIVE = replace(IDLE, state=State.ACTIVE)
DRIVE = Velocity(0.3, 0.1)


class Clocked:
    """An authority with a clock that goes on by one tick at each tick."""

    def __init__(self, times: Times) -> None:
        self.authority = Authority(times)
        self.now = 10.0
        self.sent: list[Effect] = []

    def tick(self, safety: SafetySeen | None, drive: Velocity = DRIVE) -> list[Effect]:
        effects = self.authority.tick(self.now, safety, drive)
        self.now += TICK_S
        self.sent += effects
        return effects

    def tick_for(self, seconds: float, safety: SafetySeen | None) -> list[Effect]:
        return [effect for _ in range(round(seconds / TICK_S)) for effect in self.tick(safety)]

    def armed(self) -> Clocked:
        self.tick(IDLE)
        self.authority.lease_answered(GRANT)
        self.tick_for(0.2, IDLE)
        self.authority.arm_answered(ArmReply(True, ""))
        self.tick(ACTIVE)
        assert self.authority.in_command
        return self

    def failure(self) -> ErrorCode | None:
        return self.authority.failure.code if self.authority.failure else None


@pytest.fixture
def it(times: Times) -> Clocked:
    return Clocked(times)


def commands(effects: list[Effect]) -> list[SendCommand]:
    return [effect for effect in effects if isinstance(effect, SendCommand)]


def kinds(effects: list[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def test_nothing_is_sent_before_the_lease_is_granted(it: Clocked) -> None:
    assert kinds(it.tick_for(0.5, IDLE)) == [AskLease]


def test_before_it_is_armed_only_neutral_commands_are_sent(it: Clocked) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(GRANT)
    effects = it.tick_for(0.5, IDLE)
    assert {command.drive for command in commands(effects)} == {REST}
    assert kinds(effects)[:2] == [SendBeat, SendCommand]


def test_it_arms_only_after_beats_and_neutral_commands_had_time_to_arrive(it: Clocked) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(GRANT)
    effects = it.tick_for(0.3, IDLE)
    before = effects[: effects.index(AskArm(7, arm=True))]
    assert len(commands(before)) >= 5


def test_a_refused_arming_is_tried_again_until_the_time_is_up(it: Clocked) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(GRANT)
    for _ in range(200):
        if AskArm(7, arm=True) in it.tick(IDLE):
            it.authority.arm_answered(ArmReply(False, "odometry is not fresh"))
    assert it.sent.count(AskArm(7, arm=True)) > 10
    assert it.failure() is ErrorCode.NOT_ARMED
    assert "odometry is not fresh" in it.authority.failure.message


def test_motion_is_sent_only_when_the_control_node_confirms_that_it_is_active_for_us(
    it: Clocked,
) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(GRANT)
    it.tick_for(0.2, IDLE)
    it.authority.arm_answered(ArmReply(True, ""))
    assert commands(it.tick(IDLE))[-1].drive == REST
    assert commands(it.tick(replace(ACTIVE, session=8)))[-1].drive == REST
    assert commands(it.tick(ACTIVE))[-1].drive == DRIVE


def test_sequence_numbers_rise_strictly_and_commands_come_every_tick(it: Clocked) -> None:
    it.armed()
    effects = it.tick_for(1.0, ACTIVE)
    numbers = [command.seq for command in commands(it.sent)]
    assert len(commands(effects)) == 50
    assert numbers == list(range(1, len(numbers) + 1))


def test_beats_come_twice_a_second_from_the_grant_to_the_disarming(it: Clocked) -> None:
    it.armed()
    it.tick_for(3.0, ACTIVE)
    beats = [effect for effect in it.sent if isinstance(effect, SendBeat)]
    assert len(beats) == pytest.approx(2 * 3.2, abs=1)
    assert [beat.seq for beat in beats] == list(range(1, len(beats) + 1))


def test_the_way_back_is_rest_then_disarm_then_release(it: Clocked) -> None:
    it.armed()
    it.authority.wind_down()
    effects = it.tick_for(0.5, replace(ACTIVE, at_rest=False))
    assert {command.drive for command in commands(effects)} == {REST}
    assert AskArm(7, arm=False) not in effects
    assert AskArm(7, arm=False) in it.tick_for(0.2, ACTIVE)
    it.authority.arm_answered(ArmReply(True, ""))
    assert GiveBack(7) in it.tick(IDLE)
    it.authority.release_answered()
    assert it.tick(IDLE) == []
    assert it.authority.done
    assert it.authority.failure is None


def test_the_way_back_ends_even_when_nobody_answers(it: Clocked, times: Times) -> None:
    it.armed()
    it.authority.wind_down()
    never_at_rest = replace(ACTIVE, at_rest=False)
    it.tick_for(times.rest_timeout_s + 2 * times.answer_timeout_s + 0.2, never_at_rest)
    assert it.authority.done


def test_the_way_back_is_short_when_the_control_node_is_gone(it: Clocked) -> None:
    it.armed()
    it.authority.wind_down()
    it.tick_for(0.3, None)
    assert it.authority.done


def test_a_lease_that_somebody_else_holds_is_told_and_nothing_is_sent(it: Clocked) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(LeaseReply(False, 0, "anna", "the lease is held by anna"))
    assert it.tick_for(0.2, IDLE) == []
    assert it.authority.done
    assert it.failure() is ErrorCode.LEASE_HELD
    assert "anna" in it.authority.failure.message


def test_a_control_node_that_does_not_answer_ends_it(it: Clocked) -> None:
    it.tick_for(1.1, IDLE)
    assert it.authority.done
    assert it.failure() is ErrorCode.NOT_ARMED


def test_a_control_node_that_is_not_there_is_waited_for_and_then_ends_it(it: Clocked) -> None:
    assert it.tick_for(2.9, None) == []
    assert not it.authority.done
    it.tick_for(0.2, None)
    assert it.authority.done
    assert it.failure() is ErrorCode.NOT_ARMED


def test_the_lease_is_asked_for_when_the_control_node_is_heard_and_not_from_a_dead_one(
    it: Clocked,
) -> None:
    assert it.tick_for(1.0, replace(IDLE, age_s=5.0)) == []
    assert it.tick(IDLE) == [AskLease()]


def test_a_lease_that_is_granted_too_late_is_given_back(it: Clocked) -> None:
    it.tick_for(1.1, IDLE)
    assert it.authority.lease_answered(GRANT) == [GiveBack(7)]


def test_leaving_before_the_lease_was_answered_gives_a_late_grant_back(it: Clocked) -> None:
    it.tick(IDLE)
    it.authority.wind_down()
    it.tick(IDLE)
    assert it.authority.done
    assert it.authority.lease_answered(GRANT) == [GiveBack(7)]


@pytest.mark.parametrize("state", [State.SAFE_STOP, State.HALTED, State.FAULT])
def test_a_robot_that_is_latched_is_not_armed_and_the_reason_is_told(
    it: Clocked, state: State
) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(GRANT)
    it.tick(replace(IDLE, state=state, reason="a stop was requested"))
    assert it.failure() is ErrorCode.NOT_ARMED
    assert "a stop was requested" in it.authority.failure.message


@pytest.mark.parametrize("state", [State.STOPPING, State.SAFE_STOP, State.HALTED, State.FAULT])
def test_a_stop_of_the_robot_ends_it_with_the_reason(it: Clocked, state: State) -> None:
    it.armed()
    stopped = replace(
        ACTIVE, state=state, causes=int(Cause.STOP_REQUEST), reason="a stop was requested"
    )
    assert commands(it.tick(stopped))[-1].drive == REST
    assert it.failure() is ErrorCode.SAFETY_STOP
    assert "a stop was requested" in it.authority.failure.message


def test_a_stop_for_lost_sensors_is_told_as_such(it: Clocked) -> None:
    it.armed()
    it.tick(replace(ACTIVE, state=State.STOPPING, causes=int(Cause.SENSOR_LOST), reason="odom"))
    assert it.failure() is ErrorCode.SENSOR_LOST


def test_a_lease_that_was_taken_at_rest_is_told_as_such(it: Clocked) -> None:
    it.armed()
    it.tick(replace(IDLE, session=9, holder="anna"))
    assert it.failure() is ErrorCode.LEASE_HELD
    assert "anna" in it.authority.failure.message


def test_a_control_node_that_goes_silent_ends_it(it: Clocked) -> None:
    it.armed()
    it.tick(replace(ACTIVE, age_s=0.51))
    assert it.failure() is ErrorCode.SAFETY_STOP


def test_after_a_gap_in_the_stream_it_sends_neutral_and_goes_on(it: Clocked) -> None:
    it.armed()
    gap = replace(ACTIVE, causes=int(Cause.COMMAND_GAP))
    assert commands(it.tick(gap))[-1].drive == REST
    assert not it.authority.in_command
    assert commands(it.tick(ACTIVE))[-1].drive == DRIVE
    assert it.authority.failure is None


def test_a_control_node_that_armed_but_never_is_active_ends_it(it: Clocked) -> None:
    it.tick(IDLE)
    it.authority.lease_answered(GRANT)
    it.tick_for(0.2, IDLE)
    it.authority.arm_answered(ArmReply(True, ""))
    it.tick_for(3.1, IDLE)
    assert it.failure() is ErrorCode.NOT_ARMED


def test_the_first_failure_is_the_one_that_counts(it: Clocked) -> None:
    it.armed()
    it.tick(replace(ACTIVE, state=State.STOPPING, causes=int(Cause.LIMIT), reason="limit"))
    it.tick_for(1.0, None)
    assert "limit" in it.authority.failure.message
    assert it.authority.stage is not Stage.ARMED
