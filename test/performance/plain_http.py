"""A small HTTP/1.1 client: it must cost little, or the client would be measured."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be written; ``status`` is what its answer must have."""

    content: bytes
    status: int

    @staticmethod
    def of(
        method: str, url: str, key: str, *, body: bytes = b"", status: int = 200, more: str = ""
    ) -> Request:
        """A request with a Bearer key; ``more`` are further lines of its head."""
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        )
        return Request(head.encode() + body, status)


class Connection:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @staticmethod
    async def to(url: str) -> Connection:
        """Open a connection to the server of a URL."""
        parts = urlsplit(url)
        return Connection(*await asyncio.open_connection(parts.hostname, parts.port))

    async def ask(self, request: Request) -> bytes:
        """The body of the answer; ends the measurement when it is not the one expected."""
        self._writer.write(request.content)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = await self._reader.readexactly(length)
        if int(head.split(b" ", 2)[1]) != request.status:
            raise SystemExit(f"answered {head.splitlines()[0]!r} {body[:500]!r}")
        return body

    def close(self) -> None:
        """Close it."""
        self._writer.close()


async def one_by_one(requests: list[Request], url: str) -> list[float]:
    """How long each took, in s, one after the other on one connection."""
    connection = await Connection.to(url)
    took = []
    for request in requests:
        began = time.perf_counter()
        await connection.ask(request)
        took.append(time.perf_counter() - began)
    connection.close()
    return took


async def side_by_side(requests: list[Request], url: str, connections: int) -> float:
    """Requests per second over so many connections."""
    left = iter(requests)

    async def work() -> None:
        connection = await Connection.to(url)
        for request in left:
            await connection.ask(request)
        connection.close()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    return len(requests) / (time.perf_counter() - began)
