"""From what is known of a robot to the bodies that clients read. Plain functions."""

from __future__ import annotations

import time

from lanyard_core.port import RobotPort
from lanyard_core.safety.states import Priority, State
from lanyard_core.telemetry.status import Battery, Joint, Pose, RobotError, RobotStatus, Twist
from lanyard_core.telemetry.words import cause_words, reason_words, state_word
from lanyard_gateway.dispatch.views import CurrentTask
from lanyard_gateway.web import robot_models as models
from lanyard_gateway.web.context import AppContext
from lanyard_gateway.web.plain import milliseconds, number, rfc3339


def safety_word(state: State | None) -> models.SafetyWord:
    """The state of the safety machine in the words of the interface."""
    return models.SafetyWord(state_word(state))


def known_safety_word(status: RobotStatus) -> models.SafetyWord:
    """The state that can be relied on: that of a robot which is offline is unknown."""
    return safety_word(status.safety.state if status.online else None)


def robot_object(context: AppContext, port: RobotPort) -> models.RobotObject:
    """A robot in a list."""
    status = port.status()
    return models.RobotObject(
        robot_id=port.robot_id,
        namespace=port.namespace,
        online=status.online,
        safety_state=known_safety_word(status),
        current_task=current_task_object(context.tasks.current_task(port.robot_id)),
        queued_tasks=context.tasks.queued(port.robot_id),
    )


def status_object(context: AppContext, port: RobotPort) -> models.RobotStatusObject:
    """All that is known of a robot now."""
    status = port.status()
    return models.RobotStatusObject(
        robot_id=port.robot_id,
        online=status.online,
        stamp=rfc3339(time.time()),
        age_ms=milliseconds(status.age_s),
        stale=not status.online,
        battery=_battery(status.battery),
        joints=[_joint(joint) for joint in status.joints],
        pose=_pose(status.pose, localized=status.localized),
        end_effector_pose=_tool_pose(status.end_effector_pose),
        twist=_twist(status.twist),
        current_task=current_task_object(context.tasks.current_task(port.robot_id)),
        errors=[_error(error) for error in status.errors],
        safety=_safety(status),
        link=models.Link(
            command_session=status.safety.holder or None, rtt_ms=None, loss_ratio=None
        ),
        mode=_mode(status),
        software=models.Software(version=context.version),
        ages_ms={name: milliseconds(age_s) for name, age_s in status.ages_s.items()},
    )


def current_task_object(task: CurrentTask | None) -> models.CurrentTaskObject | None:
    """The task that a robot carries out."""
    if task is None:
        return None
    return models.CurrentTaskObject(
        task_id=task.task_id,
        task_type=task.task_type,
        status=task.status,
        phase=task.phase or None,
        progress=number(task.progress),
    )


def _battery(battery: Battery | None) -> models.BatteryObject | None:
    if battery is None:
        return None
    return models.BatteryObject(
        percent=number(battery.percent),
        voltage_v=number(battery.voltage_v),
        current_a=number(battery.current_a),
        temperature_c=number(battery.temperature_c),
        charging=battery.charging,
        age_ms=milliseconds(battery.age_s),
    )


def _joint(joint: Joint) -> models.JointObject:
    return models.JointObject(
        name=joint.name,
        position_rad=number(joint.position_rad),
        velocity_rad_s=number(joint.velocity_rad_s),
        effort_nm=number(joint.effort_nm),
        temperature_c=number(joint.temperature_c),
    )


def _pose(pose: Pose | None, *, localized: bool) -> models.PoseObject | None:
    if pose is None:
        return None
    x, y, z = map(number, pose.position)
    qx, qy, qz, qw = map(number, pose.orientation)
    return models.PoseObject(
        frame_id=pose.frame_id,
        x_m=x, y_m=y, z_m=z, qx=qx, qy=qy, qz=qz, qw=qw,
        localized=localized,
    )  # fmt: skip


def _tool_pose(pose: Pose | None) -> models.ToolPoseObject | None:
    if pose is None:
        return None
    x, y, z, w = map(number, pose.orientation)
    return models.ToolPoseObject(
        frame_id=pose.frame_id,
        position=_vector(pose.position),
        orientation=models.QuaternionObject(x=x, y=y, z=z, w=w),
    )


def _twist(twist: Twist | None) -> models.TwistObject | None:
    if twist is None:
        return None
    return models.TwistObject(linear=_vector(twist.linear), angular=_vector(twist.angular))


def _vector(value: tuple[float, float, float]) -> models.VectorObject:
    x, y, z = map(number, value)
    return models.VectorObject(x=x, y=y, z=z)


def _error(error: RobotError) -> models.ErrorObject:
    return models.ErrorObject(
        code=error.code,
        level=error.level,
        message=error.message,
        hint=error.hint,
        since=rfc3339(error.since_unix_s),
        source=error.source,
    )


def _safety(status: RobotStatus) -> models.SafetyObject:
    safety = status.safety
    return models.SafetyObject(
        state=known_safety_word(status),
        reason=(reason_words(safety) or None) if status.online else "robot_offline",
        causes=list(cause_words(safety.causes)),
        since=rfc3339(safety.since_unix_s),
        at_rest=safety.at_rest and status.online,
        speed_cap_mps=number(safety.speed_cap_mps),
        age_ms=milliseconds(safety.age_s),
        safety_rated=False,
    )


def _mode(status: RobotStatus) -> models.Mode:
    """Who may move the robot: nobody or a task, a person at a distance, a person on the spot."""
    if status.safety.session == 0 or status.safety.priority <= Priority.TASK:
        return models.Mode.AUTO
    if status.safety.priority >= Priority.LOCAL:
        return models.Mode.MANUAL
    return models.Mode.TELEOP
