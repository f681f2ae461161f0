"""Controllers of the base: they reach the goal, slow down for it, and never ask for too much."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanyard_tasks.motion.drive import DriveLimits, drive_to, drive_to_range, eased, turn
from lanyard_tasks.motion.geometry import Pose2D, Velocity, distance_m, wrapped

LIMITS = DriveLimits(
    speed_mps=0.4, turn_rate_radps=0.8, deceleration_mps2=0.5, turn_deceleration_radps2=1.5
)
TICK_S = 0.02

angles = st.floats(-math.pi, math.pi)
metres = st.floats(-5.0, 5.0)


def moved(pose: Pose2D, velocity: Velocity) -> Pose2D:
    yaw = pose.yaw_rad + velocity.angular_radps * TICK_S
    way = velocity.linear_mps * TICK_S
    return Pose2D(pose.x_m + way * math.cos(yaw), pose.y_m + way * math.sin(yaw), yaw)


@given(metres, metres, angles)
@settings(max_examples=100, deadline=None)
def test_a_point_is_reached_within_the_limits(x: float, y: float, yaw: float) -> None:
    pose = Pose2D(0.0, 0.0, yaw)
    for _ in range(int(60 / TICK_S)):
        if distance_m(pose, x, y) <= 0.01:
            return
        velocity = drive_to(pose, x, y, LIMITS)
        assert abs(velocity.linear_mps) <= LIMITS.speed_mps
        assert abs(velocity.angular_radps) <= LIMITS.turn_rate_radps
        pose = moved(pose, velocity)
    raise AssertionError(f"still {distance_m(pose, x, y):.3f} m away")


@given(st.floats(-3.0, 3.0), st.floats(0.2, 3.0), angles)
@settings(max_examples=100, deadline=None)
def test_a_range_is_reached_forwards_and_backwards(x: float, y: float, yaw: float) -> None:
    pose = Pose2D(0.0, 0.0, yaw)
    for _ in range(int(60 / TICK_S)):
        pose = moved(pose, drive_to_range(pose, x, y, range_m=0.6, limits=LIMITS))
    assert distance_m(pose, x, y) == pytest.approx(0.6, abs=0.01)


@given(angles, angles)
@settings(max_examples=100, deadline=None)
def test_a_turn_takes_the_short_way_and_does_not_overshoot(start: float, goal: float) -> None:
    error = wrapped(goal - start)
    sign = math.copysign(1.0, error)
    for _ in range(int(20 / TICK_S)):
        rate = turn(error, LIMITS).angular_radps
        assert rate * sign >= 0.0
        error -= rate * TICK_S
    assert abs(error) < 0.001


@given(st.floats(0.0, 10.0))
def test_there_is_always_room_to_stop(left: float) -> None:
    speed = eased(left, top=0.5, deceleration=0.5)
    assert speed * speed / (2 * 0.5) <= left + 1e-9


def test_the_base_does_not_drive_while_the_point_is_to_the_side() -> None:
    assert drive_to(Pose2D(0.0, 0.0, 0.0), 0.0, 2.0, LIMITS).linear_mps == pytest.approx(0.0)


def test_a_point_just_behind_is_reached_backwards() -> None:
    assert drive_to(Pose2D(0.0, 0.0, 0.0), -0.1, 0.0, LIMITS).linear_mps < 0.0


@pytest.mark.parametrize("angle", [0.0, 1.0, -3.0, math.pi, 7.0, -100.0])
def test_wrapping_keeps_the_direction(angle: float) -> None:
    assert -math.pi < wrapped(angle) <= math.pi
    assert math.cos(wrapped(angle)) == pytest.approx(math.cos(angle))
    assert math.sin(wrapped(angle)) == pytest.approx(math.sin(angle))
