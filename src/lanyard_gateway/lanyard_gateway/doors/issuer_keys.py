"""The public keys of issuers outside: read at the start, again and again, and when one is missing.

A read that fails leaves what was known; it is the issuer's own keys that end tokens, not a network
that is down for a minute. Keys that are older than a day are believed no more. Over the network
only https is spoken, redirects are not followed, and an answer may have 256 KiB.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lanyard_core.access.issuers import Issuer
from lanyard_core.access.keys import KeyRing
from lanyard_core.faults import LanyardFault

_log = logging.getLogger(__name__)

EVERY_S = 300.0
AGAIN_S = 30.0
"""How long after a look the next one for a key that is missing may be."""
BELIEVED_S = 86_400.0
_NONE = KeySet([])


@dataclass(slots=True)
class _Known:
    keys: KeySet
    read_at_s: float
    looked_at_s: float


class IssuerKeys:
    """Keys by issuer. ``find`` gives what is known now and never waits; ``follow`` reads."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._known: dict[str, _Known] = {}
        self._wanted = asyncio.Event()

    def find(self, issuer: Issuer, kid: str) -> KeySet:
        """What is known of an issuer's keys; when ``kid`` is not among it, a look is asked for."""
        known = self._known.get(issuer.jwks)
        now = time.monotonic()
        if known is None or now - known.read_at_s > BELIEVED_S:
            self._wanted.set()
            return _NONE
        if all(key.kid != kid for key in known.keys.keys):
            self._wanted.set()
        return known.keys

    async def follow(self) -> None:
        """Read the keys of all issuers of the policy, until cancelled."""
        while True:
            self._wanted.clear()
            await self.read_all()
            try:
                await asyncio.wait_for(self._wanted.wait(), EVERY_S)
            except asyncio.TimeoutError:
                continue
            await asyncio.sleep(0.05)

    async def read_all(self) -> None:
        """Read the keys of every issuer, once; one that was looked at just now is left."""
        for issuer in tuple(self._ring.policy.issuers.values()):
            known = self._known.get(issuer.jwks)
            now = time.monotonic()
            if known is not None and now - known.looked_at_s < AGAIN_S:
                continue
            try:
                keys = await _read(issuer.jwks)
            except LanyardFault as fault:
                _log.warning("the keys of %s cannot be read: %s", issuer.url, fault.detail)
                if known is not None:
                    known.looked_at_s = now
            else:
                self._known[issuer.jwks] = _Known(keys, now, now)


async def _read(place: str) -> KeySet:
    """A key set at an https URL or in a file; raises LanyardFault."""
    try:
        if place.startswith("https://"):
            fetch = await asyncio.to_thread(_load_fetch)  # the loop has no time for it
            raw = await fetch(place)
        else:
            raw = await asyncio.to_thread(_from_file, place)
        keys: KeySet = KeySet.import_key_set(json.loads(raw))
    except (OSError, JoseError, ValueError, KeyError, TypeError) as error:
        raise LanyardFault(f"{place}: {error or type(error).__name__}") from None
    return keys


def _from_file(place: str) -> bytes:
    return Path(place).expanduser().read_bytes()


def _load_fetch() -> Callable[[str], Awaitable[bytes]]:
    # Here, because what it needs takes 5 MB, and few gateways have an issuer on the network.
    from lanyard_gateway.doors.issuer_fetch import fetch

    return fetch
