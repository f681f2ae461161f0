"""What a behaviour sees of the robot and what it answers. Plain values, no ROS, no clock.

A behaviour reads ``Robot`` and yields ``Step``; it never sends anything itself. A sensor that is
needed but not heard fails the task: unknown, missing and stale are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lanyard_core.task.error_codes import ErrorCode
from lanyard_tasks.motion.arm import ArmLimits
from lanyard_tasks.motion.drive import DriveLimits
from lanyard_tasks.motion.geometry import REST, Pose2D, Velocity


class TaskFailed(Exception):
    """Raised by a behaviour, or for it, to end its task without success.

    ``code`` is the number that the result carries; the text is for an operator.
    """

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Setup:
    """What is fixed about this robot: limits, joints, taught poses. From the node's parameters."""

    drive: DriveLimits
    arm: ArmLimits
    joint_names: tuple[str, ...]
    arm_poses: Mapping[str, tuple[float, ...]]
    heading_tolerance_rad: float
    joint_tolerance_rad: float
    reach_m: float
    reach_tolerance_m: float
    farthest_m: float
    beside_rad: float
    lever_m: float
    gripper_s: float
    insertion_speed_radps: float
    sensor_timeout_s: float
    stuck_s: float


@dataclass(frozen=True, slots=True)
class Observation:
    """What was heard of the robot, and how old it is in seconds; ``None`` was never heard."""

    now: float
    pose: Pose2D | None = None
    pose_age_s: float = float("inf")
    joints: Mapping[str, float] = field(default_factory=dict)
    joints_age_s: float = float("inf")
    efforts: Mapping[str, float] = field(default_factory=dict)


class Robot:
    """The robot as a behaviour sees it: always the latest observation."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._seen = Observation(0.0)

    def observe(self, seen: Observation) -> None:
        """Called by whoever runs the behaviour, before each of its steps."""
        self._seen = seen

    @property
    def now(self) -> float:
        """Seconds on a clock that stands still while the task is paused.

        Only differences mean something.
        """
        return self._seen.now

    @property
    def pose(self) -> Pose2D:
        """Where the base is; raises TaskFailed (SENSOR_LOST) when odometry is missing or old."""
        if self._seen.pose is None or self._seen.pose_age_s > self.setup.sensor_timeout_s:
            raise TaskFailed(ErrorCode.SENSOR_LOST, self._lost("odometry", self._seen.pose_age_s))
        return self._seen.pose

    @property
    def joints(self) -> tuple[float, ...]:
        """Positions in rad, in the order of ``setup.joint_names``; raises as ``pose`` does."""
        if self._seen.joints_age_s > self.setup.sensor_timeout_s:
            raise TaskFailed(
                ErrorCode.SENSOR_LOST, self._lost("joint states", self._seen.joints_age_s)
            )
        missing = [name for name in self.setup.joint_names if name not in self._seen.joints]
        if missing:
            raise TaskFailed(
                ErrorCode.SENSOR_LOST, f"joint states have no joint {', '.join(missing)}"
            )
        return tuple(self._seen.joints[name] for name in self.setup.joint_names)

    @property
    def tool_force_n(self) -> float | None:
        """Estimated force at the tool in newtons: the largest joint effort over the arm's lever.

        None when the arm does not report efforts. Raises as ``joints`` does.
        """
        if not self.joints or not self._seen.efforts:
            return None
        largest = max(abs(self._seen.efforts.get(name, 0.0)) for name in self.setup.joint_names)
        return largest / self.setup.lever_m

    @property
    def has_pose(self) -> bool:
        """True when ``pose`` can be read."""
        return self._seen.pose is not None and self._seen.pose_age_s <= self.setup.sensor_timeout_s

    def _lost(self, what: str, age_s: float) -> str:
        if age_s == float("inf"):
            return f"no {what} heard; is the driver that publishes them running?"
        limit_s = self.setup.sensor_timeout_s
        return f"{what}: the last is {age_s:.1f} s old; {limit_s:g} s are allowed"


@dataclass(frozen=True, slots=True)
class Step:
    """A behaviour's answer to one moment: where it stands, and how the robot is to move now.

    ``fraction`` is how much of the phase is done, [0, 1]. ``joint_velocities`` are rad/s in the
    order of the setup's joints; empty means rest. ``remaining_s`` is the time to the end of the
    task, and ``progress`` the share of it that is done, [0, 1], when the behaviour knows better
    than the phases' usual durations. ``pausable`` False: not now, although the phase could be.
    """

    phase: str
    fraction: float = 0.0
    drive: Velocity = REST
    joint_velocities: Sequence[float] = ()
    remaining_s: float | None = None
    progress: float | None = None
    pausable: bool = True
