"""Python client for the far end: submit tasks, watch robots, drive them. No ROS is needed.

``Client`` is for scripts, ``AsyncClient`` for programs that have an event loop. Both raise the
exceptions of ``lanyard_client.errors``, whose text a person understands.
"""

from lanyard_client.async_client import AsyncClient
from lanyard_client.client import Client, Drive
from lanyard_client.command_stream import CommandStream
from lanyard_client.errors import (
    ConnectionLost,
    LanyardError,
    LeaseHeld,
    NotArmed,
    RequestFailed,
    Unreachable,
)
from lanyard_client.models import CancelOutcome, RobotStatus, StopOutcome, Task
from lanyard_client.pilot import LinkFigures
from lanyard_client.telemetry import TelemetryFrame

__all__ = [
    "AsyncClient",
    "CancelOutcome",
    "Client",
    "CommandStream",
    "ConnectionLost",
    "Drive",
    "LanyardError",
    "LeaseHeld",
    "LinkFigures",
    "NotArmed",
    "RequestFailed",
    "RobotStatus",
    "StopOutcome",
    "Task",
    "TelemetryFrame",
    "Unreachable",
]
