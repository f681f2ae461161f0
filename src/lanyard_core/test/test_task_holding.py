"""Why a robot must not be given a task now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lanyard_core.safety.states import Priority, State
from lanyard_core.task.holding import hold_reason, mildest
from lanyard_core.task.model import HoldReason
from lanyard_core.telemetry.status import UNKNOWN_SAFETY, RobotStatus


def robot(
    state: State | None = State.IDLE, *, online: bool = True, **safety: object
) -> RobotStatus:
    known = replace(UNKNOWN_SAFETY, state=state, **safety)
    return RobotStatus(robot_id="arm-001", online=online, age_s=0.0, safety=known)


@pytest.mark.parametrize(
    ("status", "has_task", "reason"),
    [
        (robot(), False, None),
        (robot(State.ACTIVE), False, None),
        (robot(), True, HoldReason.ROBOT_BUSY),
        (robot(online=False), False, HoldReason.ROBOT_OFFLINE),
        (robot(online=False), True, HoldReason.ROBOT_OFFLINE),
        (robot(None), False, HoldReason.ROBOT_OFFLINE),
        (robot(State.STARTING), False, HoldReason.ROBOT_BUSY),
        (robot(State.STOPPING), False, HoldReason.ROBOT_BUSY),
        (robot(State.SAFE_STOP), False, HoldReason.HALTED),
        (robot(State.HALTED), False, HoldReason.HALTED),
        (robot(State.FAULT), False, HoldReason.HALTED),
        (robot(State.HALTED), True, HoldReason.HALTED),
        (robot(session=7, priority=Priority.OPERATOR), False, HoldReason.ROBOT_BUSY),
        (robot(session=7, priority=Priority.TASK), False, None),
    ],
)
def test_a_task_is_held_for_the_reason_that_matters_most(status, has_task, reason):
    assert hold_reason(status, has_task=has_task) is reason


@pytest.mark.parametrize("state", list(State))
def test_every_state_of_the_safety_machine_is_judged(state):
    hold_reason(robot(state), has_task=False)


@pytest.mark.parametrize(
    ("reasons", "shown"),
    [
        ([], HoldReason.ROBOT_OFFLINE),
        ([HoldReason.ROBOT_OFFLINE, None], None),
        ([HoldReason.ROBOT_OFFLINE, HoldReason.ROBOT_BUSY], HoldReason.ROBOT_BUSY),
        ([HoldReason.ROBOT_OFFLINE, HoldReason.HALTED], HoldReason.HALTED),
        ([HoldReason.HALTED, HoldReason.ROBOT_BUSY], HoldReason.ROBOT_BUSY),
    ],
)
def test_of_several_robots_the_one_that_comes_first_gives_the_reason(reasons, shown):
    assert mildest(reasons) is shown
