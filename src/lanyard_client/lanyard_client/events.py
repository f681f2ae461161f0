"""Follow what happens: an endless iterator of events that goes on where it was after an outage.

Events come in order and none twice. What cannot be told any more, because it is too long ago or
another gateway process took over, shows as an event of the type ``gap``.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection

from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import LanyardError, RequestFailed
from lanyard_client.models import number, part, text
from lanyard_client.redial import Redial
from lanyard_client.sockets import is_hopeless, open_socket
from lanyard_core.stream.channel import PROTOCOL_VERSION, Channel, Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER, Plain

GAP = "gap"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``type`` such as ``task.failed``, and what is known of it.

    ``id`` rises with each event; it is empty for a ``gap``, whose ``data["lost"]`` says how many
    events are missing at most, or None when nobody knows. ``unix_s``: when, by the gateway's clock.
    """

    type: str
    id: str = ""
    unix_s: float = 0.0
    robot_id: str = ""
    task_id: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events to tell of; None stands for any. A type may be a family, such as ``task.*``."""

    types: Sequence[str] | None = None
    robots: Sequence[str] | None = None
    tasks: Sequence[str] | None = None

    def admits(self, event: Event) -> bool:
        """Whether this one is meant. The gateway looks too, once it has heard of the choice."""
        family = event.type.partition(".")[0] + ".*"
        return (
            (self.types is None or event.type in self.types or family in self.types)
            and (self.robots is None or event.robot_id in self.robots)
            and (self.tasks is None or event.task_id in self.tasks)
        )

    def fields(self) -> dict[str, Plain]:
        """What of it is to be said to the gateway."""
        named = {"types": self.types, "robots": self.robots, "tasks": self.tasks}
        return {name: list(names) for name, names in named.items() if names is not None}


async def follow(
    endpoint: Endpoint, choice: Choice, *, since: str | None, encoding: Encoding
) -> AsyncGenerator[Event, None]:
    """Events as they come; with ``since``, the id of an event, first those that came after it.

    A lost connection is made again after 1, 2, 4, then 8 s. Raises RequestFailed or ConnectionLost
    when trying again cannot help, and Unreachable when the first attempt fails.
    """
    redial = Redial()
    last = since
    was_connected = False
    while True:
        try:
            async with open_socket(
                endpoint, "/ws/events", channel=Channel.EVENTS, encoding=encoding
            ) as connection:
                if was_connected and last is None:
                    yield _gap(None)  # nobody can say what happened in between
                was_connected = True
                redial.linked()
                async with aclosing(_events(connection, choice, last, encoding)) as events:
                    async for event in events:
                        last = event.id or last
                        if event.type == GAP or choice.admits(event):
                            yield event
        except LanyardError as error:
            if is_hopeless(error) or not was_connected:
                raise
        await redial.wait()


async def _events(
    connection: ClientConnection, choice: Choice, last: str | None, encoding: Encoding
) -> AsyncGenerator[Event, None]:
    codec = CODECS[encoding]
    wishes = [("filter", choice.fields())] if choice.fields() else []
    if last is not None:
        wishes.append(("resume", {"last_event_id": last}))
    for number_, (kind, fields) in enumerate(wishes, start=1):
        await connection.send(codec.encode({**_head(kind, number_), **fields}))
    is_resuming = last is not None  # until that is confirmed come events that will come once more
    while True:
        value = codec.decode(await connection.recv(), limits=FROM_SERVER)
        frame = value if isinstance(value, Mapping) else {}
        kind = text(frame, "t")
        if kind == "err":
            raise RequestFailed(400, {"code": frame.get("code"), "detail": frame.get("detail")})
        is_resuming = is_resuming and kind != "resume"
        if is_resuming:
            continue
        if kind == "gap":
            yield _gap(frame.get("lost"))
        elif kind == "evt" and (last is None or text(frame, "id") > last):
            last = text(frame, "id")
            yield _event(frame)


def _head(kind: str, seq: int) -> dict[str, Plain]:
    return {"v": PROTOCOL_VERSION, "t": kind, "seq": seq, "ts_us": round(time.time() * 1e6)}


def _gap(lost: object) -> Event:
    return Event(GAP, data={"lost": lost})


def _event(frame: Mapping[str, Plain]) -> Event:
    return Event(
        type=text(frame, "type"),
        id=text(frame, "id"),
        unix_s=(number(frame, "ts_us") or 0.0) / 1e6,
        robot_id=text(frame, "robot_id"),
        task_id=text(frame, "task_id"),
        data=part(frame, "data"),
    )
