"""Every message of every channel: who sends it, what it says, its schema and its examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from lanyard_core.events.news import EventType
from lanyard_core.events.wishes import READERS as EVENT_READERS
from lanyard_core.safety.states import AckStatus
from lanyard_core.stream.channel import Channel
from lanyard_core.stream.client_frames import MAX_TTL_MS, PACKED_COMMAND
from lanyard_core.stream.client_frames import READERS as COMMAND_READERS
from lanyard_core.stream.fields import MAX_TS_US
from lanyard_core.stream.plain import Plain
from lanyard_core.stream.server_frames import PACKED_ACK
from lanyard_core.telemetry.subscription import PARTS
from lanyard_core.telemetry.subscription import READERS as TELEMETRY_READERS
from lanyard_core.wire import examples
from lanyard_core.wire.schema import (
    ULID_PATTERN,
    ReadFrame,
    Schema,
    schema_of_examples,
    schema_of_reader,
)
from lanyard_core.wire.words import FIELDS


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of frame. ``summary`` says what it is for, in a sentence."""

    channel: Channel
    from_client: bool
    kind: str
    summary: str
    schema: Schema
    examples: Sequence[Plain]


_SEQ: Schema = {"type": "integer", "minimum": 1, "description": FIELDS["seq"]}
_TS: Schema = {"type": "integer", "maximum": MAX_TS_US, "description": FIELDS["ts_us"]}

PACKED_SCHEMAS: dict[str, Schema] = {
    "cmd-packed": {
        "type": "array",
        "items": [
            {"const": PACKED_COMMAND, "description": "A packed command."},
            _SEQ,
            _TS,
            {
                "type": "array",
                "items": {"type": "number"},
                "minItems": 6,
                "maxItems": 6,
                "description": "Velocity: linear x, y, z in m/s, angular x, y, z in rad/s.",
            },
            {"type": "integer", "minimum": 0, "description": "Index into `hello.frames`."},
            {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_TTL_MS,
                "description": FIELDS["ttl_ms"],
            },
        ],
        "minItems": 4,
        "maxItems": 6,
        "not": {"minItems": 5, "maxItems": 5},
    },
    "ack-packed": {
        "type": "array",
        "items": [
            {"const": PACKED_ACK, "description": "A packed acknowledgement."},
            _SEQ,
            _TS,
            {"type": "integer", "description": FIELDS["ack"]},
            {
                "type": "integer",
                "description": "What became of the command: "
                + ", ".join(f"{status.value} {status.name.lower()}" for status in AckStatus)
                + ".",
            },
            {"type": "integer", "description": FIELDS["ctl_us"]},
            {"type": "integer", "description": "Frames of this client that never came."},
        ],
        "minItems": 7,
    },
}

_SUMMARIES: dict[tuple[Channel, bool], dict[str, str]] = {
    (Channel.COMMAND, True): {
        "arm": "Let this session move the robot.",
        "cmd": "The wanted velocity.",
        "cmd-packed": "The wanted velocity, short; binary encodings only.",
        "ping": "I am still here. At least one each second.",
        "stop": "Stop the robot now, latched. Never refused.",
    },
    (Channel.COMMAND, False): {
        "hello": "The first frame: the session, the lease, what is allowed.",
        "ack": "What became of a command.",
        "ack-packed": "What became of a packed command.",
        "pong": "Answers a ping.",
        "state": "What the robot does, on every change and each second.",
        "err": "Something was refused.",
    },
    (Channel.TELEMETRY, True): {
        "sub": "Which parts of which robots to send, and how often.",
        "ping": "Asks for a pong.",
    },
    (Channel.TELEMETRY, False): {
        "tlm": "A sample of a robot's state. Only the parts that were asked for are there.",
        "schema": "What the samples that follow leave out because it does not change.",
        "sub": "Confirms a `sub`.",
        "pong": "Answers a ping.",
        "err": "Something was refused.",
    },
    (Channel.EVENTS, True): {
        "resume": "Tell what came after an event.",
        "filter": "Tell only of these from now on.",
        "ping": "Asks for a pong.",
    },
    (Channel.EVENTS, False): {
        "evt": "Something happened.",
        "gap": "Events are missing here.",
        "resume": "Confirms a `resume`.",
        "filter": "Confirms a `filter`.",
        "pong": "Answers a ping.",
        "err": "Something was refused.",
    },
}

_READERS: dict[Channel, Mapping[str, ReadFrame]] = {
    Channel.COMMAND: COMMAND_READERS,
    Channel.TELEMETRY: TELEMETRY_READERS,
    Channel.EVENTS: EVENT_READERS,
}
_EXAMPLES: dict[tuple[Channel, bool], Mapping[str, Sequence[Plain]]] = {
    (Channel.COMMAND, True): examples.COMMAND_CLIENT,
    (Channel.COMMAND, False): examples.COMMAND_SERVER,
    (Channel.TELEMETRY, True): examples.TELEMETRY_CLIENT,
    (Channel.TELEMETRY, False): examples.TELEMETRY_SERVER,
    (Channel.EVENTS, True): examples.EVENTS_CLIENT,
    (Channel.EVENTS, False): examples.EVENTS_SERVER,
}
# What examples cannot show.
_OPTIONAL = frozenset({*PARTS, "name"})
_KNOWN_WORDS: dict[str, Schema] = {
    "st": {"type": "string", "enum": [status.name.lower() for status in AckStatus]},
    "type": {"type": "string", "enum": [kind.value for kind in EventType]},
    "data": {"type": "object"},
    "ages_ms": {"type": "object", "additionalProperties": {"type": "integer"}},
}
_ID_OF_EVENT: Schema = {"type": "string", "pattern": ULID_PATTERN}


def messages() -> list[Message]:
    """Every message that there is, always in the same order."""
    return [
        _message(channel, kind, from_client=from_client)
        for (channel, from_client), kinds in _SUMMARIES.items()
        for kind in kinds
    ]


def _message(channel: Channel, kind: str, *, from_client: bool) -> Message:
    shown = _EXAMPLES[channel, from_client][kind]
    if kind in PACKED_SCHEMAS:
        schema = PACKED_SCHEMAS[kind]
    elif from_client:
        schema = _described(schema_of_reader(kind, _READERS[channel][kind]))
    else:
        schema = _described(_of_server(kind, shown))
    return Message(
        channel, from_client, kind, _SUMMARIES[channel, from_client][kind], schema, shown
    )


def _of_server(kind: str, shown: Sequence[Plain]) -> Schema:
    schema = schema_of_examples(shown)
    properties = cast("dict[str, Plain]", schema["properties"])
    properties["t"] = {"const": kind}
    for name in _KNOWN_WORDS.keys() & properties.keys():
        properties[name] = _KNOWN_WORDS[name]
    if kind == "evt":
        properties["id"] = _ID_OF_EVENT
    if kind == "tlm":
        _make_optional(schema)
        _make_optional(cast(Schema, properties["joint_state"]))
    return schema


def _make_optional(schema: Schema) -> None:
    required = cast("list[Plain]", schema["required"])
    schema["required"] = [name for name in required if name not in _OPTIONAL]


def _described(schema: Schema) -> Schema:
    """The schema with the words of each field, at every depth."""
    found = dict(schema)
    if isinstance(properties := schema.get("properties"), Mapping):
        found["properties"] = {
            name: {**_described(cast(Schema, value)), "description": FIELDS[name]}
            for name, value in properties.items()
        }
    if isinstance(items := schema.get("items"), Mapping):
        found["items"] = _described(cast(Schema, items))
    return found
