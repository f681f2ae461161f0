"""What both ends of a channel agree on before the first frame: encodings and close codes."""

from __future__ import annotations

from enum import Enum, IntEnum

PROTOCOL_VERSION = 1
"""Value of ``v`` in every frame. Within a version fields are only added, never changed."""


class Encoding(str, Enum):
    """How frames are written. JSON goes in text messages, the others in binary ones."""

    MSGPACK = "msgpack"
    CBOR = "cbor"
    JSON = "json"

    @property
    def is_text(self) -> bool:
        """Whether frames of this encoding travel in text messages."""
        return self is Encoding.JSON


class Channel(str, Enum):
    """A kind of socket; each carries its own frames and no others."""

    COMMAND = "lanyard.command.v1"
    TELEMETRY = "lanyard.telemetry.v1"
    EVENTS = "lanyard.events.v1"


class CloseCode(IntEnum):
    """Why a socket was closed. Above 4000 ours, below of RFC 6455."""

    NORMAL = 1000
    GOING_AWAY = 1001
    WRONG_KIND = 1003
    TOO_BIG = 1009
    INTERNAL = 1011
    TRY_LATER = 1013
    BAD_FRAME = 4400
    AUTH_EXPIRED = 4401
    FORBIDDEN = 4403
    UNKNOWN_ROBOT = 4404
    PING_TIMEOUT = 4408
    LEASE_LOST = 4409
    NOT_ARMED_IN_TIME = 4410
    RATE = 4429
    ROBOT_OFFLINE = 4503

    @property
    def reason(self) -> str:
        """The reason text that goes with the code: its name in lower case."""
        return self.name.lower()


def subprotocol(channel: Channel, encoding: Encoding) -> str:
    """The WebSocket subprotocol of a channel in an encoding: ``lanyard.command.v1+msgpack``."""
    return f"{channel.value}+{encoding.value}"


def subprotocols(channel: Channel) -> tuple[str, ...]:
    """Every subprotocol of a channel, the one to prefer first."""
    return tuple(subprotocol(channel, encoding) for encoding in Encoding)


def chosen_encoding(channel: Channel, offered: list[str]) -> Encoding | None:
    """The encoding of the first offered subprotocol that the channel knows, or None."""
    known = {subprotocol(channel, encoding): encoding for encoding in Encoding}
    return next((known[name] for name in offered if name in known), None)
