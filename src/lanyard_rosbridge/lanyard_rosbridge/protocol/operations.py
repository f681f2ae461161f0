"""What a client may say: one value per operation. ``reading`` makes them of frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lanyard_rosbridge.protocol.qos import Qos


class Compression(str, Enum):
    """How messages are to be sent."""

    NONE = "none"
    PNG = "png"
    CBOR = "cbor"
    CBOR_RAW = "cbor-raw"


@dataclass(frozen=True, slots=True)
class Format:
    """How an answer or message is to be sent; ``fragment_size`` in bytes, None for whole."""

    compression: Compression = Compression.NONE
    fragment_size: int | None = None


@dataclass(frozen=True, slots=True)
class Op:
    """An operation. ``id`` is what the client calls it, if anything."""

    id: str | None


@dataclass(frozen=True, slots=True)
class Advertise(Op):
    """Messages of a type will be published on a topic."""

    topic: str
    type: str
    latch: bool
    queue_size: int
    qos: Qos


@dataclass(frozen=True, slots=True)
class Unadvertise(Op):
    """They will not any more."""

    topic: str


@dataclass(frozen=True, slots=True)
class Publish(Op):
    """A message; ``type`` is None where it was advertised or is known."""

    topic: str
    type: str | None
    msg: object
    latch: bool
    qos: Qos


@dataclass(frozen=True, slots=True)
class Subscribe(Op):
    """Messages of a topic are wanted, at most one in ``throttle_s`` seconds.

    ``queue_length`` of them may wait; 0 means that the newest one takes the place of the last.
    """

    topic: str
    type: str | None
    throttle_s: float
    queue_length: int
    format: Format
    qos: Qos


@dataclass(frozen=True, slots=True)
class Unsubscribe(Op):
    """They are not any more: those of one subscription (``id``), or all."""

    topic: str


@dataclass(frozen=True, slots=True)
class CallService(Op):
    """A service is called; ``timeout_s`` is None where the client said nothing."""

    service: str
    type: str | None
    args: object
    timeout_s: float | None
    format: Format


@dataclass(frozen=True, slots=True)
class AdvertiseService(Op):
    """The client serves a service."""

    service: str
    type: str


@dataclass(frozen=True, slots=True)
class UnadvertiseService(Op):
    """It does not any more."""

    service: str


@dataclass(frozen=True, slots=True)
class ServiceResponse(Op):
    """The client's answer to a call (``id``) of its service."""

    service: str
    values: object
    result: bool


@dataclass(frozen=True, slots=True)
class SendGoal(Op):
    """A goal for an action; feedback is told if ``feedback``."""

    action: str
    type: str
    args: object
    feedback: bool
    format: Format


@dataclass(frozen=True, slots=True)
class CancelGoal(Op):
    """A goal (``id``) is to be cancelled."""

    action: str


@dataclass(frozen=True, slots=True)
class AdvertiseAction(Op):
    """The client serves an action."""

    action: str
    type: str


@dataclass(frozen=True, slots=True)
class UnadvertiseAction(Op):
    """It does not any more."""

    action: str


@dataclass(frozen=True, slots=True)
class ActionFeedback(Op):
    """How a goal (``id``) of the client's action gets on."""

    action: str
    values: object


@dataclass(frozen=True, slots=True)
class ActionResult(Op):
    """How a goal (``id``) of the client's action ended; ``status`` as in GoalStatus."""

    action: str
    values: object
    status: int
    result: bool


@dataclass(frozen=True, slots=True)
class Fragment(Op):
    """Part ``num`` of ``total`` of a frame that was cut."""

    data: str
    num: int
    total: int


@dataclass(frozen=True, slots=True)
class SetLevel(Op):
    """From which level on the client wants to be told by ``status``."""

    level: str


@dataclass(frozen=True, slots=True)
class Told(Op):
    """Something that calls for nothing: a status of the client's, or an authentication twice."""
