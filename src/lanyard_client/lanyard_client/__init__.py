"""Python client for the far end: submit tasks, watch robots, drive them. No ROS is needed.

``Client`` is for scripts, ``AsyncClient`` for programs that have an event loop. Both raise the
exceptions of ``lanyard_client.errors``, whose text a person understands.
"""

from lanyard_client.async_client import AsyncClient
from lanyard_client.client import Client, Drive
from lanyard_client.command_stream import CommandStream
from lanyard_client.errors import (
    BadSettings,
    ConnectionLost,
    LanyardError,
    LeaseHeld,
    NotArmed,
    RequestFailed,
    Unreachable,
    Untrusted,
)
from lanyard_client.events import Event
from lanyard_client.models import (
    CancelOutcome,
    Identity,
    Readiness,
    Robot,
    RobotStatus,
    StopOutcome,
    Task,
    TaskType,
)
from lanyard_client.pilot import LinkFigures
from lanyard_client.telemetry import TelemetryFrame
from lanyard_client.trust import Trust, pin_of
from lanyard_core.stream.channel import Encoding

__all__ = [
    "AsyncClient",
    "BadSettings",
    "CancelOutcome",
    "Client",
    "CommandStream",
    "ConnectionLost",
    "Drive",
    "Encoding",
    "Event",
    "Identity",
    "LanyardError",
    "LeaseHeld",
    "LinkFigures",
    "NotArmed",
    "Readiness",
    "RequestFailed",
    "Robot",
    "RobotStatus",
    "StopOutcome",
    "Task",
    "TaskType",
    "TelemetryFrame",
    "Trust",
    "Unreachable",
    "Untrusted",
    "pin_of",
]
