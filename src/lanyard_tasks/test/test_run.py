"""One run of one task in virtual time: how it goes on, and every way in which it can end."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lanyard_core.safety.states import Cause, State
from lanyard_core.task.built_in import MOVE_TO, WAIT
from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.behaviour import Behaviour
from lanyard_tasks.behaviours.move_to import MoveTo
from lanyard_tasks.behaviours.pick_and_place import PickAndPlace
from lanyard_tasks.behaviours.wait import Wait
from lanyard_tasks.motion.effects import GiveBack, SendCommand
from lanyard_tasks.motion.geometry import REST, Velocity
from lanyard_tasks.report import Outcome
from lanyard_tasks.robot import Step, TaskFailed

# The fixture `robot` is the VirtualRobot of conftest.py.
Robot = Any
POINT = {"x_m": 1.0, "y_m": 0.5}


def behaviour_of(steps: Callable[[Any], Iterator[Step]], *, moving: bool = True) -> Behaviour:
    """A behaviour like another package's, of type move_to."""

    class Foreign(Behaviour):
        task_type = MOVE_TO
        moves = moving

        def run(self, robot: Any, parameters: Any) -> Any:
            return (yield from steps(robot))

    return Foreign()


def test_a_task_succeeds_and_tells_how_long_and_how_far(robot: Robot) -> None:
    ended = robot.until_end(robot.start(MoveTo(), POINT))
    assert ended.outcome is Outcome.SUCCEEDED
    assert ended.error is ErrorCode.NONE
    assert ended.distance_m == pytest.approx(1.1, abs=0.1)
    assert 3.0 < ended.run_time_s < 20.0
    assert json.loads(ended.result_json)["off_m"] <= 0.05


def test_the_end_is_told_only_after_the_lease_was_given_back(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    while not any(isinstance(effect, GiveBack) for effect in robot.sent):
        assert run.ended is None
        robot.tick(run)
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED
    assert (robot.session, robot.state) == (0, State.IDLE)


def test_progress_rises_from_nothing_to_all_and_feedback_is_always_finite(robot: Robot) -> None:
    run = robot.start(MoveTo(), {**POINT, "yaw_rad": 2.0})
    shares = []
    while run.ended is None:
        robot.tick(run)
        shares.append(run.feedback().progress)
        assert run.feedback().remaining_s >= 0.0
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_cancelled_task_comes_to_rest_before_it_ends(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    assert run.may_cancel()
    run.cancel(robot.now)
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.CANCELED
    assert ended.phase == "drive"
    assert [e for e in robot.sent if isinstance(e, SendCommand)][-1].drive == REST


def test_the_insertion_cannot_be_cancelled_and_the_phases_around_it_can(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    may = {}
    while run.ended is None:
        robot.tick(run)
        if run.ended is None and run.may_cancel() is not None:
            may.setdefault(run.feedback().phase, set()).add(run.feedback().cancellable)
    assert may["insertion"] == {False}
    assert [True in may[phase] for phase in ("approach", "grasp", "transfer", "retreat")] == [
        True
    ] * 4


def test_a_task_that_has_been_decided_cannot_be_cancelled_any_more(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    run.shut_down(robot.now)
    assert not run.may_cancel()


def test_a_task_may_be_cancelled_before_it_moves(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.tick(run)
    run.cancel(robot.now)
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.CANCELED
    assert ended.distance_m == 0.0


def test_a_task_that_takes_too_long_is_aborted(robot: Robot) -> None:
    ended = robot.until_end(robot.start(MoveTo(), {"x_m": 10.0, "y_m": 0.0}, timeout_s=2.0))
    assert (ended.outcome, ended.error) == (Outcome.ABORTED, ErrorCode.TIMEOUT)


def test_a_base_that_does_not_move_is_stuck(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    robot.blocked = True
    ended = robot.until_end(run)
    assert ended.error is ErrorCode.STUCK
    assert "the base" in ended.message


def test_a_joint_that_does_not_move_is_stuck(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    robot.blocked = True
    ended = robot.until_end(run)
    assert ended.error is ErrorCode.STUCK
    assert "b does not move" in ended.message


def test_a_task_waits_a_little_for_sensors_that_were_never_heard(robot: Robot) -> None:
    robot.odometry_starts_at = robot.now + 1.0
    assert robot.until_end(robot.start(MoveTo(), POINT)).outcome is Outcome.SUCCEEDED


def test_sensors_that_are_never_heard_abort_the_task(robot: Robot) -> None:
    robot.odometry_starts_at = robot.now + 1000.0
    ended = robot.until_end(robot.start(MoveTo(), POINT))
    assert ended.error is ErrorCode.SENSOR_LOST
    assert "no odometry heard" in ended.message
    assert 2.9 < ended.run_time_s < 3.2


def test_odometry_that_stops_aborts_a_drive(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    robot.odometry_stopped_at = robot.now
    ended = robot.until_end(run)
    assert ended.error is ErrorCode.SENSOR_LOST
    assert "odometry" in ended.message


def test_joint_states_that_stop_abort_an_arm_motion(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    robot.until_phase(run, "grasp")
    robot.joints_stopped_at = robot.now
    assert robot.until_end(run).error is ErrorCode.SENSOR_LOST


def test_a_stop_of_the_robot_aborts_in_every_phase_even_mid_insertion(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    robot.until_phase(run, "insertion")
    robot.state, robot.causes = State.SAFE_STOP, int(Cause.STOP_REQUEST)
    robot.reason = "a stop was requested"
    ended = robot.until_end(run)
    assert (ended.outcome, ended.error) == (Outcome.ABORTED, ErrorCode.SAFETY_STOP)
    assert ended.phase == "insertion"
    assert "a stop was requested" in ended.message


def test_a_lease_that_is_held_aborts_and_nothing_is_sent(robot: Robot) -> None:
    robot.held_by_other = True
    ended = robot.until_end(robot.start(MoveTo(), POINT))
    assert ended.error is ErrorCode.LEASE_HELD
    assert not any(isinstance(effect, SendCommand) for effect in robot.sent)


def test_a_robot_that_cannot_be_armed_aborts_with_the_reason(robot: Robot) -> None:
    robot.refuse_to_arm = "tf is not fresh"
    ended = robot.until_end(robot.start(MoveTo(), POINT))
    assert ended.error is ErrorCode.NOT_ARMED
    assert "tf is not fresh" in ended.message


def test_a_shutdown_aborts_in_every_phase_and_gives_the_lease_back(robot: Robot) -> None:
    run = robot.start(PickAndPlace(), {})
    robot.until_phase(run, "insertion")
    run.shut_down(robot.now)
    ended = robot.until_end(run)
    assert ended.error is ErrorCode.SHUTTING_DOWN
    assert robot.session == 0


def test_a_gap_in_the_stream_pauses_the_behaviour_and_does_not_end_it(robot: Robot) -> None:
    run = robot.start(MoveTo(), POINT)
    robot.until_phase(run, "drive")
    robot.causes = int(Cause.COMMAND_GAP)
    robot.tick(run)
    robot.tick(run)
    assert [e for e in robot.sent if isinstance(e, SendCommand)][-1].drive == REST
    robot.causes = 0
    assert robot.until_end(run).outcome is Outcome.SUCCEEDED


def test_a_task_that_does_not_move_asks_for_no_lease(robot: Robot) -> None:
    robot.held_by_other = True
    ended = robot.until_end(robot.start(Wait(), {"duration_s": 2.0}))
    assert ended.outcome is Outcome.SUCCEEDED
    assert ended.run_time_s == pytest.approx(2.0, abs=0.05)
    assert robot.sent == []


def test_a_behaviour_that_raises_is_an_internal_error_and_the_robot_comes_to_rest(
    robot: Robot,
) -> None:
    def steps(_robot: Any) -> Iterator[Step]:
        yield Step("turn", drive=Velocity(0.1, 0.0))
        raise ZeroDivisionError("oh")

    ended = robot.until_end(robot.start(behaviour_of(steps), POINT))
    assert ended.error is ErrorCode.INTERNAL
    assert "ZeroDivisionError: oh" in ended.message
    assert "Traceback" in ended.trace
    assert robot.state is State.IDLE


def test_a_behaviour_may_end_with_an_error_of_its_own(robot: Robot) -> None:
    def steps(_robot: Any) -> Iterator[Step]:
        yield Step("turn")
        raise TaskFailed(ErrorCode.GRASP_FAILED, "nothing there")

    ended = robot.until_end(robot.start(behaviour_of(steps), POINT))
    assert (ended.error, ended.message) == (ErrorCode.GRASP_FAILED, "nothing there")


@pytest.mark.parametrize(
    "step", [Step("no_such_phase"), Step("turn", joint_velocities=(0.1, 0.1, 0.1))]
)
def test_a_behaviour_that_breaks_its_own_description_is_an_internal_error(
    robot: Robot, step: Step
) -> None:
    ended = robot.until_end(robot.start(behaviour_of(lambda _robot: iter([step])), POINT))
    assert ended.error is ErrorCode.INTERNAL


def test_a_result_that_is_not_json_is_an_internal_error(robot: Robot) -> None:
    def steps(_robot: Any) -> Any:
        yield Step("turn")
        return {"x": float("nan")}

    assert robot.until_end(robot.start(behaviour_of(steps), POINT)).error is ErrorCode.INTERNAL


def test_a_behaviour_that_will_not_be_closed_still_ends(robot: Robot) -> None:
    def steps(_robot: Any) -> Iterator[Step]:
        while True:
            try:
                yield Step("turn")
            except GeneratorExit:
                yield Step("turn")

    run = robot.start(behaviour_of(steps), POINT)
    for _ in range(20):
        robot.tick(run)
    run.cancel(robot.now)
    ended = robot.until_end(run)
    assert ended.outcome is Outcome.CANCELED
    assert "GeneratorExit" in ended.trace


def test_the_time_left_of_a_wait_is_what_is_left(robot: Robot) -> None:
    run = robot.start(Wait(), {"duration_s": 100.0})
    for _ in range(51):
        robot.tick(run)
    assert run.feedback().remaining_s == pytest.approx(99.0, abs=0.05)


def test_a_wait_of_nothing_ends_at_once(robot: Robot) -> None:
    assert WAIT.check({"duration_s": 0}) == {"duration_s": 0}
    assert robot.until_end(robot.start(Wait(), {"duration_s": 0})).outcome is Outcome.SUCCEEDED


def test_an_ended_run_is_a_frozen_value(robot: Robot) -> None:
    ended = robot.until_end(robot.start(Wait(), {"duration_s": 0}))
    with pytest.raises(dataclasses.FrozenInstanceError):
        ended.phase = "other"
