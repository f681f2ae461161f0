"""Which robots an order may go to."""

from __future__ import annotations

import pytest

from lanyard_core.task.order import ANY_ROBOT, RobotSelector, RobotTraits, TaskOrder

LIFT = RobotTraits("amr-002", {"zone": "a", "floor": "2"}, frozenset({"lift"}))
ARM = RobotTraits("arm-001", {"zone": "b"}, frozenset({"gripper"}), frozenset({"wait"}))


def order(robot_id: str = ANY_ROBOT, selector: RobotSelector | None = None) -> TaskOrder:
    return TaskOrder("move_to", robot_id, "{}", 1, 60.0, selector=selector)


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        (RobotSelector(), True),
        (RobotSelector((("zone", "a"),)), True),
        (RobotSelector((("floor", "2"), ("zone", "a")), ("lift",)), True),
        (RobotSelector((("zone", "b"),)), False),
        (RobotSelector((("room", "a"),)), False),
        (RobotSelector((), ("lift", "gripper")), False),
        (RobotSelector(robots=("amr-002",)), True),
        (RobotSelector(robots=("arm-001",)), False),
    ],
)
def test_a_selector_wants_all_of_its_labels_and_all_of_its_capabilities(selector, fits):
    assert order(selector=selector).fits(LIFT) is fits


def test_an_order_that_names_a_robot_is_for_that_robot_only():
    assert order("arm-001").fits(ARM)
    assert not order("arm-001").fits(LIFT)
    assert order("arm-001").named_robot == "arm-001"


def test_any_robot_will_do_that_has_the_task_type_as_far_as_is_known():
    assert order().fits(LIFT)
    assert not order().fits(ARM)
    assert order().named_robot is None
