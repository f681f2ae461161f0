"""What a session wants done: frames to its client, and things to do with the ROS graph.

Names in effects are absolute and allowed: whoever runs an effect need not look at the policy. A
fault while it is run goes back to the session by ``failed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lanyard_core.access.policy import Entry
from lanyard_core.stream.channel import CloseCode
from lanyard_rosbridge.protocol.operations import Format, Op
from lanyard_rosbridge.protocol.qos import Qos

WHOLE = Format()


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to do."""


@dataclass(frozen=True, slots=True)
class Send(Effect):
    """Send a frame."""

    values: Mapping[str, object]
    format: Format = WHOLE


@dataclass(frozen=True, slots=True)
class Close(Effect):
    """End the connection."""

    code: CloseCode


@dataclass(frozen=True, slots=True)
class OfGraph(Effect):
    """Something to do with the ROS graph, for the operation ``op``."""

    op: Op


@dataclass(frozen=True, slots=True)
class OpenPublisher(OfGraph):
    """Be ready to publish on a topic, once for each topic until ``ClosePublisher``."""

    topic: str
    type: str | None
    depth: int
    latch: bool
    qos: Qos


@dataclass(frozen=True, slots=True)
class ClosePublisher(Effect):
    """Publish there no more."""

    topic: str


@dataclass(frozen=True, slots=True)
class PublishMessage(OfGraph):
    """Publish, on a topic that is open."""

    topic: str
    msg: object


@dataclass(frozen=True, slots=True)
class Halt(Effect):
    """Publish a motion topic's zero: whoever moved it is gone or silent."""

    topic: str


@dataclass(frozen=True, slots=True)
class OpenSubscription(OfGraph):
    """Deliver a topic's messages under the name ``written``; again: with these settings."""

    topic: str
    written: str
    type: str | None
    throttle_s: float
    queue_length: int
    format: Format
    qos: Qos
    entry: Entry


@dataclass(frozen=True, slots=True)
class CloseSubscription(Effect):
    """Deliver nothing more under that name."""

    written: str


@dataclass(frozen=True, slots=True)
class Call(OfGraph):
    """Call a service; its answer goes to ``answered``."""

    service: str
    type: str | None
    args: object
    timeout_s: float


@dataclass(frozen=True, slots=True)
class AskRosapi(OfGraph):
    """Answer a service of rosapi in this process; the answer goes to ``answered``."""

    service: str
    args: object


@dataclass(frozen=True, slots=True)
class OpenService(OfGraph):
    """Serve a service; requests come by ``asked``."""

    service: str
    type: str


@dataclass(frozen=True, slots=True)
class CloseService(Effect):
    """Serve it no more."""

    service: str


@dataclass(frozen=True, slots=True)
class AnswerRequest(OfGraph):
    """Answer the request ``request_id`` of a service that the client serves."""

    service: str
    request_id: str
    values: object
    result: bool


@dataclass(frozen=True, slots=True)
class StartGoal(OfGraph):
    """Send a goal; what becomes of it goes to ``goal_feedback`` and ``goal_ended``."""

    action: str
    type: str
    args: object
    feedback: bool


@dataclass(frozen=True, slots=True)
class CancelGoalOf(Effect):
    """Cancel the goal that the operation ``op`` sent."""

    op: Op


@dataclass(frozen=True, slots=True)
class OpenAction(OfGraph):
    """Serve an action; goals come by ``goal_asked``."""

    action: str
    type: str


@dataclass(frozen=True, slots=True)
class CloseAction(Effect):
    """Serve it no more."""

    action: str


@dataclass(frozen=True, slots=True)
class TellFeedback(OfGraph):
    """Tell feedback of a goal of an action that the client serves."""

    action: str
    goal_id: str
    values: object


@dataclass(frozen=True, slots=True)
class EndGoal(OfGraph):
    """End such a goal."""

    action: str
    goal_id: str
    values: object
    status: int
