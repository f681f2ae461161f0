"""The AsyncAPI 3 document of the sockets, made from the code that reads and writes their frames.

The same bytes every time. What it says of a frame comes from ``lanyard_core.wire``; here it is put
into the form that generators of clients read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from lanyard_core.stream.channel import Channel, Encoding, subprotocol
from lanyard_core.stream.plain import Plain
from lanyard_core.wire.catalogue import Message, messages
from lanyard_gateway.web.context import context_of

ASYNCAPI_VERSION = "3.0.0"
_CONTENT_TYPES = {
    Encoding.MSGPACK: "application/msgpack",
    Encoding.CBOR: "application/cbor",
    Encoding.JSON: "application/json",
}
_ROBOT_ID: dict[str, Plain] = {"description": "Id of a robot, as `GET /api/v1/robots` lists them."}
# Name, channel, address, what it is for.
_ADDRESSES: Sequence[tuple[str, Channel, str, str]] = (
    ("command", Channel.COMMAND, "/ws/command/{robot_id}", "Drive a robot."),
    ("telemetry", Channel.TELEMETRY, "/ws/telemetry/{robot_id}", "Watch a robot."),
    ("fleet", Channel.TELEMETRY, "/ws/telemetry", "Watch many robots."),
    ("events", Channel.EVENTS, "/ws/events", "Follow what happens."),
)
_BEARER = "apiKey"
_SECURITY: dict[str, Plain] = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "lyd_<id>_<secret>",
    "description": (
        "`Authorization: Bearer <key>`, or, from a browser, the subprotocol"
        " `lanyard.bearer.<key>` beside the one of the channel."
    ),
}

router = APIRouter(tags=["system"])


@router.get("/asyncapi.json", include_in_schema=False)
async def asyncapi_json(request: Request) -> Response:
    """The document. No credential needed."""
    made = document(version=context_of(request).version)
    text = json.dumps(made, sort_keys=True, separators=(",", ":"))
    return Response(text, media_type="application/json")


def document(*, version: str) -> dict[str, Plain]:
    """The AsyncAPI document of this version of the gateway."""
    known = messages()
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Lanyard gateway: sockets",
            "version": version,
            "description": (
                "JSON goes in text messages, MessagePack and CBOR in binary ones; the subprotocol"
                " chooses. What it means, step by step: docs/command-channel.md,"
                " docs/telemetry.md, docs/events.md. None of this is a safety-rated function."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": _CONTENT_TYPES[Encoding.MSGPACK],
        "channels": {
            name: _channel(channel, address, title, known)
            for name, channel, address, title in _ADDRESSES
        },
        "operations": {
            f"{name}_{'to' if from_client else 'from'}_gateway": _operation(
                name, channel, known, from_client=from_client
            )
            for name, channel, _, _ in _ADDRESSES
            for from_client in (True, False)
        },
        "components": {
            "messages": {_name(message): _message(message) for message in known},
            "securitySchemes": {_BEARER: _SECURITY},
        },
    }


def _name(message: Message) -> str:
    """A name of a message that no other has."""
    sender = "client" if message.from_client else "gateway"
    return f"{message.channel.name.lower()}_{message.kind.replace('-', '_')}_of_{sender}"


def _of(channel: Channel, known: Sequence[Message]) -> list[Message]:
    return [message for message in known if message.channel is channel]


def _channel(
    channel: Channel, address: str, title: str, known: Sequence[Message]
) -> dict[str, Plain]:
    offered = [subprotocol(channel, encoding) for encoding in Encoding]
    made: dict[str, Plain] = {
        "address": address,
        "title": title,
        "description": f"Offer one of the subprotocols {', '.join(offered)}.",
        "messages": {
            _name(message): {"$ref": f"#/components/messages/{_name(message)}"}
            for message in _of(channel, known)
        },
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }
    if "{robot_id}" in address:
        made["parameters"] = {"robot_id": _ROBOT_ID}
    return made


def _operation(
    name: str, channel: Channel, known: Sequence[Message], *, from_client: bool
) -> dict[str, Plain]:
    """From the gateway's point of view, as AsyncAPI has it: it receives what clients send."""
    return {
        "action": "receive" if from_client else "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [
            {"$ref": f"#/channels/{name}/messages/{_name(message)}"}
            for message in _of(channel, known)
            if message.from_client is from_client
        ],
        "security": [{"$ref": f"#/components/securitySchemes/{_BEARER}"}],
    }


def _message(message: Message) -> dict[str, Plain]:
    return {
        "name": message.kind,
        "title": message.kind,
        "summary": message.summary,
        "payload": message.schema,
        "examples": [{"payload": example} for example in message.examples],
    }
