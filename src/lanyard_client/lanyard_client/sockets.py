"""How sockets to a gateway are opened, and what their troubles mean."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from lanyard_client.endpoint import Endpoint
from lanyard_client.errors import (
    ConnectionLost,
    LanyardError,
    RequestFailed,
    Untrusted,
    problem_of,
)
from lanyard_core.backoff import is_final
from lanyard_core.faults import MalformedFrame
from lanyard_core.stream.channel import Channel, Encoding, subprotocol

OPEN_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 1.0
PING_INTERVAL_S = 1.0
PING_TIMEOUT_S = 3.0
MAX_MESSAGE_BYTES = 1024 * 1024
_CANNOT_READ = 1002
_NO_GOODBYE = 1006


@asynccontextmanager
async def open_socket(
    endpoint: Endpoint, path: str, *, channel: Channel, encoding: Encoding
) -> AsyncIterator[ClientConnection]:
    """An open socket. Raises Unreachable, or RequestFailed when the gateway refuses.

    A connection that ends inside the block is raised as ConnectionLost.
    """
    try:
        connection = await connect(
            endpoint.socket_url(path),
            subprotocols=[Subprotocol(subprotocol(channel, encoding))],
            additional_headers=endpoint.headers,
            ssl=endpoint.tls,
            compression=None,
            proxy=None,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            ping_timeout=PING_TIMEOUT_S,
            max_size=MAX_MESSAGE_BYTES,
        )
    except InvalidStatus as refused:
        response = refused.response
        raise RequestFailed(response.status_code, problem_of(response.body or b"")) from None
    except (OSError, InvalidHandshake, InvalidURI, asyncio.TimeoutError) as error:
        raise endpoint.trouble(error) from error
    try:
        async with connection:
            yield connection
    except MalformedFrame as fault:
        detail = f"the gateway sent what this client cannot read: {fault.detail}"
        raise ConnectionLost(_CANNOT_READ, detail) from fault
    except ConnectionClosed:
        code = connection.close_code
        raise ConnectionLost(
            code if code is not None else _NO_GOODBYE, connection.close_reason or ""
        ) from None


def is_hopeless(error: LanyardError) -> bool:
    """Whether trying again cannot help, or must not be done before a person has looked."""
    if isinstance(error, Untrusted):
        return True
    if isinstance(error, RequestFailed):
        return is_final(error.status)
    return isinstance(error, ConnectionLost) and is_final(error.code)
