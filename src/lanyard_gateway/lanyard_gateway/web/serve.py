"""How uvicorn is to run the web half: the values that matter for sockets and for safety.

uvicorn's defaults suit web pages: messages of 16 MiB, compression on, forwarded headers believed.
Here messages are small, compression would cost milliseconds, and nobody stands before the gateway
unless told.
"""

from __future__ import annotations

import socket
import ssl

import uvicorn
from starlette.types import ASGIApp

from lanyard_gateway.web.connections import Connections
from lanyard_gateway.web.http_connection import http_protocol
from lanyard_gateway.web.settings import WebSettings
from lanyard_gateway.web.socket_line import SEND_BUFFER_BYTES, socket_protocol

SOCKET_PING_INTERVAL_S = 10.0
SOCKET_PING_TIMEOUT_S = 10.0
"""uvicorn's pings find connections that are half open; the command channel has a faster rule."""

IDLE_TIMEOUT_S = 60


def server_config(
    app: ASGIApp, settings: WebSettings, *, tls: ssl.SSLContext | None = None
) -> uvicorn.Config:
    """The configuration to serve ``app`` with. Logging is left to the caller."""
    connections = Connections(settings.connections)
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="asyncio",
        ssl_context_factory=None if tls is None else lambda *_: tls,
        http=http_protocol(connections, problem_base=settings.problem_base),
        ws=socket_protocol(problem_base=settings.problem_base),
        ws_max_size=settings.max_socket_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=SOCKET_PING_INTERVAL_S,
        ws_ping_timeout=SOCKET_PING_TIMEOUT_S,
        timeout_keep_alive=IDLE_TIMEOUT_S,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )


def tune_listener(listener: socket.socket) -> socket.socket:
    """Bound what the system holds for a slow client; every connection inherits it."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    return listener
