"""Distances from a row of poses."""

from __future__ import annotations

import math

import pytest

from lanyard_tasks.motion.geometry import Pose2D
from lanyard_tasks.motion.odometer import Odometer


def observed(poses: list[Pose2D]) -> Odometer:
    odometer = Odometer()
    for pose in poses:
        odometer.observe(pose)
    return odometer


def test_the_way_there_and_back_counts_twice_and_forward_once() -> None:
    there = [Pose2D(x / 100, 0.0) for x in range(101)]
    odometer = observed([*there, *reversed(there)])
    assert odometer.distance_m == pytest.approx(2.0, abs=0.02)
    assert odometer.forward_m == pytest.approx(0.0, abs=1e-9)


def test_jitter_of_a_standing_base_is_no_way() -> None:
    assert observed([Pose2D(0.002 * (-1) ** i, 0.0) for i in range(1000)]).distance_m == 0.0


def test_a_turn_over_the_wrap_counts_on() -> None:
    poses = [Pose2D(0.0, 0.0, math.remainder(step * 0.1, math.tau)) for step in range(80)]
    assert observed(poses).turned_rad == pytest.approx(7.9)
