"""The node's parameters: the defaults make a sound robot, and wrong ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from lanyard_core.faults import BadConfiguration
from lanyard_node_support.parameter_schema import load_declarations
from lanyard_tasks.settings import setup_from, times_from


@pytest.fixture
def values() -> dict[str, Any]:
    return {name: found.default for name, found in load_declarations("lanyard_tasks").items()}


def test_the_defaults_make_a_setup_of_six_joints(values: dict[str, Any]) -> None:
    setup = setup_from(values)
    assert len(setup.joint_names) == 6
    assert {len(pose) for pose in setup.arm_poses.values()} == {6}


def test_the_lease_is_renewed_well_within_its_time_out(values: dict[str, Any]) -> None:
    assert times_from(values).heartbeat_period_s <= 1.0


def test_an_arm_pose_of_the_wrong_length_is_refused_by_name(values: dict[str, Any]) -> None:
    values["arm.poses.above"] = [0.0, 1.0]
    with pytest.raises(BadConfiguration, match=r"arm\.poses\.above: 2 numbers for the 6 joints"):
        setup_from(values)
