"""What the robots themselves say, into the audit log: every change of state, causes or lease.

So a stop is there whoever caused it: a client, the watchdog, a button. Event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lanyard_core.port import CommandAck, RobotPort, RobotPorts
from lanyard_core.telemetry.status import RobotStatus
from lanyard_core.telemetry.words import cause_words, state_word
from lanyard_gateway.web.audit_sink import AuditSink


class _RobotAudit:
    """Listens to one robot (RobotListener)."""

    def __init__(self, robot: RobotPort, sink: AuditSink) -> None:
        self._robot_id = robot.robot_id
        self._sink = sink
        self._before = _told(robot.status())

    def safety_changed(self, status: RobotStatus) -> None:
        """Something about the robot changed."""
        before, after = self._before, _told(status)
        self._before = after
        if before == after:
            return
        self._sink.append(
            {
                "event": "robot.state",
                "robot_id": self._robot_id,
                "before": before.state,
                "after": after.state,
                "causes": list(after.causes),
                "holder": after.holder,
            }
        )

    def command_acknowledged(self, ack: CommandAck) -> None:
        """Of no interest here."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What is logged when it changes."""

    state: str
    causes: tuple[str, ...]
    holder: str
    session: int


def _told(status: RobotStatus) -> _Told:
    safety = status.safety
    state = state_word(safety.state if status.online else None)
    return _Told(state, cause_words(safety.causes), safety.holder, safety.session)


def audit_robots(robots: RobotPorts, sink: AuditSink) -> Callable[[], None]:
    """Log what the robots say from now on; the returned function ends that."""
    stops = [robot.listen(_RobotAudit(robot, sink)) for robot in robots.values()]

    def stop() -> None:
        for each in stops:
            each()

    return stop
