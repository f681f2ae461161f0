"""Watch a robot: an endless iterator of samples that connects again by itself."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import LanyardError, RequestFailed
from lanyard_client.models import number, part, text
from lanyard_client.redial import Redial
from lanyard_client.sockets import is_hopeless, open_socket
from lanyard_core.stream.channel import PROTOCOL_VERSION, Channel, Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER, Plain
from lanyard_core.telemetry.assembly import Assembly

_HEAD = frozenset({"v", "t", "seq", "ts_us", "robot_id", "online", "dropped", "ages_ms"})


@dataclass(frozen=True, slots=True)
class TelemetryFrame:
    """One sample. ``values`` holds the parts by name (SI units), ``ages_ms`` how old each is.

    ``unix_s``: when the gateway made it, its clock. ``dropped``: samples that this connection has
    missed.
    """

    robot_id: str
    online: bool
    unix_s: float
    dropped: int
    ages_ms: Mapping[str, object]
    values: Mapping[str, object]


async def watch(
    endpoint: Endpoint,
    robot_id: str,
    *,
    fields: Sequence[str] | None,
    rate_hz: float,
    encoding: Encoding,
) -> AsyncGenerator[TelemetryFrame, None]:
    """Samples of a robot as they come.

    A lost connection is made again after 1, 2, 4, then 8 s. Raises RequestFailed or ConnectionLost
    when trying again cannot help, and Unreachable when the first attempt fails.
    """
    redial = Redial()
    was_connected = False
    while True:
        try:
            async with open_socket(
                endpoint,
                f"/ws/telemetry/{robot_id}",
                channel=Channel.TELEMETRY,
                encoding=encoding,
            ) as connection:
                was_connected = True
                redial.linked()
                codec, assembly = CODECS[encoding], Assembly()
                await connection.send(codec.encode(_subscribe(fields, rate_hz)))
                confirmed = False
                while True:
                    value = codec.decode(await connection.recv(), limits=FROM_SERVER)
                    if isinstance(value, Mapping):
                        value = assembly.take(value)
                    kind = _kind(value)
                    confirmed = confirmed or kind == "sub"
                    if confirmed and kind == "tlm":
                        yield _frame(value)
        except LanyardError as error:
            if is_hopeless(error) or not was_connected:
                raise
        await redial.wait()


def _subscribe(fields: Sequence[str] | None, rate_hz: float) -> Plain:
    wish: dict[str, Plain] = {
        "v": PROTOCOL_VERSION,
        "t": "sub",
        "seq": 1,
        "ts_us": round(time.time() * 1e6),
        "rate_hz": rate_hz,
    }
    return wish if fields is None else {**wish, "fields": list(fields)}


def _kind(value: Plain) -> str:
    """The kind of a message. Raises RequestFailed when it says that the wish was refused."""
    fields = value if isinstance(value, Mapping) else {}
    if fields.get("t") == "err":
        raise RequestFailed(400, {"code": fields.get("code"), "detail": fields.get("detail")})
    return text(fields, "t")


def _frame(value: Plain) -> TelemetryFrame:
    fields = value if isinstance(value, Mapping) else {}
    return TelemetryFrame(
        robot_id=text(fields, "robot_id"),
        online=fields.get("online") is True,
        unix_s=(number(fields, "ts_us") or 0.0) / 1e6,
        dropped=int(number(fields, "dropped") or 0),
        ages_ms=part(fields, "ages_ms"),
        values={name: item for name, item in fields.items() if name not in _HEAD},
    )
