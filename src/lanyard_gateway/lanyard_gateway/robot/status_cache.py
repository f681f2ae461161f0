"""What one robot last said: subscriptions to its state, and the RobotStatus made from them.

The safety state and errors come on the ROS thread, at once. All else waits in inboxes until it is
looked at, on the loop's thread, as is ``status``. Ages are counted from arrival by our monotonic
clock, never from a sender's stamp. ``online`` is derived here and nowhere else: the control node's
state was heard within ``offline_after_s``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from lanyard_msgs.msg import JointTemperatures, SafetyState
from nav_msgs.msg import Odometry
from sensor_msgs.msg import BatteryState, JointState, NavSatFix

from lanyard_core.telemetry.status import (
    UNKNOWN_SAFETY,
    Battery,
    GpsPosition,
    Joint,
    Pose,
    RobotStatus,
    SafetyStatus,
    Twist,
)
from lanyard_gateway.robot import convert
from lanyard_gateway.robot.cameras import CamerasCache
from lanyard_gateway.robot.diagnostics import DiagnosticsCache
from lanyard_gateway.robot.latest import LatestMessage
from lanyard_gateway.robot.odometry_cdr import read_twist
from lanyard_gateway.robot.safety_cdr import read_safety
from lanyard_gateway.robot.transform_feed import TransformFeed
from lanyard_node_support import names, qos
from lanyard_node_support.inbox import InboxNode

if TYPE_CHECKING:
    from lanyard_gateway.robot.config import RobotConfig

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class _Heard:
    """The newest safety state, which is the same value while nothing happens, and its arrival."""

    value: SafetyStatus
    arrived_s: float


class StatusCache:
    """Newest state of one robot."""

    def __init__(
        self,
        node: InboxNode,
        config: RobotConfig,
        transforms: TransformFeed,
        *,
        on_change: Callable[[], None],
    ) -> None:
        """Subscribe; ``on_change`` is called on the ROS thread when state or errors change."""
        self._config = config
        self._transforms = transforms
        self._on_change = on_change
        self._safety: _Heard | None = None
        self._joint_states = self._latest(node, JointState, names.JOINT_STATES)
        self._temperatures = self._latest(node, JointTemperatures, names.JOINT_TEMPERATURES)
        self._velocity: LatestMessage[Twist] = LatestMessage(
            node, Odometry, config.topic(names.ODOM), qos.NEWEST, read=read_twist
        )
        self._battery = self._latest(node, BatteryState, names.BATTERY_STATE)
        self._gps = self._latest(node, NavSatFix, names.GPS_FIX)
        self._cameras = CamerasCache(node, config)
        self._parts = (
            self._joint_states, self._temperatures, self._velocity, self._battery, self._gps,
            self._cameras,
        )  # fmt: skip
        self._diagnostics = DiagnosticsCache(
            node, config.topic(names.DIAGNOSTICS), on_change=on_change
        )
        node.create_subscription(
            SafetyState,
            config.topic(names.SAFETY_STATE),
            self._safety_arrived,
            qos.SAFETY_STATE,
            raw=True,
        )

    def _latest(self, node: InboxNode, message_type: type[M], name: str) -> LatestMessage[M]:
        return LatestMessage(node, message_type, self._config.topic(name), qos.NEWEST)

    def look(self, now: float) -> None:
        """Take in what has come (``now``: monotonic, s).

        To be called ten times a second, whether or not anybody asks: so ages are true whatever
        becomes of the wall clock, no transform is lost, and a camera's rate is known.
        """
        self._transforms.look(now)
        for part in self._parts:
            part.look(now)

    def is_online(self) -> bool:
        """True while the control node is heard. Any thread."""
        heard = self._safety
        return heard is not None and (
            time.monotonic() - heard.arrived_s <= self._config.offline_after_s
        )

    def status(self) -> RobotStatus:
        """All that is known now, with ages. Loop's thread."""
        now = time.monotonic()
        self._transforms.look(now)
        ages: dict[str, float] = {}
        safety = self._safety_status(now, ages)
        pose, localized = self._pose(now, ages)
        return RobotStatus(
            robot_id=self._config.robot_id,
            online=self.is_online(),
            battery=self._battery_status(now, ages),
            joints=self._joints(now, ages),
            pose=pose,
            localized=localized,
            end_effector_pose=self._end_effector_pose(now, ages),
            twist=self._twist(now, ages),
            cameras=self._cameras.cameras(now, ages),
            gps=self._gps_position(now, ages),
            errors=self._diagnostics.errors(now, ages),
            safety=safety,
            age_s=min(ages.values(), default=None),
            ages_s=ages,
        )

    def _safety_status(self, now: float, ages: dict[str, float]) -> SafetyStatus:
        heard = self._safety
        if heard is None:
            return UNKNOWN_SAFETY
        ages["safety"] = now - heard.arrived_s
        return replace(heard.value, age_s=now - heard.arrived_s)

    def _joints(self, now: float, ages: dict[str, float]) -> tuple[Joint, ...]:
        found = self._joint_states.read(now)
        if found is None:
            return ()
        message, arrived_s = found
        ages["joints"] = now - arrived_s
        measured = self._temperatures.read(now)
        if measured is None:
            return convert.joints(message, {})
        ages["joint_temperatures"] = now - measured[1]
        return convert.joints(message, convert.temperatures(measured[0]))

    def _battery_status(self, now: float, ages: dict[str, float]) -> Battery | None:
        found = self._battery.read(now)
        if found is None:
            return None
        ages["battery"] = now - found[1]
        return convert.battery(found[0], age_s=ages["battery"])

    def _twist(self, now: float, ages: dict[str, float]) -> Twist | None:
        found = self._velocity.read(now)
        if found is None:
            return None
        ages["twist"] = now - found[1]
        return found[0]

    def _gps_position(self, now: float, ages: dict[str, float]) -> GpsPosition | None:
        found = self._gps.read(now)
        if found is None:
            return None
        ages["gps"] = now - found[1]
        return convert.gps_position(found[0])

    def _pose(self, now: float, ages: dict[str, float]) -> tuple[Pose | None, bool]:
        """Pose of the base on the map, or by odometry while there is no way to the map."""
        frames = self._config.frames
        for target in (frames.map, frames.odom):
            found = self._transforms.lookup(target, frames.base)
            if found is not None:
                age = 0.0 if found.arrived_s is None else now - found.arrived_s
                ages["pose"] = age
                fresh = age <= self._config.offline_after_s
                return found.pose, target == frames.map and fresh
        return None, False

    def _end_effector_pose(self, now: float, ages: dict[str, float]) -> Pose | None:
        frames = self._config.frames
        found = self._transforms.lookup(frames.base, frames.tool)
        if found is None:
            return None
        ages["end_effector_pose"] = 0.0 if found.arrived_s is None else now - found.arrived_s
        return found.pose

    def _safety_arrived(self, data: bytes) -> None:
        previous = self._safety
        value = convert.safety_status(read_safety(data), now_unix_s=time.time(), age_s=0.0)
        if previous is not None and previous.value.state == value.state:
            # The moment of the change is kept, so that it does not tremble with each message.
            value = replace(value, since_unix_s=previous.value.since_unix_s)
        self._safety = _Heard(value=value, arrived_s=time.monotonic())
        if previous is None or previous.value != value:
            self._on_change()
