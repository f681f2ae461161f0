"""Limits: no value may switch a watchdog off, and vectors must fit together."""

import math
from dataclasses import replace

import pytest

from lanyard_core.safety.limits import RANGES, caps, problems


def test_sane_limits_have_no_problems(limits):
    assert problems(limits) == []


@pytest.mark.parametrize("name", sorted(RANGES))
@pytest.mark.parametrize("bad", ["below", "above", "nan", "zero", "negative"])
def test_a_figure_out_of_its_range_is_refused_by_name(limits, name, bad):
    lowest, highest = RANGES[name]
    value = {
        "below": lowest * 0.99,
        "above": highest * 1.01,
        "nan": math.nan,
        "zero": 0,
        "negative": -lowest,
    }[bad]
    assert any(line.startswith(f"{name}:") for line in problems(replace(limits, **{name: value})))


@pytest.mark.parametrize("name", ["acceleration", "deceleration", "fast_deceleration"])
@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_must_be_finite_and_above_zero(limits, name, rate):
    rates = (rate, *getattr(limits, name)[1:])
    assert any(line.startswith(f"{name}:") for line in problems(replace(limits, **{name: rates})))


@pytest.mark.parametrize("cap", [-0.1, math.nan, math.inf])
def test_a_cap_must_be_finite_and_not_negative(limits, cap):
    bad = replace(limits, max_velocity=(cap, 0.0, 1.0, 1.0))
    assert any("max_velocity" in line for line in problems(bad))


def test_vectors_must_have_the_same_length(limits):
    assert any("3 entries" in p for p in problems(replace(limits, acceleration=(1.0, 1.0, 1.0))))


def test_fewer_axes_than_the_base_has_are_refused(limits):
    assert any("base alone" in p for p in problems(replace(limits, max_velocity=(0.5,))))


def test_the_fast_stop_must_not_be_slower_than_the_soft_one(limits):
    slow = replace(limits, fast_deceleration=(0.5, 1.0, 2.0, 4.0))
    assert any("must not be lower" in p for p in problems(slow))


def test_each_joint_needs_limits(limits):
    assert any("one entry for each" in p for p in problems(replace(limits, joint_upper=())))


@pytest.mark.parametrize(("lower", "upper"), [(1.0, -1.0), (0.0, 0.1), (math.nan, 1.0)])
def test_a_joint_needs_room_between_its_limits(limits, lower, upper):
    bad = replace(limits, joint_lower=(lower,), joint_upper=(upper,))
    assert any(p.startswith("joint 1") for p in problems(bad))


def test_one_slow_axis_must_not_make_the_others_wait(limits):
    slow = replace(limits, deceleration=(0.2, 1.0, 2.0, 4.0))
    assert any("to rest" in p for p in problems(slow))


def test_without_full_speed_every_cap_shrinks_alike(limits):
    assert caps(limits, full_speed=False) == (0.25, 0.0, 0.5, 0.5)
    assert caps(limits, full_speed=True) == limits.max_velocity
