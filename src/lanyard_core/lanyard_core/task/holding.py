"""Why a robot must not be given a task now. Pure functions of what is known of it."""

from __future__ import annotations

from collections.abc import Iterable

from lanyard_core.safety.states import Priority, State
from lanyard_core.task.model import HoldReason
from lanyard_core.telemetry.status import RobotStatus

_STOPPED = frozenset({State.SAFE_STOP, State.HALTED, State.FAULT})
_NOT_SETTLED = frozenset({State.STARTING, State.STOPPING})
# From the one that passes by itself to the one that somebody must see to.
_BY_SEVERITY = (HoldReason.ROBOT_BUSY, HoldReason.HALTED, HoldReason.ROBOT_OFFLINE)


def hold_reason(status: RobotStatus, *, has_task: bool) -> HoldReason | None:
    """Why a robot must not get a task now; None when it may. Unknown counts as offline."""
    safety = status.safety
    if not status.online or safety.state is None:
        return HoldReason.ROBOT_OFFLINE
    if safety.state in _STOPPED:
        return HoldReason.HALTED
    # Somebody who goes before tasks drives the robot: a task would only fail for want of the lease.
    is_driven = safety.session != 0 and safety.priority > Priority.TASK
    if has_task or is_driven or safety.state in _NOT_SETTLED:
        return HoldReason.ROBOT_BUSY
    return None


def mildest(reasons: Iterable[HoldReason | None]) -> HoldReason | None:
    """The reason of the robot that will come first, of several that may take a task.

    None when one of them is ready. Where there is no robot at all, it counts as offline.
    """
    found = set(reasons)
    if None in found:
        return None
    return next((reason for reason in _BY_SEVERITY if reason in found), HoldReason.ROBOT_OFFLINE)
