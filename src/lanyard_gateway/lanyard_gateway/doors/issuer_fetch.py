"""Fetches a file from an https URL, and nothing but that one: no redirect, no endless answer."""

from __future__ import annotations

import httpx

from lanyard_core.faults import LanyardFault

MAX_BYTES = 256 * 1024
TIMEOUT_S = 5.0


async def fetch(url: str) -> bytes:
    """What is there. Raises LanyardFault when it cannot be had."""
    found = bytearray()
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != 200:
                raise LanyardFault(f"{url}: it answered {answer.status_code}")
            async for piece in answer.aiter_bytes():
                found += piece
                if len(found) > MAX_BYTES:
                    raise LanyardFault(f"{url}: it is too large")
    except (OSError, httpx.HTTPError) as error:
        raise LanyardFault(f"{url}: {error or type(error).__name__}") from None
    return bytes(found)
