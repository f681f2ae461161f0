"""The bodies of requests and answers about robots, as the OpenAPI document shows them.

SI units; a value that is not known, or that JSON has no number for, is null.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from lanyard_core.task.model import TaskStatus


class SafetyWord(str, Enum):
    """What the control node does with the robot. A software state, not a safety-rated function."""

    READY = "ready"
    ACTIVE = "active"
    SAFE_STOP = "safe_stop"
    HALTED = "halted"
    FAULT = "fault"
    UNKNOWN = "unknown"


class Mode(str, Enum):
    """Who may move the robot now."""

    AUTO = "auto"
    MANUAL = "manual"
    TELEOP = "teleop"


class VectorObject(TypedDict):
    """Three numbers."""

    x: float | None
    y: float | None
    z: float | None


class QuaternionObject(TypedDict):
    """An orientation."""

    x: float | None
    y: float | None
    z: float | None
    w: float | None


class BatteryObject(TypedDict):
    """The battery; percent 0-100, current negative while it is discharged."""

    percent: float | None
    voltage_v: float | None
    current_a: float | None
    temperature_c: float | None
    charging: bool
    age_ms: float | None


class JointObject(TypedDict):
    """One joint."""

    name: str
    position_rad: float | None
    velocity_rad_s: float | None
    effort_nm: float | None
    temperature_c: float | None


class PoseObject(TypedDict):
    """Where the base is."""

    frame_id: str
    x_m: float | None
    y_m: float | None
    z_m: float | None
    qx: float | None
    qy: float | None
    qz: float | None
    qw: float | None
    localized: bool


class ToolPoseObject(TypedDict):
    """Where the tool is, seen from ``frame_id``."""

    frame_id: str
    position: VectorObject
    orientation: QuaternionObject


class TwistObject(TypedDict):
    """Velocity in m/s and rad/s."""

    linear: VectorObject
    angular: VectorObject


class CurrentTaskObject(TypedDict):
    """The task that the robot carries out now."""

    task_id: str
    task_type: str
    status: TaskStatus
    phase: str | None
    progress: float | None


class ErrorObject(TypedDict):
    """An error that the robot reports."""

    code: str
    level: Annotated[str, Field(description="warning, urgent, critical or fatal")]
    message: str
    hint: str
    since: str
    source: str


class SafetyObject(TypedDict):
    """The state of the safety machine; ``unknown`` when the robot is offline."""

    state: SafetyWord
    reason: str | None
    causes: list[str]
    since: str | None
    at_rest: bool
    speed_cap_mps: float | None
    age_ms: float | None
    safety_rated: Literal[False]


class Link(TypedDict):
    """Who commands the robot, and how well it is reached (null: not measured)."""

    command_session: Annotated[str | None, Field(description="Who holds the lease; null: nobody.")]
    rtt_ms: float | None
    loss_ratio: float | None


class Software(TypedDict):
    """The version of the gateway that serves this robot."""

    version: str


class RobotStatusObject(TypedDict):
    """All that is known of a robot. Answered also when it is offline: last values, with ages."""

    robot_id: str
    online: bool
    stamp: str
    age_ms: float | None
    stale: bool
    battery: BatteryObject | None
    joints: list[JointObject]
    pose: PoseObject | None
    end_effector_pose: ToolPoseObject | None
    twist: TwistObject | None
    current_task: CurrentTaskObject | None
    errors: list[ErrorObject]
    safety: SafetyObject
    link: Link
    mode: Mode
    software: Software
    ages_ms: dict[str, float | None]


class RobotObject(BaseModel):
    """A robot in a list."""

    robot_id: str
    namespace: str
    online: bool
    safety_state: SafetyWord
    current_task: CurrentTaskObject | None
    queued_tasks: int


class RobotList(BaseModel):
    """The robots that this gateway serves."""

    items: list[RobotObject]


class StopObject(BaseModel):
    """What became of a stop, halt or reset. ``confirmed``: the control node has answered."""

    robot_id: str
    safety_state: SafetyWord
    confirmed: bool
    confirmed_in_ms: float | None
    at_rest: bool
    causes: list[str]
    message: str
    safety_rated: Literal[False] = False
