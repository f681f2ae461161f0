"""The node's parameters as the values that the pure half works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lanyard_core.faults import BadConfiguration
from lanyard_tasks.motion.arm import ArmLimits
from lanyard_tasks.motion.drive import DriveLimits
from lanyard_tasks.motion.effects import Times
from lanyard_tasks.robot import Setup

_POSES = ("home", "above", "down")

# The base drives at the speed that each task asks for; the controllers' own top is only a bound.
_TOP_SPEED_MPS = 0.5


def setup_from(values: Mapping[str, Any]) -> Setup:
    """What is fixed about the robot; raises BadConfiguration for poses of the wrong length."""
    joint_names = tuple(values["joint_names"])
    poses = {name: tuple(values[f"arm.poses.{name}"]) for name in _POSES}
    problems = [
        f"tasks: arm.poses.{name}: {len(pose)} numbers for the {len(joint_names)} joints of"
        " joint_names"
        for name, pose in poses.items()
        if len(pose) != len(joint_names)
    ]
    if problems:
        raise BadConfiguration(problems)
    return Setup(
        drive=DriveLimits(
            speed_mps=_TOP_SPEED_MPS,
            turn_rate_radps=values["base.turn_rate_radps"],
            deceleration_mps2=values["base.deceleration_mps2"],
            turn_deceleration_radps2=values["base.turn_deceleration_radps2"],
        ),
        arm=ArmLimits(values["arm.speed_radps"], values["arm.deceleration_radps2"]),
        joint_names=joint_names,
        arm_poses=poses,
        heading_tolerance_rad=values["base.heading_tolerance_rad"],
        joint_tolerance_rad=values["arm.joint_tolerance_rad"],
        reach_m=values["arm.reach_m"],
        reach_tolerance_m=values["arm.reach_tolerance_m"],
        farthest_m=values["base.farthest_m"],
        beside_rad=values["arm.beside_rad"],
        lever_m=values["arm.lever_m"],
        gripper_s=values["gripper_s"],
        insertion_speed_radps=values["arm.insertion_speed_radps"],
        sensor_timeout_s=values["watch.sensor_timeout_s"],
        stuck_s=values["watch.stuck_s"],
    )


def times_from(values: Mapping[str, Any]) -> Times:
    """How often to beat and how long to wait."""
    return Times(
        heartbeat_period_s=values["authority.heartbeat_period_s"],
        answer_timeout_s=values["authority.answer_timeout_s"],
        arm_timeout_s=values["authority.arm_timeout_s"],
        rest_timeout_s=values["authority.rest_timeout_s"],
        safety_state_timeout_s=values["authority.safety_state_timeout_s"],
    )
