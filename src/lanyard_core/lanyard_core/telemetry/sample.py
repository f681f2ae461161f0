"""One telemetry sample: a robot's status as the plain value that is encoded once for everybody.

A sample holds what is the same for every reader; ``reader`` puts before it what is not. A part
that was never heard is null, and has no age: a client cannot take it for fresh. Ages are in
``ages_ms`` by the name of the part, since arrival, by our clock. Units are SI, as the names say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lanyard_core.rotation import Quaternion, Vector3
from lanyard_core.stream.plain import Plain
from lanyard_core.telemetry.status import (
    Battery,
    Camera,
    Joint,
    Pose,
    RobotError,
    RobotStatus,
    Twist,
)
from lanyard_core.telemetry.words import UNKNOWN, cause_words, reason_words, state_word

# The names under which RobotStatus keeps the ages of the parts, where they differ.
_AGE_NAMES = {"joint_state": "joints", "ee_pose": "end_effector_pose"}


def sample(
    status: RobotStatus, parts: tuple[str, ...], *, now_us: int, task: Plain
) -> Mapping[str, Plain]:
    """The wanted parts of ``status`` at ``now_us`` (Unix, µs); ``task`` is what runs, or None."""
    body: dict[str, Plain] = {
        "ts_us": now_us,
        "robot_id": status.robot_id,
        "online": status.online,
    }
    for part in parts:
        body[part] = task if part == "task" else _WRITERS[part](status)
    body["ages_ms"] = {
        part: round(age_s * 1000)
        for part in parts
        if (age_s := status.ages_s.get(_AGE_NAMES.get(part, part))) is not None
    }
    return body


def _joint_state(status: RobotStatus) -> Plain:
    if not status.joints:
        return None
    return _joints(status.joints)


def _joints(joints: tuple[Joint, ...]) -> Plain:
    return {
        "name": [joint.name for joint in joints],
        "position": [joint.position_rad for joint in joints],
        "velocity": [joint.velocity_rad_s for joint in joints],
        "effort": [joint.effort_nm for joint in joints],
        "temperature_c": [joint.temperature_c for joint in joints],
    }


def _ee_pose(status: RobotStatus) -> Plain:
    return None if status.end_effector_pose is None else _pose(status.end_effector_pose)


def _base_pose(status: RobotStatus) -> Plain:
    if status.pose is None:
        return None
    return {**_pose(status.pose), "localized": status.localized}


def _twist(status: RobotStatus) -> Plain:
    twist: Twist | None = status.twist
    if twist is None:
        return None
    return {"linear": _vector(twist.linear), "angular": _vector(twist.angular)}


def _battery(status: RobotStatus) -> Plain:
    battery: Battery | None = status.battery
    if battery is None:
        return None
    return {
        "percent": battery.percent,
        "voltage_v": battery.voltage_v,
        "current_a": battery.current_a,
        "temperature_c": battery.temperature_c,
        "charging": battery.charging,
    }


def _cameras(status: RobotStatus) -> Plain:
    return [_camera(camera) for camera in status.cameras]


def _camera(camera: Camera) -> Plain:
    return {
        "id": camera.id,
        "frame_id": camera.frame_id,
        "width": camera.width,
        "height": camera.height,
        "encoding": camera.encoding,
        "fps": camera.fps,
        "stamp_us": round(camera.stamp_unix_s * 1e6),
        "topic": camera.topic,
        "info_ok": camera.calibrated,
    }


def _errors(status: RobotStatus) -> Plain:
    return [_error(error) for error in status.errors]


def _error(error: RobotError) -> Plain:
    return {
        "code": error.code,
        "level": error.level,
        "message": error.message,
        "hint": error.hint,
        "since_us": round(error.since_unix_s * 1e6),
        "source": error.source,
    }


def _safety(status: RobotStatus) -> Plain:
    """What can be relied on: the state of a robot that is offline is unknown."""
    safety = status.safety
    since = safety.since_unix_s
    return {
        "state": state_word(safety.state) if status.online else UNKNOWN,
        "reason": reason_words(safety) if status.online else "robot_offline",
        "causes": list(cause_words(safety.causes)),
        "since_us": None if since is None else round(since * 1e6),
        "at_rest": safety.at_rest and status.online,
        "speed_cap_mps": safety.speed_cap_mps,
        "holder": safety.holder,
        "safety_rated": False,
    }


def _gps(status: RobotStatus) -> Plain:
    gps = status.gps
    if gps is None:
        return None
    return {
        "frame_id": gps.frame_id,
        "fix": gps.fix.value,
        "latitude_deg": gps.latitude_deg,
        "longitude_deg": gps.longitude_deg,
        "altitude_m": gps.altitude_m,
        "accuracy_m": gps.accuracy_m,
    }


def _pose(pose: Pose) -> dict[str, Plain]:
    return {
        "frame_id": pose.frame_id,
        "position": _vector(pose.position),
        "orientation": _quaternion(pose.orientation),
    }


def _vector(vector: Vector3) -> Plain:
    x, y, z = vector
    return {"x": x, "y": y, "z": z}


def _quaternion(quaternion: Quaternion) -> Plain:
    x, y, z, w = quaternion
    return {"x": x, "y": y, "z": z, "w": w}


_WRITERS: dict[str, Callable[[RobotStatus], Plain]] = {
    "joint_state": _joint_state,
    "ee_pose": _ee_pose,
    "pose": _base_pose,
    "twist": _twist,
    "battery": _battery,
    "cameras": _cameras,
    "errors": _errors,
    "safety": _safety,
    "gps": _gps,
}
