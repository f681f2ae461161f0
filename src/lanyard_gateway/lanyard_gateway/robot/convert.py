"""Messages to lanyard_core's values and back: pure functions, no state, callable from any thread.

No message makes a function here raise: a robot may send numbers that are not finite and states that
we do not know. What cannot be said is None, never a made-up value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import BatteryState, NavSatFix, NavSatStatus

from lanyard_core.safety.states import Cause, State
from lanyard_core.telemetry.status import (
    Battery,
    Camera,
    GpsFix,
    GpsPosition,
    Joint,
    RobotError,
    SafetyStatus,
    Twist,
)

if TYPE_CHECKING:
    from geometry_msgs.msg import Twist as TwistMsg
    from lanyard_msgs.msg import JointTemperatures, SafetyState
    from sensor_msgs.msg import CameraInfo, JointState

    from lanyard_gateway.robot.safety_cdr import SafetyReport

_STATES = {state.value: state for state in State}
_KNOWN_CAUSES = sum(cause.value for cause in Cause)

# diagnostic_msgs' levels, in the words of VDA 5050's error levels.
_ERROR_LEVELS = {
    DiagnosticStatus.WARN: "warning",
    DiagnosticStatus.STALE: "urgent",
    DiagnosticStatus.ERROR: "critical",
}
_GPS_FIXES = {
    NavSatStatus.STATUS_FIX: GpsFix.FIX,
    NavSatStatus.STATUS_SBAS_FIX: GpsFix.SBAS,
    NavSatStatus.STATUS_GBAS_FIX: GpsFix.GBAS,
}
_LEVEL_WORDS = frozenset({"warning", "urgent", "critical", "fatal"})


def finite(value: float) -> float | None:
    """The number, or None when it is NaN or infinite: how messages say "not known"."""
    return float(value) if math.isfinite(value) else None


def twist(message: TwistMsg) -> Twist:
    """A velocity, in m/s and rad/s."""
    linear, angular = message.linear, message.angular
    return Twist(linear=(linear.x, linear.y, linear.z), angular=(angular.x, angular.y, angular.z))


def state(number: int) -> State | None:
    """The state of that number; None for one that we do not know."""
    return _STATES.get(number)


def causes(number: int) -> Cause:
    """The causes in a sum; bits that we do not know are left out."""
    return Cause(number & _KNOWN_CAUSES)


def safety_status(
    message: SafetyState | SafetyReport, *, now_unix_s: float, age_s: float
) -> SafetyStatus:
    """The control node's word, which arrived ``age_s`` seconds ago."""
    return SafetyStatus(
        state=state(message.state),
        causes=causes(message.causes),
        reason=message.reason,
        since_unix_s=now_unix_s - age_s - message.state_age_s,
        at_rest=message.at_rest,
        session=message.session,
        holder=message.holder,
        priority=message.priority,
        speed_cap_mps=message.speed_cap_mps,
        age_s=age_s,
    )


def joints(message: JointState, temperatures_c: Mapping[str, float | None]) -> tuple[Joint, ...]:
    """Joints in the order of the message; fields that the message leaves out are None."""

    def entry(values: list[float], index: int) -> float | None:
        return finite(values[index]) if index < len(values) else None

    found = []
    for index, name in enumerate(message.name):
        position = entry(message.position, index)
        if position is None:
            continue
        found.append(
            Joint(
                name=name,
                position_rad=position,
                velocity_rad_s=entry(message.velocity, index),
                effort_nm=entry(message.effort, index),
                temperature_c=temperatures_c.get(name),
            )
        )
    return tuple(found)


def temperatures(message: JointTemperatures) -> dict[str, float | None]:
    """Temperature of each joint in degrees Celsius; None where it is not known."""
    return {name: finite(value) for name, value in zip(message.name, message.temperature)}


def battery(message: BatteryState, *, age_s: float) -> Battery:
    """The battery; the message's share of 0 to 1 becomes percent."""
    share = finite(message.percentage)
    return Battery(
        percent=None if share is None else 100.0 * share,
        voltage_v=finite(message.voltage),
        current_a=finite(message.current),
        temperature_c=finite(message.temperature),
        charging=message.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_CHARGING,
        age_s=age_s,
    )


def camera(
    message: CameraInfo,
    *,
    camera_id: str,
    topic: str,
    fps: float | None,
    age_s: float,
    encoding: str | None,
) -> Camera:
    """What ``camera_info`` says, with the rate at which it came."""
    stamp = message.header.stamp
    return Camera(
        id=camera_id,
        frame_id=message.header.frame_id,
        width=message.width,
        height=message.height,
        topic=topic,
        fps=fps,
        age_s=age_s,
        encoding=encoding,
        stamp_unix_s=stamp.sec + stamp.nanosec * 1e-9,
        # As the message's own comment has it. Its numbers are numpy's, and so is their comparison.
        calibrated=bool(message.k[0] != 0.0),
    )


def gps_position(message: NavSatFix) -> GpsPosition:
    """A satellite fix; without one the position is not known, whatever the message says."""
    fix = _GPS_FIXES.get(message.status.status, GpsFix.NONE)
    has_fix = fix is not GpsFix.NONE

    def known(value: float) -> float | None:
        return finite(value) if has_fix else None

    return GpsPosition(
        frame_id=message.header.frame_id,
        fix=fix,
        latitude_deg=known(message.latitude),
        longitude_deg=known(message.longitude),
        altitude_m=known(message.altitude),
        accuracy_m=_accuracy_m(message) if has_fix else None,
    )


def _accuracy_m(message: NavSatFix) -> float | None:
    if message.position_covariance_type == NavSatFix.COVARIANCE_TYPE_UNKNOWN:
        return None
    east, north = message.position_covariance[0], message.position_covariance[4]
    return finite(math.sqrt(max(0.0, east, north)))


def robot_error(status: DiagnosticStatus, *, since_unix_s: float, source: str) -> RobotError | None:
    """The error that a diagnostic status reports, or None when it reports none.

    The status may carry ``code``, ``level`` and ``hint`` among its values; without them the code is
    made from its name and the level follows the message's own.
    """
    level = _ERROR_LEVELS.get(status.level)
    if level is None:
        return None
    values = {item.key: item.value for item in status.values}
    stated = values.get("level", "").lower()
    return RobotError(
        code=values.get("code") or _code_of(status.name),
        level=stated if stated in _LEVEL_WORDS else level,
        message=status.message,
        hint=values.get("hint", ""),
        since_unix_s=since_unix_s,
        source=source,
    )


def _code_of(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "UNKNOWN"


def uuid_bytes(values: Iterable[int]) -> bytes:
    """The 16 bytes of a goal id as it comes in messages."""
    return bytes(int(value) for value in values)
