"""TLS of the gateway itself: version 1.3 and nothing older, certificates renewed without a restart.

The one context that is made serves as long as the gateway does. When the files change, the new pair
is tried in a context of its own first; only one that works is loaded into the living one, and holds
for the next handshake. Open connections go on. Files are read in a thread, the context is changed
on the event loop's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from lanyard_core.faults import BadConfiguration
from lanyard_gateway.doors.following import changes_of

_log = logging.getLogger(__name__)

HANDSHAKE_TIMEOUT_S = 5.0
"""How long a client may take to agree on a key."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: the certificate with its chain, its key, and who signs clients (None: nobody)."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def paths(self) -> tuple[Path, ...]:
        """All of them."""
        found = (self.certificate, self.key, self.client_ca)
        return tuple(path for path in found if path is not None)


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """A context that shows this certificate. Raises BadConfiguration that names the file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    _load(context, files)
    return context


@dataclass(frozen=True, slots=True)
class Tls:
    """The context that serves, and the files that it follows."""

    context: ssl.SSLContext
    files: TlsFiles


@contextlib.asynccontextmanager
async def renewed(tls: Tls | None, *, period_s: float = 0.5) -> AsyncIterator[None]:
    """Follow the files of ``tls``, if there are any, as long as the block runs."""
    if tls is None:
        yield
        return
    work = asyncio.ensure_future(follow(tls.context, tls.files, period_s=period_s))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def follow(context: ssl.SSLContext, files: TlsFiles, *, period_s: float) -> None:
    """Keep the certificate of ``context`` as the files say, until cancelled."""
    began = False
    async for _ in changes_of(*files.paths(), period_s=period_s):
        if not began:
            began = True
            continue
        try:
            await asyncio.to_thread(server_context, files)
            _load(context, files)
        except BadConfiguration as fault:
            _log.error("the certificate before is shown on: %s", fault)
        else:
            _log.info("a new certificate is shown from now on: %s", files.certificate)


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    for name, path in (("certificate", files.certificate), ("key", files.key)):
        if not path.is_file():
            raise BadConfiguration(
                [f"tls.{name}: there is no file {path}; make one with `lanyard certs create`"]
            )
    try:
        # A key with a passphrase must fail and not ask: nobody sits at the terminal.
        context.load_cert_chain(files.certificate, files.key, password=lambda: b"")
    except (ssl.SSLError, OSError) as error:
        raise BadConfiguration(
            [
                f"tls.certificate: {files.certificate} and the key {files.key} cannot be used:"
                f" {error}; both must be PEM, fit each other, and the key have no passphrase"
            ]
        ) from None
    if files.client_ca is None:
        return
    try:
        context.load_verify_locations(files.client_ca)
    except (ssl.SSLError, OSError) as error:
        raise BadConfiguration(
            [f"tls.client_ca: {files.client_ca} cannot be used: {error}; it must be PEM"]
        ) from None
    context.verify_mode = ssl.CERT_REQUIRED
