"""Watch robots: an endless iterator of samples that connects again by itself."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection

from lanyard_client.api import quoted
from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import LanyardError, RequestFailed
from lanyard_client.models import number, part, text
from lanyard_client.redial import Redial
from lanyard_client.sockets import is_hopeless, open_socket
from lanyard_core.stream.channel import PROTOCOL_VERSION, Channel, Encoding
from lanyard_core.stream.codecs import CODECS
from lanyard_core.stream.plain import FROM_SERVER, Plain
from lanyard_core.telemetry.assembly import Assembly

DEFAULT_RATE_HZ = 10.0
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


@dataclass(frozen=True, slots=True)
class Interest:
    """What to watch: which robots (none named: all), which parts (None: all), how often (Hz).

    ``single_floats``: numbers in four bytes instead of eight; binary encodings only.
    """

    robots: tuple[str, ...] = ()
    fields: Sequence[str] | None = None
    rate_hz: float = DEFAULT_RATE_HZ
    single_floats: bool = False

    @property
    def path(self) -> str:
        """The socket to ask: one robot has its own."""
        one = f"/{quoted(self.robots[0])}" if len(self.robots) == 1 else ""
        return f"/ws/telemetry{one}"

    def frame(self) -> Plain:
        """The frame that says so."""
        wish: dict[str, Plain] = {
            "v": PROTOCOL_VERSION,
            "t": "sub",
            "seq": 1,
            "ts_us": round(time.time() * 1e6),
            "rate_hz": self.rate_hz,
        }
        if len(self.robots) > 1:
            wish["robots"] = list(self.robots)
        if self.fields is not None:
            wish["fields"] = list(self.fields)
        if self.single_floats:
            wish["float"] = "f32"
        return wish


async def watch(
    endpoint: Endpoint, interest: Interest, *, encoding: Encoding
) -> AsyncGenerator[TelemetryFrame, None]:
    """Samples as they come.

    A lost connection is made again after 1, 2, 4, then 8 s. Raises RequestFailed or ConnectionLost
    when trying again cannot help, and Unreachable when the first attempt fails.
    """
    redial = Redial()
    was_connected = False
    while True:
        try:
            async with open_socket(
                endpoint, interest.path, channel=Channel.TELEMETRY, encoding=encoding
            ) as connection:
                was_connected = True
                redial.linked()
                async with aclosing(_samples(connection, interest, encoding)) as samples:
                    async for sample in samples:
                        yield sample
        except LanyardError as error:
            if is_hopeless(error) or not was_connected:
                raise
        await redial.wait()


async def _samples(
    connection: ClientConnection, interest: Interest, encoding: Encoding
) -> AsyncGenerator[TelemetryFrame, None]:
    codec, assembly = CODECS[encoding], Assembly()
    await connection.send(codec.encode(interest.frame()))
    confirmed = False  # until then come samples that nobody asked for
    while True:
        value = codec.decode(await connection.recv(), limits=FROM_SERVER)
        frame = assembly.take(value) if isinstance(value, Mapping) else {}
        kind = text(frame, "t")
        if kind == "err":
            raise RequestFailed(400, {"code": frame.get("code"), "detail": frame.get("detail")})
        confirmed = confirmed or kind == "sub"
        if confirmed and kind == "tlm":
            yield _frame(frame)


def _frame(fields: Mapping[str, Plain]) -> TelemetryFrame:
    return TelemetryFrame(
        robot_id=text(fields, "robot_id"),
        online=fields.get("online") is True,
        unix_s=(number(fields, "ts_us") or 0.0) / 1e6,
        dropped=int(number(fields, "dropped") or 0),
        ages_ms=part(fields, "ages_ms"),
        values={name: item for name, item in fields.items() if name not in _HEAD},
    )
