"""From parameters to limits: every default is sane, and every range is the machine's own."""

import pytest

from lanyard_control.configuration import limits_from, settings_from
from lanyard_core.faults import BadConfiguration
from lanyard_core.safety.limits import RANGES, problems
from lanyard_node_support.parameter_schema import load_declarations

# In the parameter file this one is a speed: reduced_speed_mps.
DERIVED = {"reduced_speed_factor"}


@pytest.fixture
def declarations():
    return load_declarations("lanyard_control")


@pytest.fixture
def parameters(declarations):
    return {name: declaration.default for name, declaration in declarations.items()}


def test_the_defaults_are_sane(parameters):
    limits = limits_from(parameters)
    assert problems(limits) == []
    assert limits.axes == 9


@pytest.mark.parametrize("name", sorted(set(RANGES) - DERIVED))
def test_a_watchdogs_range_is_the_machines_own_and_cannot_switch_it_off(declarations, name):
    declaration = declarations[name]
    assert tuple(declaration.validation["bounds<>"]) == RANGES[name]
    assert declaration.read_only


@pytest.mark.parametrize("name", sorted(set(RANGES) - DERIVED))
def test_a_default_is_the_machines_own(declarations, parameters, name):
    assert getattr(limits_from(parameters), name) == declarations[name].default


def test_the_reduced_cap_is_250_millimetres_per_second(parameters):
    limits = limits_from(parameters)
    assert limits.max_velocity[0] * limits.reduced_speed_factor == pytest.approx(0.25)


def test_a_slow_robot_is_not_made_faster_by_the_reduced_cap(parameters):
    slow = limits_from({**parameters, "max_linear_speed_mps": 0.1})
    assert slow.reduced_speed_factor == 1.0


def test_everything_that_does_not_fit_together_is_reported(parameters):
    bad = {
        **parameters,
        "joint_lower_rad": [0.0],
        "fast_linear_deceleration_mps2": 0.5,
        "linear_deceleration_mps2": 1.0,
    }
    with pytest.raises(BadConfiguration) as refused:
        limits_from(bad)
    assert len(refused.value.problems) == 2


def test_a_robot_without_arm_has_three_axes(parameters):
    base = {**parameters, "joint_names": [], "joint_lower_rad": [], "joint_upper_rad": []}
    assert limits_from(base).axes == 3


def test_settings_carry_their_types(parameters):
    settings = settings_from(parameters)
    assert settings.joint_names[0] == "joint_1"
    assert settings.realtime.priority == 80
    assert settings.realtime.cpus == ()
