"""Diagnostics and log lines of the control node, made in the executor's thread."""

from __future__ import annotations

from collections.abc import Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from lanyard_control.controller import Controller
from lanyard_control.statistics import Recent
from lanyard_core.safety.causes import in_words, names
from lanyard_core.safety.states import State
from lanyard_node_support import names as topics
from lanyard_node_support import qos
from lanyard_node_support.clock import steady_timer
from lanyard_node_support.realtime import Setting, Verdict, collect_garbage

_DIAGNOSTICS_PERIOD_S = 1.0
_NOTES_PERIOD_S = 0.05
_LEVELS = {
    State.STARTING: DiagnosticStatus.WARN,
    State.IDLE: DiagnosticStatus.OK,
    State.ACTIVE: DiagnosticStatus.OK,
    State.STOPPING: DiagnosticStatus.WARN,
    State.SAFE_STOP: DiagnosticStatus.WARN,
    State.HALTED: DiagnosticStatus.ERROR,
    State.FAULT: DiagnosticStatus.ERROR,
}


class Report:
    """Says once a second how the node is, and writes the loop's notes to the log."""

    def __init__(self, node: Node, controller: Controller, *, stop_input_topic: str) -> None:
        self._node = node
        self._controller = controller
        self._stop_input = stop_input_topic or "none wired: there is no hardware stop input"
        self._settings: dict[str, Setting] = {}
        self._recent = Recent(controller.statistics)
        self._publisher = node.create_publisher(
            DiagnosticArray, topics.DIAGNOSTICS, qos.DIAGNOSTICS
        )
        steady_timer(node, _DIAGNOSTICS_PERIOD_S, self.publish)
        steady_timer(node, _NOTES_PERIOD_S, self.write_notes)

    def settings(self, settings: Iterable[Setting]) -> None:
        """Say once, and remember, what became of real-time settings; callable from any thread."""
        for setting in settings:
            self._settings[setting.name] = setting
            refused = setting.verdict is Verdict.REFUSED
            self._controller.notes.append(
                f"{'warning' if refused else 'info'}: {setting.name}: {setting}"
            )

    def note(self, text: str) -> None:
        """Write one line to the log."""
        self._node.get_logger().info(text)

    def write_notes(self) -> None:
        """Write what the loop noted since the last time."""
        notes, logger = self._controller.notes, self._node.get_logger()
        while notes:
            level, _, text = notes.popleft().partition(": ")
            if level == "error":
                logger.error(text)
            elif level == "warning":
                logger.warning(text)
            else:
                logger.info(text)

    def publish(self) -> None:
        """Publish the diagnostics."""
        collect_garbage()
        message = DiagnosticArray(status=[self._safety(), self._loop(), self._realtime()])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)

    def _safety(self) -> DiagnosticStatus:
        outcome = self._controller.outcome
        return self._status(
            "safety machine",
            level=_LEVELS[outcome.state],
            message=in_words(outcome.causes) or outcome.state.name,
            values={
                "state": outcome.state.name,
                "causes": ", ".join(names(outcome.causes)) or "none",
                "stop_input": self._stop_input,
            },
        )

    def _loop(self) -> DiagnosticStatus:
        statistics = self._controller.statistics
        values = self._recent.look()
        ticks = values["ticks_since_last_look"]
        stalled = ticks == "0"
        counts = {f"commands_{s.name.lower()}": n for s, n in statistics.by_status.items()}
        counts |= {f"stops_{(c.name or '').lower()}": n for c, n in statistics.stops.items()}
        return self._status(
            "control loop",
            level=DiagnosticStatus.ERROR if stalled else DiagnosticStatus.OK,
            message="the loop does not tick" if stalled else f"{ticks} ticks",
            values=values | {name: str(count) for name, count in counts.items() if count},
        )

    def _realtime(self) -> DiagnosticStatus:
        """OK even where settings are refused: what follows from that, the loop's figures say."""
        refused = [s.name for s in self._settings.values() if s.verdict is Verdict.REFUSED]
        return self._status(
            "real time",
            level=DiagnosticStatus.OK,
            message=f"refused: {', '.join(refused)}" if refused else "as configured",
            values={name: str(setting) for name, setting in self._settings.items()},
        )

    def _status(
        self, name: str, *, level: bytes, message: str, values: dict[str, str]
    ) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=level,
            name=f"{self._node.get_fully_qualified_name()}: {name}",
            message=message,
            hardware_id="lanyard_control",
            values=[KeyValue(key=key, value=value) for key, value in values.items()],
        )
