"""What is known of one robot: plain values with SI units and their ages.

Frozen values, made by the ROS half from messages and read by the web half. An age is in seconds by
our own monotonic clock since the value arrived, never from a sender's stamp. ``None`` means "never
heard". Shapes follow SURFACE's robot status; source of each field: the topic named in its
docstring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from lanyard_core.rotation import Quaternion, Vector3
from lanyard_core.safety.states import Cause, State


@dataclass(frozen=True, slots=True)
class Pose:
    """A pose in ``frame_id``: position (x, y, z) in metres, orientation as (x, y, z, w)."""

    frame_id: str
    position: Vector3
    orientation: Quaternion


@dataclass(frozen=True, slots=True)
class Twist:
    """A velocity: linear in m/s, angular in rad/s, each (x, y, z)."""

    linear: Vector3 = (0.0, 0.0, 0.0)
    angular: Vector3 = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Joint:
    """One joint: rad, rad/s, N·m, °C. Source: ``joint_states`` and ``joint_temperatures``."""

    name: str
    position_rad: float
    velocity_rad_s: float | None
    effort_nm: float | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True)
class Battery:
    """Battery: percent 0-100, V, A (negative: discharging), °C. Source: ``battery_state``."""

    percent: float | None
    voltage_v: float | None
    current_a: float | None
    temperature_c: float | None
    charging: bool
    age_s: float


@dataclass(frozen=True, slots=True)
class Camera:
    """What is known of a camera, not its images. Source: its ``camera_info``.

    ``encoding`` of the pixels, as its first image said; None until one came. ``stamp_unix_s`` of
    the newest information, by the robot's clock. ``calibrated``: it knows its focal length.
    """

    id: str
    frame_id: str
    width: int
    height: int
    topic: str
    fps: float | None
    age_s: float
    encoding: str | None = None
    stamp_unix_s: float = 0.0
    calibrated: bool = False


class GpsFix(Enum):
    """How good a satellite fix is; the words that clients read."""

    NONE = "none"
    FIX = "fix"
    SBAS = "sbas"  # corrected by a satellite
    GBAS = "gbas"  # corrected by a station on the ground


@dataclass(frozen=True, slots=True)
class GpsPosition:
    """A position on the earth (WGS 84): degrees, and metres above the ellipsoid.

    ``accuracy_m``: one standard deviation of the horizontal position, None when not told.
    Source: ``gps/fix``.
    """

    frame_id: str
    fix: GpsFix
    latitude_deg: float | None
    longitude_deg: float | None
    altitude_m: float | None
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class RobotError:
    """An error that the robot reports. ``level``: warning, urgent, critical or fatal.

    Source: ``diagnostics``.
    """

    code: str
    level: str
    message: str
    hint: str
    since_unix_s: float
    source: str


@dataclass(frozen=True, slots=True)
class SafetyStatus:
    """The control node's own word; ``state`` is None when it was never heard.

    Source: ``lanyard/safety_state``.
    """

    state: State | None
    causes: Cause
    reason: str
    since_unix_s: float | None
    at_rest: bool
    session: int
    holder: str
    priority: int
    speed_cap_mps: float
    age_s: float | None


UNKNOWN_SAFETY = SafetyStatus(
    state=None,
    causes=Cause.NONE,
    reason="",
    since_unix_s=None,
    at_rest=False,
    session=0,
    holder="",
    priority=0,
    speed_cap_mps=0.0,
    age_s=None,
)


@dataclass(frozen=True, slots=True)
class RobotStatus:
    """All that is known of one robot at one moment.

    ``online`` is derived in one place only: the control node's state was heard within the robot's
    ``offline_after_s``. ``ages_s`` holds the age of each part by its field name.
    """

    robot_id: str
    online: bool
    age_s: float | None
    battery: Battery | None = None
    joints: tuple[Joint, ...] = ()
    pose: Pose | None = None
    localized: bool = False
    end_effector_pose: Pose | None = None
    twist: Twist | None = None
    cameras: tuple[Camera, ...] = ()
    gps: GpsPosition | None = None
    errors: tuple[RobotError, ...] = ()
    safety: SafetyStatus = UNKNOWN_SAFETY
    ages_s: dict[str, float] = field(default_factory=dict)
