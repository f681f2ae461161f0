"""A robot in virtual time for the pure parts: a base and an arm that follow, and a control node."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lanyard_core.safety.states import State
from lanyard_tasks.behaviour import Behaviour
from lanyard_tasks.motion.arm import ArmLimits
from lanyard_tasks.motion.drive import DriveLimits
from lanyard_tasks.motion.effects import (
    ArmReply,
    AskArm,
    AskLease,
    Effect,
    GiveBack,
    LeaseReply,
    SafetySeen,
    SendCommand,
    Times,
)
from lanyard_tasks.motion.geometry import Pose2D, Velocity
from lanyard_tasks.report import Ended
from lanyard_tasks.robot import Observation, Setup
from lanyard_tasks.run import TaskRun

TICK_S = 0.02
SESSION = 4711

SETUP = Setup(
    drive=DriveLimits(0.5, 0.8, 0.5, 1.5),
    arm=ArmLimits(0.8, 2.0),
    joint_names=("a", "b"),
    arm_poses={"home": (0.0, -0.9), "above": (0.0, 0.8), "down": (0.0, 1.2)},
    heading_tolerance_rad=0.03,
    joint_tolerance_rad=0.01,
    reach_m=0.6,
    reach_tolerance_m=0.02,
    farthest_m=20.0,
    beside_rad=1.2,
    lever_m=0.6,
    gripper_s=0.8,
    insertion_speed_radps=0.2,
    sensor_timeout_s=0.5,
    stuck_s=2.0,
)
TIMES = Times(
    heartbeat_period_s=0.5,
    answer_timeout_s=1.0,
    arm_timeout_s=3.0,
    rest_timeout_s=2.0,
    safety_state_timeout_s=0.5,
)


class VirtualRobot:
    """A robot, its sensors and its control node; every answer comes one tick later."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pose = Pose2D(0.0, 0.0, 0.0)
        self.joints = [0.0, 0.0]
        self.effort_nm = 0.0
        self.state = State.IDLE
        self.causes = 0
        self.reason = ""
        self.session = 0
        self.holder = ""
        self.held_by_other = False
        self.refuse_to_arm = ""
        self.mute = False  # the control node answers nothing
        self.odometry_starts_at = -math.inf
        self.odometry_stopped_at = math.inf
        self.joints_stopped_at = math.inf
        self.blocked = False
        self.sent: list[Effect] = []
        self._drive = Velocity()
        self._rates: tuple[float, ...] = (0.0, 0.0)

    def act(self, effects: list[Effect], run: TaskRun) -> None:
        self.sent += effects
        for effect in effects:
            if isinstance(effect, SendCommand):
                self._drive = effect.drive
                self._rates = tuple(effect.joint_velocities) or (0.0, 0.0)
            elif not self.mute and run.authority is not None:
                self._answer(effect, run)

    def _answer(self, effect: Effect, run: TaskRun) -> None:
        assert run.authority is not None
        if isinstance(effect, AskLease):
            if self.held_by_other:
                run.authority.lease_answered(LeaseReply(False, 0, "anna", "anna holds it"))
            else:
                self.session = SESSION
                run.authority.lease_answered(LeaseReply(True, SESSION, "tasks", ""))
        elif isinstance(effect, AskArm):
            granted = not (effect.arm and self.refuse_to_arm)
            if granted and self.state in (State.IDLE, State.ACTIVE):
                self.state = State.ACTIVE if effect.arm else State.IDLE
            run.authority.arm_answered(ArmReply(granted, self.refuse_to_arm))
        elif isinstance(effect, GiveBack):
            self.session = 0
            run.authority.release_answered()

    def advance(self) -> None:
        self.now += TICK_S
        if self.state is not State.ACTIVE:
            self._drive, self._rates = Velocity(), (0.0, 0.0)
        if self.blocked:
            return
        yaw = self.pose.yaw_rad + self._drive.angular_radps * TICK_S
        way = self._drive.linear_mps * TICK_S
        self.pose = Pose2D(
            self.pose.x_m + way * math.cos(yaw), self.pose.y_m + way * math.sin(yaw), yaw
        )
        self.joints = [q + rate * TICK_S for q, rate in zip(self.joints, self._rates, strict=True)]

    def observation(self) -> Observation:
        heard = self.now >= self.odometry_starts_at
        return Observation(
            now=self.now,
            pose=self.pose if heard else None,
            pose_age_s=max(0.0, self.now - self.odometry_stopped_at) if heard else math.inf,
            joints=dict(zip(SETUP.joint_names, self.joints, strict=True)),
            joints_age_s=max(0.0, self.now - self.joints_stopped_at),
            efforts=dict.fromkeys(SETUP.joint_names, self.effort_nm),
        )

    def safety(self) -> SafetySeen | None:
        if self.mute:
            return None
        moving = self._drive != Velocity() or any(self._rates)
        return SafetySeen(
            self.state, self.causes, self.reason, self.session, self.holder, not moving, 0.01
        )

    def start(
        self, behaviour: Behaviour, parameters: Mapping[str, Any], *, timeout_s: float = 300.0
    ) -> TaskRun:
        checked = behaviour.task_type.check(parameters)
        return TaskRun(
            behaviour, checked, setup=SETUP, times=TIMES, timeout_s=timeout_s, now=self.now
        )

    def tick(self, run: TaskRun) -> None:
        self.act(run.tick(self.observation(), self.safety()), run)
        self.advance()

    def until_phase(self, run: TaskRun, phase: str) -> None:
        for _ in range(10_000):
            if run.feedback().phase == phase or run.ended:
                break
            self.tick(run)
        assert run.feedback().phase == phase, run.ended

    def until_end(self, run: TaskRun) -> Ended:
        for _ in range(100_000):
            self.tick(run)
            if run.ended is not None:
                return run.ended
        raise AssertionError(f"the run does not end: {run.feedback()}")


@pytest.fixture
def robot() -> VirtualRobot:
    return VirtualRobot()


@pytest.fixture
def setup_values() -> Setup:
    return replace(SETUP)


@pytest.fixture
def times() -> Times:
    return TIMES
