"""Measurements with the age that they have by our clock."""

import math

import pytest

from lanyard_control.senses import Senses
from lanyard_core.safety.values import StopInput


@pytest.fixture
def senses():
    return Senses(joint_names=("a", "b"), stop_input_wired=False)


def test_what_was_never_heard_is_infinitely_old(senses):
    seen = senses.observe(100.0)
    ages = (
        seen.odometry_age_s,
        seen.tf_age_s,
        seen.joints_age_s,
        seen.gateway_age_s,
        seen.stop_input_age_s,
    )
    assert ages == (math.inf,) * 5


def test_an_age_counts_from_arrival(senses):
    senses.odometry(100.0, linear_speed=0.2, angular_speed=0.1)
    senses.tf(100.1)
    senses.gateway_beat(100.2)
    seen = senses.observe(100.5)
    assert (seen.odometry_age_s, seen.linear_speed, seen.angular_speed) == (0.5, 0.2, 0.1)
    assert seen.tf_age_s == pytest.approx(0.4)
    assert seen.gateway_age_s == pytest.approx(0.3)


def test_joints_are_put_in_our_order(senses):
    senses.joint_states(1.0, ["b", "gripper", "a"], [2.0, 9.0, 1.0])
    assert senses.observe(1.0).joint_positions == (1.0, 2.0)


@pytest.mark.parametrize(
    ("names", "positions"), [(["a"], [1.0]), (["gripper"], [9.0]), (["a", "b"], [1.0])]
)
def test_a_message_without_all_our_joints_does_not_count(senses, names, positions):
    senses.joint_states(1.0, names, positions)
    assert senses.observe(1.0).joints_age_s == math.inf


def test_a_stop_input_that_is_not_wired_is_told_apart_from_a_silent_one(senses):
    assert senses.observe(1.0).stop_input is StopInput.NOT_WIRED
    wired = Senses(joint_names=(), stop_input_wired=True)
    assert wired.observe(1.0).stop_input is StopInput.RELEASED
    assert wired.observe(1.0).stop_input_age_s == math.inf
    wired.stop_input(1.0, pressed=True)
    assert wired.observe(1.5).stop_input is StopInput.PRESSED
