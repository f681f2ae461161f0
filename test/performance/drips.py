"""Clients that drip: half never finish the head of a request, half never finish a body.

Run by dripping.py with host, port, key, how many and for how long; each sends a byte a second and
comes again when it is cut off. Says ``dripping`` once all are connected, and how often they were
cut off at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

_HEAD = b"GET /api/v1/tasks HTTP/1.1\r\nhost: gateway\r\nx-slow: "


async def main(host: str, port: int, key: str, count: int, seconds: float) -> None:
    """Drip until the time is over."""
    body = (
        f"POST /api/v1/tasks HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {key}\r\n"
        "content-type: application/json\r\ncontent-length: 60000\r\n\r\n{"
    ).encode()
    cut, connected = 0, 0

    async def drip(first: bytes) -> None:
        nonlocal cut, connected
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(host, port)
                connected += 1
                writer.write(first)
                while not reader.at_eof() and not writer.is_closing():
                    writer.write(b" ")
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(reader.read(4096), 1.0)
                writer.close()
            cut += 1  # at the end of the stream, or by a reset while a byte was on its way
            await asyncio.sleep(0.1)

    tasks = [asyncio.ensure_future(drip(_HEAD if n % 2 else body)) for n in range(count)]
    while connected < count:  # noqa: ASYNC110  counted by many
        await asyncio.sleep(0.05)
    print("dripping", flush=True)
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    print(cut, flush=True)


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    )
