"""Reads the operation in a frame. What is wrong in it is said with the field and its remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lanyard_core.faults import BadInput
from lanyard_rosbridge.protocol.fields import Fields
from lanyard_rosbridge.protocol.operations import (
    ActionFeedback,
    ActionResult,
    Advertise,
    AdvertiseAction,
    AdvertiseService,
    CallService,
    CancelGoal,
    Compression,
    Format,
    Fragment,
    Op,
    Publish,
    SendGoal,
    ServiceResponse,
    SetLevel,
    Subscribe,
    Told,
    Unadvertise,
    UnadvertiseAction,
    UnadvertiseService,
    Unsubscribe,
)
from lanyard_rosbridge.protocol.qos import read_qos

MAX_QUEUE = 100
MAX_THROTTLE_MS = 3_600_000.0
MAX_TIMEOUT_S = 3600.0
MIN_FRAGMENT, MAX_FRAGMENT = 64, 16 * 1024 * 1024


def read(values: object) -> Op:
    """The operation in a frame's object. Raises BadInput."""
    if not isinstance(values, Mapping):
        raise BadInput("a frame is one JSON object with the field 'op'")
    name = values.get("op")
    reader = _READERS.get(name) if isinstance(name, str) else None
    if reader is None:
        told = repr(name)[:60]
        raise BadInput(f"there is no operation {told}; known: {', '.join(sorted(_READERS))}")
    return reader(Fields(str(name), values))


def _format(f: Fields) -> Format:
    word = f.value("compression")
    try:
        compression = Compression(word or "none")
    except ValueError:
        known = ", ".join(each.value for each in Compression)
        raise BadInput(f"{f.op}: the field 'compression' is one of {known}") from None
    size = f.count("fragment_size", 0, low=0, high=MAX_FRAGMENT)
    return Format(compression, max(size, MIN_FRAGMENT) if size else None)


def _subscribe(f: Fields) -> Op:
    throttle_ms = f.number("throttle_rate", 0.0, low=0.0, high=MAX_THROTTLE_MS)
    return Subscribe(
        id=f.id,
        topic=f.name("topic"),
        type=f.name_or_none("type"),
        throttle_s=throttle_ms / 1000.0,
        queue_length=f.count("queue_length", 0, low=0, high=MAX_QUEUE),
        format=_format(f),
        qos=read_qos(f.op, f.value("qos")),
    )


def _advertise(f: Fields) -> Op:
    size = f.count("queue_size", 10, low=1, high=MAX_QUEUE)
    latch, qos = f.flag("latch", default=False), read_qos(f.op, f.value("qos"))
    return Advertise(f.id, f.name("topic"), f.name("type"), latch, size, qos)


def _publish(f: Fields) -> Op:
    latch, qos = f.flag("latch", default=False), read_qos(f.op, f.value("qos"))
    topic, kind, message = f.name("topic"), f.name_or_none("type"), f.value("msg")
    return Publish(f.id, topic, kind, {} if message is None else message, latch, qos)


def _call_service(f: Fields) -> Op:
    timeout = f.value("timeout")
    timeout_s = None if timeout is None else f.number("timeout", 0.0, low=0.0, high=MAX_TIMEOUT_S)
    args = f.value("args")
    return CallService(
        f.id, f.name("service"), f.name_or_none("type"), {} if args is None else args, timeout_s,
        _format(f),
    )  # fmt: skip


def _service_response(f: Fields) -> Op:
    return ServiceResponse(
        f.needed_id(), f.name("service"), f.value("values"), f.flag("result", default=True)
    )


def _send_goal(f: Fields) -> Op:
    feedback, args = f.flag("feedback", default=False), f.value("args")
    return SendGoal(
        f.needed_id(), f.name("action"), f.name("action_type"), {} if args is None else args,
        feedback, _format(f),
    )  # fmt: skip


def _action_result(f: Fields) -> Op:
    status, result = f.count("status", 0, low=0, high=6), f.flag("result", default=True)
    return ActionResult(f.needed_id(), f.name("action"), f.value("values"), status, result)


def _fragment(f: Fields) -> Op:
    num, total = (f.count(name, -1, low=-1, high=1 << 31) for name in ("num", "total"))
    return Fragment(f.needed_id(), f.text("data"), num, total)


_READERS: dict[str, Callable[[Fields], Op]] = {
    "advertise": _advertise,
    "unadvertise": lambda f: Unadvertise(f.id, f.name("topic")),
    "publish": _publish,
    "subscribe": _subscribe,
    "unsubscribe": lambda f: Unsubscribe(f.id, f.name("topic")),
    "call_service": _call_service,
    "advertise_service": lambda f: AdvertiseService(f.id, f.name("service"), f.name("type")),
    "unadvertise_service": lambda f: UnadvertiseService(f.id, f.name("service")),
    "service_response": _service_response,
    "send_action_goal": _send_goal,
    "cancel_action_goal": lambda f: CancelGoal(f.needed_id(), f.name("action")),
    "advertise_action": lambda f: AdvertiseAction(f.id, f.name("action"), f.name("type")),
    "unadvertise_action": lambda f: UnadvertiseAction(f.id, f.name("action")),
    "action_feedback": lambda f: ActionFeedback(f.needed_id(), f.name("action"), f.value("values")),
    "action_result": _action_result,
    "fragment": _fragment,
    "set_level": lambda f: SetLevel(f.id, f.text("level")),
    "status": lambda f: Told(f.id),
    "auth": lambda _: Told(None),
}
