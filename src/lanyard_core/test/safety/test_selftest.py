"""The self-test: passes a machine that does what it must, and no other."""

from dataclasses import replace

import pytest

from lanyard_core.safety import selftest
from lanyard_core.safety.machine import step
from lanyard_core.safety.selftest import failures


def test_a_sane_machine_passes(limits):
    assert failures(limits) == []


@pytest.mark.parametrize("gap_s", [0.04, 0.5])
def test_it_passes_at_the_ends_of_the_ranges(limits, gap_s):
    assert failures(replace(limits, command_gap_s=gap_s, late_ticks=1, strikes=1)) == []


def test_a_robot_without_arm_passes(limits):
    base = replace(
        limits,
        max_velocity=limits.max_velocity[:3],
        acceleration=limits.acceleration[:3],
        deceleration=limits.deceleration[:3],
        fast_deceleration=limits.fast_deceleration[:3],
        joint_lower=(),
        joint_upper=(),
    )
    assert failures(base) == []


def broken(change):
    """A step function whose after-state and outcome went through ``change``."""

    def broken_step(before, inputs, limits):
        after, outcome = step(before, inputs, limits)
        return change(before, after), outcome

    return broken_step


def test_a_machine_that_does_not_drive_fails(limits, monkeypatch):
    monkeypatch.setattr(
        selftest, "step", broken(lambda before, after: after._replace(velocity=(0.0,) * 4))
    )
    assert len(failures(limits)) == 3
    assert "did not reach full speed" in failures(limits)[0]


def test_a_machine_that_does_not_stop_at_once_fails(limits, monkeypatch):
    def held(before, after):
        slower = after.velocity[0] < before.velocity[0] == limits.max_velocity[0]
        return after._replace(velocity=before.velocity) if slower else after

    monkeypatch.setattr(selftest, "step", broken(held))
    assert "did not fall in the tick" in failures(limits)[0]
    assert "still moves" in failures(limits)[2]


def test_a_machine_that_forgets_a_stop_fails(limits, monkeypatch):
    def forgetful(before, after):
        resting = not any(after.velocity)
        return after._replace(latched=0) if resting else after

    monkeypatch.setattr(selftest, "step", broken(forgetful))
    assert failures(limits) == ["a stop request: it ended in IDLE", "a halt: it ended in IDLE"]
